// Buttons that set several controls at once; where there is little room, a menu of the same.
import { h, uniqueId } from './dom.js';
import { rove } from './roving.js';

const OWN = 'your own settings';

export function makePresets(control, onChange) {
  const { label, options } = control;
  const [id, labelId] = [uniqueId(), uniqueId()];
  const press = (i) => onChange(structuredClone(options[i].values));
  const buttons = options.map(({ words }, i) =>
    h('button', { type: 'button', class: 'wp-button wp-preset', 'aria-pressed': 'false', onclick: () => press(i) }, words));
  const items = options.map(({ words }, i) => h('option', { value: i }, words));
  const own = h('option', { value: -1, disabled: true, hidden: true }, OWN);
  const select = h('select', { id, onchange: () => press(+select.value) }, own, ...items);
  let pressed = null;
  const row = h('div', { class: 'wp-row-of-presets', role: 'group', 'aria-labelledby': labelId }, ...buttons);
  rove(row, buttons);
  return {
    element: h('div', { class: 'wp-control wp-presets' }, h('label', { for: id, id: labelId }, label), row, select),
    // Marks the option whose values all hold, if there is one.
    mark(values) {
      const now = options.findIndex((option) =>
        Object.entries(option.values).every(([name, value]) => equal(values[name], value)));
      if (now === pressed) return;
      pressed = now;
      buttons.forEach((button, i) => button.setAttribute('aria-pressed', String(i === now)));
      select.value = now;
    },
    enable: (on) => [...buttons, select].forEach((part) => (part.disabled = !on)),
  };
}

const equal = (a, b) => (Array.isArray(a) && Array.isArray(b)
  ? a.length === b.length && a.every((x, i) => equal(x, b[i])) : a === b);
