// Stored results: find the place of the controls in the grid, interpolate, pick the frame.
import { axisWeights, tensorWeights } from './interpolate.js';
import { valueOf } from './store.js';

export function makeGrid(spec, held, settingsOf) {
  const axes = spec.axes.map((axis) => ({ ...axis, settings: settingsOf(axis.name) }));
  const over = new Set(spec.over ?? []);
  return {
    run(values) {
      const positions = axes.map((axis) => position(axis, values[axis.name]));
      const fixed = {};
      const weights = (entry, method) => entryWeights(entry, axes, positions, method);
      const plan = spec.outputs.map((entry) => {
        const method = entry.kind === 'f' ? spec.interpolation : 'nearest';
        const near = held[entry.name].gaps ? weights(entry, 'linear') : null;
        return { entry, terms: weights(entry, method), near, read: reader(entry, held) };
      });
      return {
        at(frame) {
          const outputs = {};
          for (const { entry, terms, near, read } of plan) {
            const moving = over.has(entry.name);
            if (!moving && entry.name in fixed) outputs[entry.name] = fixed[entry.name];
            else outputs[entry.name] = read(terms, near, axes.length, moving ? frame : null);
            if (!moving) fixed[entry.name] = outputs[entry.name];
          }
          return outputs;
        },
      };
    },
  };
}

function position(axis, value) {
  if (axis.kind === 'linear') return ((value - axis.low) / (axis.high - axis.low)) * (axis.n - 1);
  if (axis.kind === 'log') {
    return (Math.log(value / axis.low) / Math.log(axis.high / axis.low)) * (axis.n - 1);
  }
  const exact = axis.settings.indexOf(value);
  if (exact >= 0 || typeof value !== 'number') return Math.max(exact, 0);
  let best = 0;
  axis.settings.forEach((setting, i) => {
    if (Math.abs(setting - value) < Math.abs(axis.settings[best] - value)) best = i;
  });
  return best;
}

function entryWeights(entry, axes, positions, method) {
  const lengths = entry.shape.slice(0, axes.length);
  const perAxis = axes.map((axis, i) =>
    axisWeights(lengths[i] > 1 ? positions[i] : 0, lengths[i], axis.kind === 'list' ? 'nearest' : method),
  );
  return tensorWeights(perAxis, lengths);
}

// A function that sums blocks of codes: a number or word, or an array with its shape.
function reader(entry, held) {
  const section = held[entry.name];
  const words = held[`${entry.name}:words`]?.words;
  return (terms, near, axes, frame) => {
    let shape = entry.shape.slice(axes);
    const block = shape.reduce((a, b) => a * b, 1);
    let [start, size] = [0, block];
    if (frame !== null) {
      size = block / shape[0];
      start = frame * size;
      shape = shape.slice(1);
    }
    const data = entry.kind === 'f' ? sum(section, terms, near, block, start, size)
      : pick(section, terms[0][0] * block + start, size, entry.kind, words);
    return shape.length ? { kind: entry.kind, shape, data } : data[0];
  };
}

function sum(section, terms, near, block, start, size) {
  const { codes, gaps, levels } = section;
  const out = new Float64Array(size);
  for (const [node, weight] of terms) {
    const first = node * block + start;
    for (let i = 0; i < size; i += 1) {
      const code = codes[first + i];
      out[i] += gaps && code > levels ? NaN : weight * code;
    }
  }
  if (gaps) besideGaps(out, section, near, block, start);
  const scale = { ...section, gaps: false };
  for (let i = 0; i < size; i += 1) out[i] = valueOf(scale, out[i]);
  return out;
}

// Beside a gap: the mean of the nearest nodes with a number, if they have half of the weight.
function besideGaps(out, { codes, levels }, near, block, start) {
  out.forEach((value, i) => {
    if (!Number.isNaN(value)) return;
    let [total, weight] = [0, 0];
    for (const [node, share] of near) {
      const code = codes[node * block + start + i];
      if (code > levels) continue;
      total += share * code;
      weight += share;
    }
    out[i] = weight >= 0.5 ? total / weight : NaN;
  });
}

function pick(section, first, size, kind, words) {
  const out = [];
  for (let i = 0; i < size; i += 1) {
    const whole = Math.round(valueOf(section, section.codes[first + i]));
    if (kind === 's') out.push(words[whole]);
    else out.push(kind === 'b' ? whole === 1 : whole);
  }
  return out;
}
