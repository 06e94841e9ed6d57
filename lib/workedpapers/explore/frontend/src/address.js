// A state as part of an address, #figure?G=4&order=simultaneous: what differs from the start.
import { nearest } from './slider.js';

const flat = (value) => (Array.isArray(value) ? value.flat() : [value]);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export function writeState(controls, state) {
  const settable = controls.filter((control) => control.kind !== 'presets' && control.name in state);
  const parts = settable.filter((control) => !same(state[control.name], control.default))
    .map((control) => `${control.name}=${flat(state[control.name]).map((v) => encodeURIComponent(v)).join(',')}`);
  return parts.join('&');
}

// Values by control, as far as the text names controls and values that they can have.
export function readState(controls, optionsOf, text) {
  const fresh = {};
  for (const part of (text ?? '').split('&')) {
    const [name, raw] = part.split(/=(.*)/s);
    const control = controls.find((one) => one.name === name && one.kind !== 'presets');
    if (!control || raw === undefined) continue;
    const value = readValue(control, optionsOf(name), raw);
    if (value !== undefined) fresh[name] = value;
  }
  return fresh;
}

function readValue(control, options, raw) {
  const text = decodeURIComponent(raw.replace(/\+/g, ' '));
  const numbers = raw.split(',').map(Number);
  if (control.kind === 'slider') return Number.isFinite(numbers[0]) ? control.settings[nearest(control.settings, numbers[0])] : undefined;
  if (control.kind === 'play') return Number.isFinite(numbers[0]) ? Math.min(Math.max(Math.round(numbers[0]), 0), control.frames - 1) : undefined;
  if (control.kind === 'toggle') return { true: true, on: true, false: false, off: false }[text];
  if (control.kind === 'handles') return readPlaces(control, numbers);
  return control.free || (options ?? []).includes(text) ? text : undefined;
}

function readPlaces({ axes, labels }, numbers) {
  if (numbers.length !== axes.length * labels.length || !numbers.every(Number.isFinite)) return undefined;
  const held = numbers.map((x, i) => Math.min(Math.max(x, axes[i % axes.length].low), axes[i % axes.length].high));
  return axes.length === 1 ? held : labels.map((_, i) => held.slice(2 * i, 2 * i + 2));
}
