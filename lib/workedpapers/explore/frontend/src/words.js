// Numbers and sentences beside the plots.
import { h } from './dom.js';
import { formatValue } from './formats.js';
import { renderTemplate } from './template.js';

export function makeNumber(panel, { formats }) {
  const value = h('span', { class: 'wp-figure' });
  const unit = panel.unit ? h('span', { class: 'wp-unit' }, panel.unit) : null;
  const element = h('div', { class: 'wp-number' }, h('span', { class: 'wp-name' }, panel.label), h('span', {}, value, unit && !/^[°%′″]$/.test(panel.unit) ? ' ' : '', unit));
  return {
    element,
    update(outputs, controls) {
      const known = { ...controls, ...outputs };
      const now = known[panel.name];
      value.textContent = Number.isNaN(now) ? '–' : formatValue(now, panel.format || formats[panel.name] || '');
    },
    repaint() {},
    destroy() {},
  };
}

export function makeSentence(panel, { formats }) {
  const element = h('p', { class: 'wp-sentence' });
  return {
    element,
    update: (outputs, controls) => {
      element.textContent = renderTemplate(panel.text, { ...controls, ...outputs }, formats);
    },
    repaint() {},
    destroy() {},
  };
}
