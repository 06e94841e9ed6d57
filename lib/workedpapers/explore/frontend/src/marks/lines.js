// Curves, with bands and tips.
import { edgeArrow, listOf, outside, shapePath } from './brush.js';

export const lines = {
  count: (layer) => layer.y.length,
  onAxis: (layer, axis) => (axis === 'x' ? [layer.x] : [...layer.y, ...layer.bands.flat()]),
  reads: (layer) => [layer.x, ...layer.y, ...layer.bands.flat()],
  legend: (layer) => layer.y.map((name, k) => ({ kind: 'line', name, k, label: layer.labels[k], hue: layer.hues?.[k] })).filter((entry) => entry.label),
  under(pen, layer, known, look) {
    layer.bands.forEach(([low, high], k) => {
      const owner = Math.min(k, layer.y.length - 1);
      band(pen, listOf(known[layer.x]), listOf(known[low]), listOf(known[high]), look(owner, layer.hues?.[owner]).colour);
    });
  },
  draw(pen, layer, known, look) {
    const xs = listOf(known[layer.x]);
    layer.y.forEach((name, k) => {
      const { colour, dash } = look(k, layer.hues?.[k]);
      const ys = listOf(known[name]);
      stroke(pen, xs, ys, colour, dash, layer.steps.includes(name));
      if (layer.tips) tip(pen, xs, ys, look(k, layer.hues?.[k]), layer.labels[k]);
    });
  },
};

function stroke({ ctx, ratio, x, y }, xs, ys, colour, dash, steps) {
  ctx.beginPath();
  let pen = false;
  for (let i = 0; i < xs.length; i += 1) {
    const value = ys[i];
    if (value === null || Number.isNaN(value)) {
      pen = false;
      continue;
    }
    const [px, py] = [x(xs[i]), y(value)];
    if (!pen) ctx.moveTo(px, py);
    else {
      if (steps) ctx.lineTo(px, y(ys[i - 1]));
      ctx.lineTo(px, py);
    }
    pen = true;
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2.2 * ratio;
  ctx.lineJoin = 'round';
  ctx.setLineDash(dash.map((d) => d * ratio));
  ctx.stroke();
  ctx.setLineDash([]);
}

// Where a curve has come to: a dot at its last number, an arrow where that lies outside.
function tip(pen, xs, ys, { colour, marker }, name) {
  let last = ys.length - 1;
  while (last >= 0 && Number.isNaN(ys[last])) last -= 1;
  if (last < 0) return;
  const at = [pen.x(xs[last]), pen.y(ys[last])];
  if (outside(pen, ...at)) {
    edgeArrow(pen, at, [xs[last], ys[last]], colour, name);
    return;
  }
  shapePath(pen.ctx, marker, ...at, 8 * pen.ratio);
  pen.ctx.fillStyle = colour;
  pen.ctx.fill();
}

function band({ ctx, x, y }, xs, low, high, colour) {
  ctx.beginPath();
  for (let i = 0; i < xs.length; i += 1) ctx.lineTo(x(xs[i]), y(high[i]));
  for (let i = xs.length - 1; i >= 0; i -= 1) ctx.lineTo(x(xs[i]), y(low[i]));
  ctx.globalAlpha = 0.18;
  ctx.fillStyle = colour;
  ctx.fill();
  ctx.globalAlpha = 1;
}
