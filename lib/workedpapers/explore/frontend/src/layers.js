// What is drawn by hand between uPlot's axes: bands, points with trails, maps and reference lines.
import { ratio, shapePath } from './plot.js';
import { colourAt, colourTable, dash, marker } from './theme.js';

export const listOf = (value) => (typeof value === 'object' && value ? value.data : [value]);

export function drawBand(u, xs, low, high, colour) {
  const { ctx } = u;
  const at = (values, i) => u.valToPos(values[i], 'y', true);
  ctx.beginPath();
  for (let i = 0; i < xs.length; i += 1) ctx.lineTo(u.valToPos(xs[i], 'x', true), at(high, i));
  for (let i = xs.length - 1; i >= 0; i -= 1) ctx.lineTo(u.valToPos(xs[i], 'x', true), at(low, i));
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 1;
}

export const markerOf = (layer, number) => (layer.handles ? 'circle' : marker[number % marker.length]);

export function drawPoints(u, layer, outputs, number, theme, trail, gripped) {
  const { ctx } = u;
  const [xs, ys] = [listOf(outputs[layer.x]), listOf(outputs[layer.y])];
  const sizes = typeof layer.size === 'string' ? listOf(outputs[layer.size]) : null;
  const shares = layer.color ? shareOf(listOf(outputs[layer.color])) : null;
  const shape = markerOf(layer, number);
  const place = (x, y) => [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)];
  if (trail?.length) drawTrails(ctx, [...trail, [xs, ys]], place, theme.series(number));
  ctx.lineWidth = 1.5 * ratio();
  ctx.strokeStyle = shares ? theme.muted : theme.paper;
  ctx.font = `${12 * ratio()}px ${theme.family}`;
  for (let i = 0; i < xs.length; i += 1) {
    const [x, y] = place(xs[i], ys[i]);
    if (!Number.isFinite(x + y)) continue;
    const size = (sizes ? sizes[i] : layer.size) * ratio();
    ctx.fillStyle = shares ? colourAt('viridis', shares[i]) : theme.series(number);
    if (layer.handles) drawGrip(ctx, x, y, size, theme, gripped === i, layer.hollow);
    if (layer.hollow) drawRim(ctx, shape, x, y, size);
    else {
      shapePath(ctx, shape, x, y, size);
      ctx.fill();
      ctx.stroke();
    }
    if (layer.labels) {
      const room = u.bbox.left + u.bbox.width - x;
      const beside = (layer.handles ? 13 : 8) * ratio();
      const fits = ctx.measureText(layer.labels[i]).width + beside < room;
      ctx.fillStyle = theme.ink;
      ctx.textAlign = fits ? 'left' : 'right';
      ctx.fillText(layer.labels[i], x + (fits ? beside : -beside), y - 6 * ratio());
    }
  }
}

// A hollow point, through which others are seen.
function drawRim(ctx, shape, x, y, size) {
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle;
  ctx.lineWidth = 2.4 * ratio();
  shapePath(ctx, shape, x, y, size);
  ctx.stroke();
  ctx.restore();
}

// The rim of a point that can be dragged, as on the thumb of a slider; a halo where it is grabbed.
function drawGrip(ctx, x, y, size, theme, gripped, hollow) {
  const colour = ctx.fillStyle;
  const disc = (wide) => {
    shapePath(ctx, 'circle', x, y, wide);
    ctx.fill();
  };
  if (gripped) {
    ctx.globalAlpha = 0.22;
    disc(size + 20 * ratio());
    ctx.globalAlpha = 1;
  }
  if (hollow) return;
  disc(size + 6 * ratio());
  ctx.fillStyle = theme.paper;
  disc(size + 3 * ratio());
  ctx.fillStyle = colour;
}

