// Python: ask for the newest setting, one at a time, and read the answer.
import { arrayRun } from './outputs.js';
import { bytesOf, readStore } from './store.js';

const PATIENCE = 3000;

// Calls back once with true if a kernel answers, or with false if none does in time.
export function findKernel(model, found) {
  let settled = false;
  const settle = (alive) => {
    if (settled) return;
    settled = true;
    found(alive);
  };
  model.on('msg:custom', (message) => message?.kind === 'pong' && settle(true));
  try {
    model.send({ kind: 'ping' });
  } catch {
    settle(false);
  }
  setTimeout(() => settle(false), PATIENCE);
}

export async function readAnswer(model, over) {
  const answer = model.get('answer');
  if (answer.error) return { values: answer.values, error: answer.error };
  const held = await readStore(answer.sections, bytesOf(model.get('answer_data')));
  const outputs = Object.fromEntries(answer.outputs.map((entry) => [entry.name, output(entry, held)]));
  return { values: answer.values, run: arrayRun(outputs, over) };
}

function output({ name, kind, shape }, held) {
  const section = held[name];
  let data = section.words ?? section.data;
  if (kind === 'b') data = Array.from(data, Boolean);
  return shape.length ? { kind, shape, data } : data[0];
}

// Sends settings to Python; while one is being computed only the newest other one is kept.
export function makeAsker(model, onAnswer) {
  let waiting = false;
  let next = null;
  const send = (values) => {
    if (same(values, model.get('answer')?.values)) return;
    waiting = true;
    model.set('values', values);
    model.save_changes();
  };
  model.on('change:answer', () => {
    waiting = false;
    onAnswer();
    if (next) {
      const values = next;
      next = null;
      send(values);
    }
  });
  return (values) => {
    if (waiting) next = { ...values };
    else send({ ...values });
  };
}

export const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
