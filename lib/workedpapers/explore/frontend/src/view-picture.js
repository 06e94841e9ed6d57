// A table of numbers as an image.
import { h } from './dom.js';
import { paint } from './marks/heatmap.js';

export function makePicture(panel) {
  const canvas = h('canvas', { class: panel.smooth ? 'wp-image' : 'wp-image wp-sharp', style: `max-width:${panel.width}px` });
  const label = h('div', { class: 'wp-ylabel', 'aria-hidden': 'true' }, panel.label);
  const element = h('div', { class: 'wp-panel wp-picture', role: 'img' }, label, canvas);
  return {
    element,
    drawn: true,
    reads: [panel.image],
    title: panel.label || 'Picture',
    update(outputs) {
      const { shape, data, kind } = outputs[panel.image];
      const [rows, columns, depth] = shape;
      canvas.width = columns;
      canvas.height = rows;
      const ctx = canvas.getContext('2d');
      const image = ctx.createImageData(columns, rows);
      const bounds = panel.limits ?? (kind === 'i' ? [0, 255] : [0, 1]);
      if (depth === 3) colours(image, data, bounds);
      else paint(image, data, bounds, panel.colormap, columns);
      ctx.putImageData(image, 0, 0);
    },
    repaint() {},
    svg() {
      const wide = Math.min(panel.width, canvas.clientWidth || panel.width);
      const high = (wide * canvas.height) / canvas.width;
      return { width: wide, height: high, body: `<image href="${canvas.toDataURL()}" width="${wide}" height="${high}"${panel.smooth ? '' : ' style="image-rendering:pixelated"'}/>` };
    },
    destroy() {},
  };
}

function colours(image, data, [low, high]) {
  for (let i = 0; i < data.length / 3; i += 1) {
    for (let k = 0; k < 3; k += 1) image.data[4 * i + k] = (255 * (data[3 * i + k] - low)) / (high - low);
    image.data[4 * i + 3] = 255;
  }
}
