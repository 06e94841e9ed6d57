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

// Words on a canvas. Choosing a font makes a browser bring the styles of the page up to date, in
// the middle of a frame; so words are drawn once each, beside the page, and then put like stamps.
const stamps = new Map();
const MOST = 400;

function stampOf(text, { size, weight, colour, halo, family, ratio }) {
  const key = [text, size, weight, colour, halo, family, ratio].join('|');
  if (!stamps.has(key)) {
    if (stamps.size > MOST) stamps.clear();
    const canvas = document.createElement('canvas');
    const ctx = canvas.getContext('2d');
    const font = `${weight} ${size * ratio}px ${family}`.trim();
    ctx.font = font;
    const width = ctx.measureText(text).width;
    const pad = 3 * ratio;
    canvas.width = Math.ceil(width + 2 * pad);
    canvas.height = Math.ceil(size * ratio * 1.5 + 2 * pad);
    write(ctx, text, pad, pad + size * ratio, { font, colour, halo, ratio });
    stamps.set(key, { canvas, width, left: pad, up: pad + size * ratio });
  }
  return stamps.get(key);
}

function write(ctx, text, x, y, { font, colour, halo, ratio }) {
  ctx.font = font;
  if (halo) {
    ctx.lineJoin = 'round';
    ctx.strokeStyle = halo;
    ctx.lineWidth = 3.5 * ratio;
    ctx.strokeText(text, x, y);
  }
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

// Writes words and returns their width; `halo` keeps them legible over data.
export function putText(pen, text, x, y, { align = 'left', colour = pen.theme.ink, weight = '', size = 12, halo = null } = {}) {
  const { ctx, ratio, theme: { family } } = pen;
  const look = { size, weight, colour, halo, family, ratio };
  const stamp = stampOf(text, look);
  const left = x - { left: 0, center: 0.5, right: 1 }[align] * stamp.width;
  if (pen.vector) write(ctx, text, left, y, { ...look, font: `${weight} ${size * ratio}px ${family}`.trim() });
  else ctx.drawImage(stamp.canvas, Math.round(left - stamp.left), Math.round(y - stamp.up));
  return stamp.width;
}

export const widthOf = (pen, text) => stampOf(text, { size: 12, weight: '', colour: pen.theme.ink, halo: null, family: pen.theme.family, ratio: pen.ratio }).width;

export const haloText = (pen, text, x, y, look) => putText(pen, text, x, y, { ...look, halo: pen.theme.paper });
