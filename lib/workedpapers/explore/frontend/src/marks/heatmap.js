// Maps: numbers as colours.
import { colourTable } from '../theme.js';
import { placesOf } from './brush.js';
import { ring } from './marker.js';

export const heatmap = {
  count: () => 0,
  onAxis: (layer, axis) => (typeof layer[axis] === 'string' ? [layer[axis]] : []),
  reads: (layer) => [layer.z, layer.x, layer.y, ...(layer.marker ?? [])].filter((name) => typeof name === 'string'),
  legend: () => [],
  under(pen, layer, known, look, { bounds, sheet }) {
    const { shape, data } = known[layer.z];
    const [rows, columns] = shape;
    const edges = (axis, n) => rims(placesOf(layer[axis], known), n, pen.log[axis]).map(pen[axis]);
    const [left, right] = edges('x', columns);
    const [bottom, top] = edges('y', rows);
    const picture = sheet(layer, data, bounds(), columns);
    pen.ctx.imageSmoothingEnabled = false;
    pen.ctx.drawImage(picture, left, top, right - left, bottom - top);
  },
  draw(pen, layer, known) {
    if (layer.marker) ring(pen, pen.x(known[layer.marker[0]]), pen.y(known[layer.marker[1]]), '#111', false);
  },
};

// A picture of a table, made again only when its numbers or bounds changed.
export function makeSheet() {
  const canvas = document.createElement('canvas');
  let [of, within] = [null, ''];
  return (layer, data, bounds, columns) => {
    if (of === data && within === `${bounds}`) return canvas;
    [of, within] = [data, `${bounds}`];
    canvas.width = columns;
    canvas.height = data.length / columns;
    const ctx = canvas.getContext('2d');
    const image = ctx.createImageData(canvas.width, canvas.height);
    paint(image, data, bounds, layer.colormap, columns, true);
    ctx.putImageData(image, 0, 0);
    return canvas;
  };
}

// Outer edges of cells whose middles lie evenly between the first and the last place; on a
// logarithmic axis, evenly in the logarithm.
export function rims(places, n, log) {
  const data = places.data ?? places;
  const [first, last] = [data[0], data[data.length - 1]].map((place) => (log ? Math.log(place) : place));
  const half = (last - first) / Math.max(n - 1, 1) / 2;
  return [first - half, last + half].map((rim) => (log ? Math.exp(rim) : rim));
}

// Colours of numbers between two bounds; with `upwards` the first row is the lowest.
export function paint(image, data, [low, high], colormap, columns, upwards = false) {
  const table = colourTable(colormap);
  const rows = data.length / columns;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = data[row * columns + column];
      const share = Math.min(Math.max((value - low) / (high - low || 1), 0), 1);
      const from = 3 * Math.round(255 * share);
      const to = 4 * ((upwards ? rows - 1 - row : row) * columns + column);
      for (let k = 0; k < 3; k += 1) image.data[to + k] = table[from + k];
      image.data[to + 3] = Number.isNaN(value) ? 0 : 255;
    }
  }
}
