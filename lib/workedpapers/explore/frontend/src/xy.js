// A plot with axes: curves, points and maps in the same frame.
import uPlot from 'uplot';
import { makeDrag } from './drag.js';
import { h } from './dom.js';
import { formatValue } from './formats.js';
import { drawBand, drawMap, drawPoints, drawRing, drawRule, listOf, markerOf, placesOf, rims, scaledDash } from './layers.js';
import { makeLimits } from './limits.js';
import { heading, makePlot, sample } from './plot.js';
import { dash, gradient } from './theme.js';

const facets = () => [{ scale: 'x', auto: true }, { scale: 'y', auto: true }];
const linear = uPlot.paths.linear();
const PATHS = {
  line: (u, k, from, to) => (turns(u.data[k][0]) ? trace(u, ...u.data[k]) : linear(u, k, from, to)),
  step: uPlot.paths.stepped({ align: 1 }),
};

// A curve that turns back. For a gap uPlot would blank out the whole strip between two positions,
// in which other parts of such a curve may lie.
function trace(u, xs, ys) {
  const stroke = new Path2D();
  let pen = 'moveTo';
  for (let i = 0; i < xs.length; i += 1) {
    if (ys[i] === null) pen = 'moveTo';
    else {
      stroke[pen](u.valToPos(xs[i], 'x', true), u.valToPos(ys[i], 'y', true));
      pen = 'lineTo';
    }
  }
  return { stroke, fill: null, clip: null };
}

export function makeXY(panel, { theme, ranges, handle }) {
  const host = h('div', { class: 'wp-plot' });
  const head = heading(panel.ylabel);
  const element = h('div', { class: 'wp-panel', role: 'img' }, head.element, host);
  const layers = numbered(panel.layers);
  const curves = layers.filter((layer) => layer.mark === 'lines');
  const map = layers.find((layer) => layer.mark === 'heatmap');
  const lines = curves.flatMap((layer) => layer.y.map((name, k) => ({ layer, name, number: layer.number + k })));
  const x = limitsOf(panel, layers, 'x', ranges, handle);
  const y = limitsOf(panel, layers, 'y', ranges, handle);
  const z = map && makeLimits({ limits: map.zlim, log: false, names: [map.z], ranges, pad: 0 });
  const legend = makeLegend(head.legend, layers, map, theme);
  const trails = new Map(layers.filter((layer) => layer.trails).map((layer) => [layer, { past: [], last: null }]));
  const grips = layers.filter((layer) => layer.handles);
  let [known, frame, made, drag] = [null, null, null, null];
  let put = null; // a dragged point lies where it was put, even while Python still computes

  const zBounds = () => {
    const [low, high] = z.get();
    if (map.colormap !== 'diverging' || Array.isArray(map.zlim)) return [low, high];
    const far = Math.max(Math.abs(low), Math.abs(high));
    return [-far, far];
  };
  const under = (u) => {
    if (!known) return;
    if (map) drawMap(u, map, known, zBounds());
    for (const layer of curves) {
      layer.bands.forEach(([low, high], k) => {
        drawBand(u, listOf(known[layer.x]), listOf(known[low]), listOf(known[high]), theme().series(layer.number + Math.min(k, layer.y.length - 1)));
      });
    }
  };
  const over = (u) => {
    if (!known) return;
    for (const rule of panel.rules) drawRule(u, rule, known, theme());
    for (const layer of layers) {
      if (layer.mark !== 'points') continue;
      drawPoints(u, layer, placed(layer), layer.number, theme(), trails.get(layer)?.past, gripped(layer));
    }
    if (map?.marker) drawRing(u, known[map.marker[0]], known[map.marker[1]]);
  };
  const placed = (layer) => {
    if (put?.layer !== layer) return known;
    const moved = ['x', 'y'].map((axis, k) => [layer[axis], { data: swapped(listOf(known[layer[axis]]), put.i, put.at[k]) }]);
    return { ...known, ...Object.fromEntries(moved) };
  };
  const gripped = (layer) => (drag?.near()?.layer === layer ? drag.near().i : null);
  const targets = () => (known ? grips : []).flatMap((layer) => {
    if (!handle(layer.handles).moves()) return [];
    const now = placed(layer);
    const ys = listOf(now[layer.y]);
    return Array.from(listOf(now[layer.x]), (at, i) => ({ key: `${layers.indexOf(layer)} ${i}`, layer, i, x: at, y: ys[i] }));
  });
  const move = ({ layer, i }, ...to) => {
    const control = handle(layer.handles);
    put = { layer, i, at: control.moveTo(i, to.slice(0, control.axes.length)) };
    made.refresh();
  };
  const build = () => {
    made = makePlot(host, {
      theme, height: panel.height, series, under, over, equal: panel.equal,
      onCursor: lines.length ? onCursor : null,
      x: { limits: x.get, log: panel.xlog, label: panel.xlabel, grid: !map },
      y: { limits: y.get, log: panel.ylog, grid: !map },
    });
    if (grips.length) drag = makeDrag(made.plot, targets, move, made.refresh);
  };
  const onCursor = (u) => {
    if (!known) return;
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, 'x') : null;
    legend.values(at === null ? null : lines.map(({ layer, name }) => valueAt(known, layer.x, name, at)));
  };
  const series = lines.map(({ layer, name, number }) => ({
    facets: facets(),
    stroke: () => theme().series(number),
    width: 2.2,
    pxAlign: 0,
    dash: scaledDash(number),
    paths: layer.steps.includes(name) ? PATHS.step : PATHS.line,
    points: { show: false },
  }));
  if (!series.length) series.push({ facets: facets(), paths: () => null, points: { show: false } });

  return {
    element,
    update(outputs, controls, now) {
      known = { ...controls, ...outputs };
      for (const [layer, trail] of trails) remember(trail, layer, outputs, now - frame);
      frame = now;
      x.see(seen(layers, 'x', outputs, panel.xlog));
      y.see(seen(layers, 'y', outputs, panel.ylog));
      if (z) {
        z.see([outputs[map.z].data]);
        legend.bounds(...zBounds());
      }
      const data = lines.length ? lines.map(({ layer, name }) => [numbers(outputs[layer.x]), gapped(outputs[name])]) : [[[0], [null]]];
      if (!drag?.held()) put = null;
      if (!made) build();
      made.draw(data);
    },
    repaint() {
      legend.paint();
      made?.repaint();
    },
    destroy: () => made?.destroy(),
  };
}

