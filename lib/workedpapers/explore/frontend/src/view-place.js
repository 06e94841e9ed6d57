// Controls at a place among the views.
import { layControls } from './controls.js';

export function makePlace(panel, { part }) {
  const element = layControls(panel.of.map(part), 'wp-controls wp-placed');
  return { element, reads: [], update() {}, repaint() {}, destroy() {} };
}
