// Everything around the plots: title, badge, menu, controls, message, small print and caption.
import { layControls, resetButton } from './controls.js';
import { h } from './dom.js';
import { makeMenu } from './menu.js';

const BADGES = {
  python: ['Computed by Python', 'Every move of a control calls the Python function.'],
  grid: ['Stored results', 'Python computed these results when the page was built; your browser interpolates.'],
  mirror: ['Computed in your browser', 'A JavaScript copy of the Python function runs in your browser.'],
  stored: ['Stored result', 'No Python is running: this is the first result only.'],
};

export function makeFrame(spec, rows, below, { moves, onReset, offers, quiz }) {
  const badge = h('span', { class: 'wp-badge' });
  const message = h('div', { class: 'wp-message', role: 'alert', hidden: true });
  const spoken = h('div', { class: 'wp-spoken', 'aria-live': 'polite' });
  const title = h('span', { class: 'wp-title' }, spec.quiz ? 'Predict, then move' : spec.title);
  const views = h('div', { class: 'wp-views' }, ...rows);
  const panel = layControls(below, 'wp-controls');
  const foot = h('div', { class: 'wp-foot' }, moves ? resetButton(onReset) : null, smallPrint(spec.report));
  const body = h('div', { class: 'wp-body' }, views, message, panel);
  const element = h('figure', { class: 'wp-x', 'data-wp': spec.id },
    h('div', { class: 'wp-top' }, title, badge, makeMenu(spec.name, offers)), quiz?.element, body, foot,
    h('figcaption', {}, spec.caption), spoken);
  // JupyterLab would take the arrow keys for its own shortcuts; it asks the focused element.
  for (const part of element.querySelectorAll('input, select, button, summary')) {
    part.setAttribute('data-lm-suppress-shortcuts', 'true');
  }
  return {
    element,
    badge(kind) {
      const [text, hint] = BADGES[kind];
      badge.textContent = text;
      badge.title = hint;
      badge.dataset.kind = kind;
      element.dataset.source = kind;
    },
    say: (text) => (spoken.textContent = text),
    complain(text) {
      message.hidden = !text;
      message.textContent = text ?? '';
      views.classList.toggle('wp-stale', Boolean(text));
    },
    busy: (on) => views.classList.toggle('wp-busy', on),
  };
}

function smallPrint(report) {
  if (!report?.length) return null;
  const parts = report.map((part) => (part.text ? h('p', {}, part.text) : table(part)));
  return h('details', { class: 'wp-details' }, h('summary', {}, 'How exact is this?'), h('div', {}, ...parts));
}

function table({ head, rows }) {
  const heads = head.map((text) => h('th', { scope: 'col' }, text));
  const body = rows.map(([first, ...rest]) =>
    h('tr', {}, h('th', { scope: 'row' }, first), ...rest.map((text) => h('td', {}, text))));
  // A table wider than a phone scrolls, from the keyboard too.
  return h('div', { class: 'wp-scroll', tabindex: 0, role: 'region', 'aria-label': 'Measured errors' },
    h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...body)));
}
