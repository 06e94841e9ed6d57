// Python: ask for the newest setting, one at a time, and read the answer.
import { arrayRun } from './outputs.js';
import { bytesOf, readStore } from './store.js';

const PATIENCE = 3000;

// Calls `onAnswer` when a kernel answers, however late: it may be busy with the cells below.
// Calls `onSilence` once if none has answered after a while.
export function findKernel(model, onAnswer, onSilence) {
  let answered = false;
  model.on('msg:custom', (message) => {
    if (message?.kind !== 'pong' || answered) return;
    answered = true;
    onAnswer();
  });
  const doubt = () => answered || onSilence();
  try {
    model.send({ kind: 'ping' });
    setTimeout(doubt, PATIENCE);
  } catch {
    doubt();
  }
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
