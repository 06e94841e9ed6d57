// What the marks share: shapes, arrows at the rim, words with a halo.
import { formatValue } from '../formats.js';

export const listOf = (value) => (typeof value === 'object' && value ? value.data : [value]);
export const placesOf = (place, known) => (typeof place === 'string' ? known[place] : place);
export const valueOf = (place, known) => (typeof place === 'string' ? known[place] : place);

export function shapePath(ctx, shape, x, y, size) {
  const r = size / 2;
  ctx.beginPath();
  if (shape === 'square') ctx.rect(x - r * 0.9, y - r * 0.9, size * 0.9, size * 0.9);
  else if (shape === 'triangle') {
    ctx.moveTo(x, y - r * 1.1);
    ctx.lineTo(x + r * 1.05, y + r * 0.8);
    ctx.lineTo(x - r * 1.05, y + r * 0.8);
    ctx.closePath();
  } else if (shape === 'diamond') {
    ctx.moveTo(x, y - r * 1.2);
    ctx.lineTo(x + r * 1.1, y);
    ctx.lineTo(x, y + r * 1.2);
    ctx.lineTo(x - r * 1.1, y);
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 2 * Math.PI);
}

// Whether a place lies beyond the plotting area, by more than half a pixel.
export function outside({ box }, x, y) {
  return x < box.left - 0.5 || x > box.left + box.width + 0.5 || y < box.top - 0.5 || y > box.top + box.height + 0.5;
}

// An arrow at the rim, towards a place outside, with what lies there.
export function edgeArrow(pen, [x, y], values, colour, name = '') {
  const { ctx, box, ratio } = pen;
  const pad = 9 * ratio;
  const at = [
    Math.min(Math.max(x, box.left + pad), box.left + box.width - pad),
    Math.min(Math.max(y, box.top + pad), box.top + box.height - pad),
  ];
  const angle = Math.atan2(Math.sign(y - at[1]) * (Math.abs(y - at[1]) > 1), Math.sign(x - at[0]) * (Math.abs(x - at[0]) > 1));
  const point = (turn, far) => [at[0] + far * Math.cos(angle + turn), at[1] + far * Math.sin(angle + turn)];
  ctx.beginPath();
  ctx.moveTo(...point(0, 8 * ratio));
  ctx.lineTo(...point(2.4, 7 * ratio));
  ctx.lineTo(...point(-2.4, 7 * ratio));
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.fill();
  const beyond = [x !== at[0] && Math.abs(x - at[0]) > 1, y !== at[1] && Math.abs(y - at[1]) > 1];
  const shown = values.filter((_, k) => beyond[k]).map((v) => formatValue(v, '.3g')).join(', ');
  const right = at[0] > box.left + box.width / 2;
  const low = at[1] > box.top + box.height / 2;
  haloText(pen, name ? `${name}: ${shown}` : shown, at[0] + (right ? -11 : 11) * ratio, at[1] + (low ? -6 : 14) * ratio, {
    align: right ? 'right' : 'left',
  });
}

// Words that stay legible over data.
export function haloText({ ctx, ratio, theme }, text, x, y, { align = 'left', colour = theme.ink, weight = '', size = 12 } = {}) {
  ctx.font = `${weight} ${size * ratio}px ${theme.family}`.trim();
  ctx.textAlign = align;
  ctx.lineJoin = 'round';
  ctx.strokeStyle = theme.paper;
  ctx.lineWidth = 3.5 * ratio;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
  ctx.textAlign = 'left';
}
