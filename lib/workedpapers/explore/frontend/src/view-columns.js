// Views side by side; one below the other where there is little room.
import { h } from './dom.js';

// `make` builds a panel; the leaves are handed to `keep`, which draws them with all the others.
export function makeColumns(panel, context, make) {
  const columns = panel.columns.map((column) => h('div', { class: 'wp-column' }, ...column.map((inner) => make(inner).element)));
  const shares = panel.widths.map((share) => `minmax(0, ${share}fr)`).join(' ');
  const numbers = panel.columns.every((column) => column.every((inner) => inner.type === 'number'));
  const element = numbers
    ? h('div', { class: 'wp-strip' }, ...columns.flatMap((column) => [...column.children]))
    : h('div', { class: 'wp-columns', style: `--columns:${shares}` }, ...columns);
  return { element };
}
