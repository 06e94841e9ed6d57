// A number between two bounds: a native range input that counts settings.
import { h, uniqueId } from './dom.js';
import { formatValue, withUnit } from './formats.js';

export function slider(control, onChange) {
  const { settings } = control;
  const id = uniqueId();
  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min: 0, max: settings.length - 1, step: 1 });
  const show = (value) => {
    output.textContent = withUnit(formatValue(value, control.format), control.unit);
    input.setAttribute('aria-valuetext', output.textContent);
    input.style.setProperty('--p', `${(100 * input.value) / (settings.length - 1)}%`);
  };
  input.addEventListener('input', () => {
    show(settings[+input.value]);
    onChange(settings[+input.value]);
  });
  return {
    element: h('div', { class: 'wp-control wp-slider' }, h('label', { for: id }, control.label), output, input),
    set(value) {
      input.value = nearest(settings, value);
      show(value);
    },
    enable: (on) => (input.disabled = !on),
  };
}

function nearest(settings, value) {
  let best = 0;
  settings.forEach((setting, i) => {
    if (Math.abs(setting - value) < Math.abs(settings[best] - value)) best = i;
  });
  return best;
}