function drawTrails(ctx, history, place, colour) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.6 * ratio();
  const points = history[0][0].length;
  for (let k = 1; k < history.length; k += 1) {
    ctx.globalAlpha = (0.6 * k) / history.length;
    ctx.beginPath();
    for (let i = 0; i < points; i += 1) {
      ctx.moveTo(...place(history[k - 1][0][i], history[k - 1][1][i]));
      ctx.lineTo(...place(history[k][0][i], history[k][1][i]));
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

function shareOf(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from(values, (value) => (value - low) / (high - low || 1));
}

// Outer edges of cells whose middles lie evenly between the first and the last place; on a
// logarithmic axis, evenly in the logarithm.
export function rims(places, n, log) {
  const data = places.data ?? places;
  const [first, last] = [data[0], data[data.length - 1]].map((place) => (log ? Math.log(place) : place));
  const half = (last - first) / Math.max(n - 1, 1) / 2;
  return [first - half, last + half].map((rim) => (log ? Math.exp(rim) : rim));
}

let sheet = null;

export function drawMap(u, layer, outputs, bounds) {
  const { shape, data } = outputs[layer.z];
  const [rows, columns] = shape;
  sheet ??= document.createElement('canvas');
  sheet.width = columns;
  sheet.height = rows;
  const ctx = sheet.getContext('2d');
  const image = ctx.createImageData(columns, rows);
  paint(image, data, bounds, layer.colormap, columns, true);
  ctx.putImageData(image, 0, 0);
  const edges = (axis, n) =>
    rims(placesOf(layer[axis], outputs), n, u.scales[axis].distr === 3).map((v) => u.valToPos(v, axis, true));
  const [left, right] = edges('x', columns);
  const [bottom, top] = edges('y', rows);
  u.ctx.imageSmoothingEnabled = false;
  u.ctx.drawImage(sheet, left, top, right - left, bottom - top);
}

export const placesOf = (place, outputs) => (typeof place === 'string' ? outputs[place] : place);

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

export function drawRing(u, x, y) {
  const { ctx } = u;
  const [px, py] = [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)];
  for (const [colour, width] of [['#fff', 5], ['#111', 2]]) {
    ctx.beginPath();
    ctx.arc(px, py, 7 * ratio(), 0, 2 * Math.PI);
    ctx.strokeStyle = colour;
    ctx.lineWidth = width * ratio();
    ctx.stroke();
  }
}

export function drawRule(u, rule, known, theme) {
  const { ctx } = u;
  const { left, top, width, height } = u.bbox;
  const upright = rule.x !== null;
  const named = upright ? rule.x : rule.y;
  const value = typeof named === 'string' ? known[named] : named;
  const at = Math.round(u.valToPos(value, upright ? 'x' : 'y', true)) + 0.5;
  ctx.strokeStyle = theme.muted;
  ctx.lineWidth = ratio();
  ctx.setLineDash([3 * ratio(), 3 * ratio()]);
  ctx.beginPath();
  if (upright) {
    ctx.moveTo(at, top);
    ctx.lineTo(at, top + height);
  } else {
    ctx.moveTo(left, at);
    ctx.lineTo(left + width, at);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  if (!rule.label) return;
  ctx.font = `${12 * ratio()}px ${theme.family}`;
  ctx.fillStyle = theme.muted;
  const wide = ctx.measureText(rule.label).width;
  const pad = 6 * ratio();
  ctx.textAlign = 'left';
  ctx.strokeStyle = theme.paper;
  ctx.lineWidth = 4 * ratio();
  ctx.lineJoin = 'round';
  const write = (x, y) => {
    ctx.strokeText(rule.label, x, y);
    ctx.fillText(rule.label, x, y);
  };
  if (upright) {
    const fits = at + pad + wide < left + width;
    write(fits ? at + pad : at - pad - wide, top + 12 * ratio());
  } else {
    const above = at - pad > top + 12 * ratio();
    write(left + width - wide - pad, above ? at - pad : at + 16 * ratio());
  }
}

export const scaledDash = (number) => dash[number % dash.length].map((d) => d * ratio());
