// The controls, each a labelled native element: { element, set(value), enable(on) }.
import { h, icon, uniqueId } from './dom.js';
import { makeHandles } from './handles.js';
import { makeLookup } from './lookup.js';
import { makePlayer } from './play.js';
import { makePresets } from './presets.js';
import { slider } from './slider.js';

const RESET = 'M10 4a6 6 0 1 1-5.7 4.1M4 3.5v5h5';

export function makeControl(control, options, onChange, context) {
  const makers = { slider, choice, toggle, lookup: makeLookup, play: makePlayer, handles: makeHandles, presets: makePresets };
  const made = makers[control.kind]({ ...control, options: options ?? control.options }, onChange, context);
  if (control.hint && control.kind !== 'handles') made.element.append(h('div', { class: 'wp-hint' }, control.hint));
  return { ...made, more: control.more, label: control.label };
}

// Controls that stand together; those for which two or three are enough at first are folded.
export function layControls(parts, name) {
  const folded = parts.filter((part) => part.more);
  const element = h('div', { class: name }, ...parts.filter((part) => !part.more).map((part) => part.element));
  if (folded.length) {
    const what = folded.map((part) => part.label.split(/[(:]/)[0].trim().toLowerCase()).join(', ');
    element.append(h('details', { class: 'wp-more' }, h('summary', {}, 'More', h('span', {}, `: ${what}`)),
      h('div', { class: 'wp-controls' }, ...folded.map((part) => part.element))));
  }
  return element;
}

// A few short options lie side by side; more go into a list.
function choice(control, onChange) {
  const { options, label } = control;
  const short = options.length <= 4 && options.join('').length <= 44;
  return short ? radios(options, label, onChange) : menu(options, label, onChange);
}

function radios(options, label, onChange) {
  const name = uniqueId();
  const inputs = options.map((option) =>
    h('input', { type: 'radio', name, id: uniqueId(), value: option, onchange: () => onChange(option) }),
  );
  const pairs = inputs.flatMap((input, i) => [input, h('label', { for: input.id }, options[i])]);
  const group = h('div', { class: 'wp-segments' }, ...pairs);
  return {
    element: h('fieldset', { class: 'wp-control wp-choice' }, h('legend', {}, label), group),
    set: (value) => inputs.forEach((input) => (input.checked = input.value === value)),
    enable: (on) => inputs.forEach((input) => (input.disabled = !on)),
  };
}

function menu(options, label, onChange) {
  const id = uniqueId();
  const list = options.map((option) => h('option', { value: option }, option));
  const select = h('select', { id, onchange: () => onChange(select.value) }, ...list);
  return {
    element: h('div', { class: 'wp-control wp-menu' }, h('label', { for: id }, label), select),
    set: (value) => (select.value = value),
    enable: (on) => (select.disabled = !on),
  };
}

function toggle(control, onChange) {
  const id = uniqueId();
  const output = h('output', { for: id });
  const input = h('input', { type: 'checkbox', role: 'switch', id });
  const show = () => (output.textContent = input.checked ? 'on' : 'off');
  input.addEventListener('change', () => {
    show();
    onChange(input.checked);
  });
  return {
    element: h('div', { class: 'wp-control wp-toggle' }, input, h('label', { for: id }, control.label), output),
    set(value) {
      input.checked = value;
      show();
    },
    enable: (on) => (input.disabled = !on),
  };
}

export function resetButton(onReset) {
  return h('button', { type: 'button', class: 'wp-button wp-reset', onclick: onReset }, icon(RESET), 'Reset');
}
