// The author's copy of the function in JavaScript, with the data it needs.
import { arrayRun, normalOutputs } from './outputs.js';
import { numbersOf } from './store.js';

// Data as the mirror gets it: typed arrays with a shape, and lists of strings.
export function mirrorData(held, entries) {
  const data = {};
  for (const { name, whole } of entries) {
    const section = held[`data:${name}`];
    if (section.words) {
      data[name] = section.words;
      continue;
    }
    const numbers = numbersOf(section);
    const small = whole && section.low >= -(2 ** 31) && section.high < 2 ** 31;
    data[name] = small ? Int32Array.from(numbers, Math.round) : numbers;
    data[name].shape = section.shape;
  }
  return data;
}

// A Blob address works on pages opened from disk too, where modules cannot be fetched.
export async function loadMirror(source) {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return (await import(/* webpackIgnore: true */ address)).default;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export function makeMirror(mirror, data, over) {
  return { run: (values) => arrayRun(normalOutputs(mirror(structuredClone(values), data)), over) };
}
