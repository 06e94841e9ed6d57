// One form for outputs, whoever computed them: a number, word or truth value, or an array as
// { kind, shape, data } with its rows one after another.
export function normalOutput(value) {
  if (value == null) return NaN;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value)) {
    return { kind: 'f', shape: value.shape ?? [value.length], data: value };
  }
  if (!Array.isArray(value)) return { kind: 'f', ...value };
  const shape = [];
  for (let level = value; isList(level); level = level[0]) shape.push(level.length);
  let data = value;
  for (let depth = 1; depth < shape.length; depth += 1) data = data.flatMap((row) => [...row]);
  return { kind: typeof data[0] === 'string' ? 's' : 'f', shape, data };
}

const isList = (value) => Array.isArray(value) || ArrayBuffer.isView(value);

export function normalOutputs(result) {
  return Object.fromEntries(Object.entries(result).map(([k, v]) => [k, normalOutput(v)]));
}

// One frame of an output that has a leading axis of frames.
export function frameOf(output, frame) {
  const size = output.shape.slice(1).reduce((a, b) => a * b, 1);
  const part = output.data.slice(frame * size, (frame + 1) * size);
  return output.shape.length === 1 ? part[0] : { ...output, shape: output.shape.slice(1), data: part };
}

// All outputs of one setting, of which `over` run through frames.
export function arrayRun(outputs, over) {
  const moving = (over ?? []).filter((name) => name in outputs);
  return {
    at(frame) {
      const now = { ...outputs };
      for (const name of moving) now[name] = frameOf(outputs[name], frame);
      return now;
    },
  };
}

// Outputs as JSON, for the comparison with Python.
export function plain(result) {
  const entries = Object.entries(normalOutputs(result)).map(([name, output]) => {
    const array = typeof output === 'object' ? output : { shape: [], data: [output] };
    const first = array.data[0];
    const kind = { string: 'words', boolean: 'truths' }[typeof first] ?? 'numbers';
    const data = Array.from(array.data, (x) => (Number.isFinite(x) || kind !== 'numbers' ? x : `${x}`));
    return [name, { kind, shape: array.shape, data }];
  });
  return Object.fromEntries(entries);
}
