// For a kernel: the widget. For tests: the parts that say the same as Python.
import { makeFigure } from './figure.js';
import { bytesOf, readStore } from './store.js';

export { readState, writeState } from './address.js';
export { makeFigure } from './figure.js';
export { formatValue } from './formats.js';
export { makeGrid } from './grid.js';
export { mirrorData } from './mirror.js';
export { plain } from './outputs.js';
export { numbersOf, readStore } from './store.js';
export { csvFile } from './table.js';
export { renderTemplate } from './template.js';
export { findOptions, fold } from './lookup.js';

async function render({ model, el }) {
  const spec = model.get('spec');
  const held = await readStore(spec.sections, bytesOf(model.get('store')));
  const figure = await makeFigure({ spec, held, element: el, model });
  return () => figure.destroy();
}

export default { render };
