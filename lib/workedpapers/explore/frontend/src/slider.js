// A number between two bounds: a native range input that counts settings.
import { h, uniqueId } from './dom.js';
import { formatValue, withUnit } from './formats.js';

export function slider(control, onChange) {
  const { settings } = control;
  const id = uniqueId();
  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min: 0, max: settings.length - 1, step: 1 });
  const words = (value) => withUnit(formatValue(value, control.format), control.unit);
  const show = (value) => {
    output.textContent = words(value);
    input.setAttribute('aria-valuetext', output.textContent);
    input.style.setProperty('--p', `${(100 * input.value) / (settings.length - 1)}%`);
  };
  const go = (place) => {
    const at = Math.min(Math.max(place, 0), settings.length - 1);
    if (at === +input.value) return;
    input.value = at;
    show(settings[at]);
    onChange(settings[at]);
  };
  input.addEventListener('input', () => {
    show(settings[+input.value]);
    onChange(settings[+input.value]);
  });
  return {
    element: h('div', { class: 'wp-control wp-slider' }, h('label', { for: id }, control.label), output, rail(input)),
    set(value) {
      input.value = nearest(settings, value);
      show(value);
    },
    enable: (on) => (input.disabled = !on),
    // For a mark in a plot that stands at this slider.
    moves: () => !input.disabled,
    moveTo: (value) => go(nearest(settings, value)),
    nudge: (by) => go(+input.value + by),
    says: () => `${control.label} ${words(settings[+input.value])}`,
  };
}

export function nearest(settings, value) {
  let best = 0;
  settings.forEach((setting, i) => {
    if (Math.abs(setting - value) < Math.abs(settings[best] - value)) best = i;
  });
  return best;
}

const THUMB = 18;

// A range input whose pointer is watched here: a swipe that begins on it scrolls the page, a drag
// along it moves it, a tap sets it. Browsers let a swipe do both.
export function rail(input) {
  const element = h('span', { class: 'wp-rail' }, input);
  let held = null;
  const pick = (x) => {
    const box = input.getBoundingClientRect();
    const share = Math.min(Math.max((x - box.left - THUMB / 2) / (box.width - THUMB), 0), 1);
    const value = Math.round(+input.min + share * (input.max - input.min));
    if (value === +input.value) return;
    input.value = value;
    input.dispatchEvent(new Event('input'));
  };
  const listeners = {
    pointerdown(event) {
      if (event.button || input.disabled) return;
      held = { id: event.pointerId, x: event.clientX, y: event.clientY, slides: event.pointerType !== 'touch' };
      if (!held.slides) return;
      element.setPointerCapture(event.pointerId);
      event.preventDefault();
      input.focus({ preventScroll: true });
      pick(event.clientX);
    },
    pointermove(event) {
      if (held?.id !== event.pointerId) return;
      const [dx, dy] = [Math.abs(event.clientX - held.x), Math.abs(event.clientY - held.y)];
      if (!held.slides && Math.max(dx, dy) < 6) return;
      if (!held.slides && dy > dx) {
        held = null;
        return;
      }
      if (!held.slides) element.setPointerCapture(event.pointerId);
      held.slides = true;
      pick(event.clientX);
    },
    pointerup(event) {
      if (held?.id !== event.pointerId) return;
      if (!held.slides) pick(event.clientX);
      held = null;
    },
    pointercancel: () => (held = null),
  };
  for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener);
  // A drag along the slider is no swipe back to the page before.
  element.addEventListener('touchmove', (event) => {
    if (held?.slides && event.cancelable) event.preventDefault();
  }, { passive: false });
  return element;
}
