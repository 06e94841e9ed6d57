// The mark that says "here".
import { edgeArrow, haloText, outside, valueOf } from './brush.js';

export const marker = {
  count: () => 0,
  onAxis: () => [],
  reads: (layer) => [layer.x, layer.y],
  legend: () => [],
  draw(pen, layer, known, look, { gripped }) {
    const values = [valueOf(layer.x, known), valueOf(layer.y, known)];
    const [x, y] = [pen.x(values[0]), pen.y(values[1])];
    if (!Number.isFinite(x + y)) return;
    const colour = layer.hue ? look(0, layer.hue).colour : '#111';
    if (outside(pen, x, y)) {
      edgeArrow(pen, [x, y], values, layer.hue ? colour : pen.theme.ink, layer.label);
      return;
    }
    ring(pen, x, y, colour, gripped === 0);
    if (!layer.label) return;
    const right = x > pen.box.left + pen.box.width * 0.75;
    haloText(pen, layer.label, x + (right ? -13 : 13) * pen.ratio, y - 9 * pen.ratio, { align: right ? 'right' : 'left' });
  },
};

export function ring({ ctx, ratio }, x, y, colour, gripped) {
  if (gripped) {
    ctx.beginPath();
    ctx.arc(x, y, 15 * ratio, 0, 2 * Math.PI);
    ctx.globalAlpha = 0.25;
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  for (const [paint, width] of [['#fff', 5], [colour, 2.4]]) {
    ctx.beginPath();
    ctx.arc(x, y, 7 * ratio, 0, 2 * Math.PI);
    ctx.strokeStyle = paint;
    ctx.lineWidth = width * ratio;
    ctx.stroke();
  }
}
