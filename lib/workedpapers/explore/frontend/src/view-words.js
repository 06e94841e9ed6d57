// Numbers and sentences beside the plots.
import { h, say } from './dom.js';
import { formatValue } from './formats.js';
import { sample } from './plot.js';
import { namesIn, renderTemplate } from './template.js';


export function makeNumber(panel, { formats, looks, theme }) {
  const value = h('span', { class: 'wp-figure' });
  const unit = panel.unit ? h('span', { class: 'wp-unit' }, panel.unit) : null;
  const mark = panel.hue ? sample('point', () => looks(0, panel.hue), { theme }) : null;
  const element = h('div', { class: 'wp-number' }, h('span', { class: 'wp-name' }, mark?.image, panel.label),
    h('span', {}, value, unit && !/^[°%′″]$/.test(panel.unit) ? ' ' : '', unit));
  return {
    element,
    wordy: true,
    reads: [panel.name],
    update(known) {
      const now = known[panel.name];
      say(value, Number.isNaN(now) ? '–' : formatValue(now, panel.format || formats[panel.name] || ''));
    },
    repaint: () => mark?.paint(),
    destroy() {},
  };
}

export function makeSentence(panel, { formats }) {
  const element = h('p', { class: 'wp-sentence' });
  return {
    element,
    wordy: true,
    reads: namesIn(panel.text),
    update: (known) => say(element, renderTemplate(panel.text, known, formats)),
    repaint() {},
    destroy() {},
  };
}