// Give every curve and every named set of points its colour, in order.
function numbered(layers) {
  let next = 0;
  return layers.map((layer) => {
    const number = next;
    if (layer.mark === 'lines') next += layer.y.length;
    if (layer.mark === 'points' && layer.label) next += 1;
    return { ...layer, number };
  });
}

function onAxis(layer, axis) {
  if (layer.mark === 'lines') return axis === 'x' ? [layer.x] : [...layer.y, ...layer.bands.flat()];
  if (layer.mark === 'points') return [layer[axis]];
  return typeof layer[axis] === 'string' ? [layer[axis]] : [];
}

function limitsOf(panel, layers, axis, ranges, handle) {
  const map = layers.some((layer) => layer.mark === 'heatmap');
  const only = layers.every((layer) => layer.mark === 'lines');
  const names = layers.filter((layer) => layer.mark !== 'heatmap').flatMap((layer) => onAxis(layer, axis));
  const include = panel.rules.map((rule) => rule[axis]).filter((at) => typeof at === 'number');
  for (const layer of layers.filter((one) => one.handles)) {
    const reach = handle(layer.handles).axes['xy'.indexOf(axis)];
    if (reach) include.push(reach.low, reach.high);
  }
  const pad = map || (axis === 'x' && only) ? 0 : 0.05;
  return makeLimits({ limits: panel[`${axis}lim`], log: panel[`${axis}log`], names, ranges, pad, include });
}

function seen(layers, axis, outputs, log) {
  return layers.flatMap((layer) => {
    if (layer.mark !== 'heatmap') return onAxis(layer, axis).map((name) => listOf(outputs[name]));
    const n = outputs[layer.z].shape[axis === 'x' ? 1 : 0];
    return [rims(placesOf(layer[axis], outputs), n, log)];
  });
}

const numbers = (output) => output.data;
// A list with one number replaced, unless there is none to replace it.
const swapped = (list, i, at) => Array.from(list, (old, j) => (j === i ? at ?? old : old));
const copy = (output) => Array.from(listOf(output));
const gapped = (output) => {
  const { data } = output;
  return data.some(Number.isNaN) ? Array.from(data, (value) => (Number.isNaN(value) ? null : value)) : data;
};

// Keeps the positions of the frames just shown, of which a slow screen skips some; a jump, or
// another setting, begins anew.
function remember(trail, layer, outputs, step) {
  if (step >= 1 && step <= 10) trail.past = [...trail.past, trail.last].slice(-layer.trails);
  else trail.past = [];
  trail.last = [copy(outputs[layer.x]), copy(outputs[layer.y])];
}

// A curve that turns back, as a circle does, has more than one value at a place.
function turns(xs) {
  const up = xs[0] <= xs[xs.length - 1];
  return xs.some((x, i) => i && x !== xs[i - 1] && x > xs[i - 1] !== up);
}

function valueAt(known, xName, yName, at) {
  const xs = known[xName].data;
  if (turns(xs)) return NaN;
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= at === xs[0] <= xs[xs.length - 1]) low = middle;
    else high = middle;
  }
  const nearest = Math.abs(xs[low] - at) <= Math.abs(xs[high] - at) ? low : high;
  return known[yName].data[nearest];
}

function makeLegend(host, layers, map, theme) {
  const samples = [];
  const outputs = [];
  const total = layers.reduce((n, l) => n + (l.mark === 'lines' ? l.y.length : l.label ? 1 : 0), 0);
  const add = (made, label) => {
    samples.push(made);
    const value = h('span', { class: 'wp-value' });
    host.append(h('span', { class: 'wp-entry' }, made.canvas, label, value));
    return value;
  };
  for (const layer of layers) {
    if (layer.mark === 'lines') {
      layer.y.forEach((_, k) => {
        const number = layer.number + k;
        const made = sample('line', number, theme, { dash: dash[number % dash.length] });
        outputs.push(add(made, total > 1 ? layer.labels[k] : ''));
      });
    } else if (layer.mark === 'points' && layer.label) {
      add(sample('point', layer.number, theme, { marker: markerOf(layer, layer.number), hollow: layer.hollow }), layer.label);
    }
  }
  if (total < 2 && !map) host.classList.add('wp-alone');
  const [low, high] = [h('span'), h('span')];
  if (map) {
    const bar = h('i', { class: 'wp-bar', style: `background:${gradient(map.colormap)}` });
    host.append(h('span', { class: 'wp-entry' }, map.zlabel, low, bar, high));
  }
  return {
    values: (list) => outputs.forEach((output, i) => {
      output.textContent = list && Number.isFinite(list[i]) ? formatValue(list[i], '.3g') : '';
    }),
    bounds(from, to) {
      low.textContent = formatValue(from, '.3g');
      high.textContent = formatValue(to, '.3g');
    },
    paint: () => samples.forEach((made) => made.paint()),
  };
}
