// Controls at a place among the views.
import { h } from './dom.js';

export function makePlace(panel, { handle }) {
  const element = h('div', { class: 'wp-controls wp-placed' }, ...panel.of.map((name) => handle(name).element));
  return { element, update() {}, repaint() {}, destroy() {} };
}
