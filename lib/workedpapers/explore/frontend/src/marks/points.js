// Points, with trails, rings, words and arrows for those outside.
import { colourAt } from '../theme.js';
import { edgeArrow, listOf, outside, putText, shapePath, widthOf } from './brush.js';

export const points = {
  count: (layer) => (layer.label ? 1 : 0),
  onAxis: (layer, axis) => [layer[axis]],
  reads: (layer) => [layer.x, layer.y, layer.color, layer.size].filter((name) => typeof name === 'string'),
  legend: (layer) => (layer.label ? [{ kind: 'point', label: layer.label, hue: layer.hue ?? layer.hues?.[0], plain: layer.hues?.length > 1, marker: layer.handles ? 'circle' : null, hollow: layer.hollow }] : []),
  // Positions of the frames just shown, of which a slow screen skips some; a jump, or another
  // setting, begins anew.
  remember(layer, memory, known, step) {
    if (!layer.trails) return;
    if (step >= 1 && step <= 10 && memory.last) memory.past = [...(memory.past ?? []), memory.last].slice(-layer.trails);
    else if (step) memory.past = [];
    memory.last = [Array.from(listOf(known[layer.x])), Array.from(listOf(known[layer.y]))];
  },
  draw(pen, layer, known, look, { memory, gripped }) {
    const { ctx, ratio, theme } = pen;
    const [xs, ys] = [listOf(known[layer.x]), listOf(known[layer.y])];
    const sizes = typeof layer.size === 'string' ? listOf(known[layer.size]) : null;
    const shares = layer.color ? sharesOf(listOf(known[layer.color])) : null;
    if (memory?.past?.length) drawTrails(pen, [...memory.past, [xs, ys]], (i) => look(0, layer.hues?.[i] ?? layer.hue).colour);
    for (let i = 0; i < xs.length; i += 1) {
      const { colour, marker } = look(0, layer.hues?.[i] ?? layer.hue);
      const fill = shares ? colourAt('viridis', shares[i]) : colour;
      const [x, y] = [pen.x(xs[i]), pen.y(ys[i])];
      if (!Number.isFinite(x + y)) continue;
      if (outside(pen, x, y)) {
        edgeArrow(pen, [x, y], [xs[i], ys[i]], fill, layer.labels?.[i] ?? layer.label);
        continue;
      }
      const size = (sizes ? sizes[i] : layer.size) * ratio;
      const shape = layer.handles ? 'circle' : marker;
      ctx.fillStyle = fill;
      if (layer.handles) grip(pen, x, y, size, gripped === i, layer.hollow);
      shapePath(ctx, shape, x, y, size);
      if (layer.hollow) {
        ctx.strokeStyle = fill;
        ctx.lineWidth = 2.4 * ratio;
        ctx.stroke();
      } else {
        ctx.fill();
        ctx.strokeStyle = shares ? theme.muted : theme.paper;
        ctx.lineWidth = 1.5 * ratio;
        ctx.stroke();
      }
      if (layer.labels) word(pen, layer, layer.labels[i], x, y);
    }
  },
};

function word(pen, layer, text, x, y) {
  const { ratio, box } = pen;
  const beside = (layer.handles ? 13 : 8) * ratio;
  const fits = widthOf(pen, text) + beside < box.left + box.width - x;
  putText(pen, text, x + (fits ? beside : -beside), y - 6 * ratio, { align: fits ? 'left' : 'right' });
}

// The rim of a point that can be dragged, as on the thumb of a slider; a halo where it is grabbed.
function grip({ ctx, ratio, theme }, x, y, size, gripped, hollow) {
  const colour = ctx.fillStyle;
  const disc = (wide) => {
    shapePath(ctx, 'circle', x, y, wide);
    ctx.fill();
  };
  if (gripped) {
    ctx.globalAlpha = 0.22;
    disc(size + 20 * ratio);
    ctx.globalAlpha = 1;
  }
  if (hollow) return;
  disc(size + 6 * ratio);
  ctx.fillStyle = theme.paper;
  disc(size + 3 * ratio);
  ctx.fillStyle = colour;
}

function drawTrails({ ctx, ratio, x, y }, history, colourOf) {
  ctx.lineWidth = 1.6 * ratio;
  const parts = 6; // one stroke for each shade, not for each step
  const size = Math.ceil((history.length - 1) / parts);
  for (let i = 0; i < history[0][0].length; i += 1) {
    ctx.strokeStyle = colourOf(i);
    for (let part = 0; part < parts; part += 1) {
      const from = part * size;
      const to = Math.min(from + size, history.length - 1);
      if (to <= from) break;
      ctx.globalAlpha = (0.6 * (part + 1)) / parts;
      ctx.beginPath();
      for (let k = from; k <= to; k += 1) ctx[k === from ? 'moveTo' : 'lineTo'](x(history[k][0][i]), y(history[k][1][i]));
      ctx.stroke();
    }
  }
  ctx.globalAlpha = 1;
}

function sharesOf(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from(values, (value) => (value - low) / (high - low || 1));
}
