// One uPlot with our axes: shared by curves, points, maps and bars.
import uPlot from 'uplot';
import { h } from './dom.js';
import { formatValue, superscript } from './formats.js';

const FONT = 12;

export const ratio = () => Math.min(window.devicePixelRatio || 1, 3);

// Numbers on an axis, all with as many decimals as the distance between them needs.
export function tickLabels(splits, step) {
  const far = Math.max(...splits.map(Math.abs));
  if (far >= 1e6 || (far > 0 && far < 1e-3)) {
    return splits.map((v) => formatValue(Math.abs(v) < far * 1e-9 ? 0 : v, '.3g'));
  }
  const decimals = Math.max(0, Math.min(8, -Math.floor(Math.log10(step) + 1e-9)));
  const fine = Math.abs(step * 10 ** decimals - Math.round(step * 10 ** decimals)) > 1e-6;
  return splits.map((v) => formatValue(v, `${far >= 10000 ? ',' : ''}.${decimals + fine}f`));
}

// Powers of ten on a logarithmic axis; others only where there would be too few.
export function logLabels(splits) {
  return splits.map((v) => {
    if (v === null || v === undefined) return '';
    const power = Math.log10(v);
    const whole = Math.abs(power - Math.round(power)) < 1e-9;
    if (whole && Math.abs(power) > 3) return `10${superscript(Math.round(power))}`;
    return formatValue(v, '.3g');
  });
}

// Whole powers of ten, every second or third where there are many; 1, 2 and 5 where there are few.
export function logSplits(u, _axis, low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.ceil((last - first + 1) / 7);
  const steps = last - first < 2 ? [1, 2, 5] : [1];
  const out = [];
  for (let power = first - 1; power <= last; power += 1) {
    if ((power - first) % every) continue;
    for (const step of steps) out.push(step * 10 ** power);
  }
  return out.filter((v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9));
}

function axis(scale, side, theme, extra) {
  const { label, log, labels, splits, grid = true, family } = extra;
  const vertical = side === 3;
  const values = (u, at, _axis, _space, step) => {
    if (labels) return labels(u, at);
    return log ? logLabels(at) : tickLabels(at, step);
  };
  const width = (u, texts) => Math.max(26, 14 + FONT * 0.58 * Math.max(0, ...(texts ?? []).map(longest)));
  const height = (u, texts) => 22 + 1.5 * FONT * (Math.max(1, ...(texts ?? []).map((t) => String(t).split('\n').length)) - 1);
  return {
    scale,
    side,
    values,
    ...(splits ? { splits } : log ? { splits: logSplits, filter: (u, at) => at } : {}),
    size: vertical ? width : height,
    gap: 6,
    space: vertical ? 34 : 62,
    font: `${FONT}px ${family}`,
    labelFont: `${FONT + 1}px ${family}`,
    label: label || undefined,
    labelSize: 22,
    labelGap: 2,
    stroke: () => theme().muted,
    grid: { show: grid, stroke: () => theme().grid, width: 1 },
    ticks: { show: false },
    border: { show: side === 2, stroke: () => theme().grid, width: 1 },
  };
}

const longest = (text) => Math.max(...String(text ?? '').split('\n').map((line) => line.length));

// Builds a plot; `hooks.under` and `hooks.over` draw below and above uPlot's own lines.
export function makePlot(host, { theme, height, x, y, series, under, over, onCursor, flat, equal }) {
  const family = theme().family;
  const shown = { x: x.limits(), y: y.limits() };
  const scale = (side, name) => ({
    time: false,
    auto: true,
    distr: side.log ? 3 : 1,
    range: () => shown[name],
    ...(side.ori === undefined ? {} : { ori: side.ori, dir: side.dir ?? 1 }),
  });
  const options = {
    mode: 2,
    width: Math.max(host.clientWidth, 120),
    height,
    padding: [10, 14, 0, 0],
    legend: { show: false },
    cursor: {
      show: Boolean(onCursor),
      drag: { x: false, y: false, setScale: false },
      points: { show: false },
      x: !flat,
      y: false,
      dataIdx: () => null,
    },
    select: { show: false },
    scales: { x: scale(x, 'x'), y: scale(y, 'y') },
    axes: [
      axis('x', x.ori === 1 ? 3 : 2, theme, { ...x, family }),
      axis('y', y.ori === 0 ? 2 : 3, theme, { ...y, family }),
    ],
    series: [{}, ...series],
    hooks: {
      drawAxes: [(u) => clipped(u, () => under?.(u))],
      draw: [(u) => clipped(u, () => over?.(u), 8 * ratio())],
      setCursor: onCursor ? [onCursor] : [],
    },
  };
  const empty = [null, ...series.map(() => [[], []])];
  const plot = new uPlot(options, empty, host);
  plot.root.setAttribute('aria-hidden', 'true');
  const place = () => {
    // Other limits have other tick labels, which move the frame a little.
    for (let round = 0; round < (equal ? 4 : 1); round += 1) {
      const limits = [x.limits(), y.limits()];
      [shown.x, shown.y] = equal ? widened(...limits, plot.bbox) : limits;
      plot.batch(() => {
        for (const name of ['x', 'y']) plot.setScale(name, { min: shown[name][0], max: shown[name][1] });
      });
    }
  };
  const fit = () => {
    const width = host.clientWidth;
    if (width <= 40 || width === plot.width) return;
    plot.setSize({ width, height });
    if (equal) place();
  };
  const watcher = new ResizeObserver(fit);
  watcher.observe(host);
  return {
    plot,
    draw(data) {
      plot.setData([null, ...data], false);
      place();
      plot.redraw(true, false);
    },
    refresh: () => plot.redraw(false, false),
    repaint: () => plot.redraw(true, true),
    destroy() {
      watcher.disconnect();
      plot.destroy();
    },
  };
}

// Limits in which one unit of x is as long as one unit of y; none of the given ones is cut.
function widened(xs, ys, { width, height }) {
  const unit = Math.max((xs[1] - xs[0]) / width, (ys[1] - ys[0]) / height);
  const around = ([low, high], size) => [(low + high - unit * size) / 2, (low + high + unit * size) / 2];
  return [around(xs, width), around(ys, height)];
}

// Draw inside the plotting area only, or a little beyond, for points on its rim.
function clipped(u, draw, room = 0) {
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left - room, top - room, width + 2 * room, height + 2 * room);
  u.ctx.clip();
  draw();
  u.ctx.restore();
}

// Heading over a plot: what is measured, and the legend.
export function heading(label) {
  const legend = h('div', { class: 'wp-legend' });
  const element = h('div', { class: 'wp-head', 'aria-hidden': 'true' }, h('div', { class: 'wp-ylabel' }, label ?? ''), legend);
  return { element, legend };
}

// A sample of a line or a point for the legend.
export function sample(kind, number, theme, { dash = [], marker = 'circle', hollow = false } = {}) {
  const wide = kind === 'line' ? 26 : 14;
  const canvas = h('canvas', {
    class: 'wp-sample', width: wide * ratio(), height: 12 * ratio(), style: `width:${wide}px`,
  });
  const paint = () => {
    const ctx = canvas.getContext('2d');
    ctx.setTransform(ratio(), 0, 0, ratio(), 0, 0);
    ctx.clearRect(0, 0, wide, 12);
    ctx.strokeStyle = theme().series(number);
    ctx.fillStyle = theme().series(number);
    ctx.lineWidth = 2.2;
    if (kind === 'line') {
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(0, 6);
      ctx.lineTo(26, 6);
      ctx.stroke();
    } else if (kind === 'bar') {
      ctx.fillRect(1, 1, 11, 11);
      stripe(ctx, number, theme().paper, [1, 1, 11, 11]);
    }
    else {
      shapePath(ctx, marker, 7, 6, 9);
      if (hollow) ctx.stroke();
      else ctx.fill();
    }
  };
  return { canvas, paint };
}

// Stripes over the bars of every series but the first, so that colour is not the only sign.
export function stripe(ctx, number, colour, [x, y, width, height]) {
  if (!number) return;
  const far = width + height;
  const gap = (number > 2 ? 4 : 7) * ratio();
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = ratio();
  ctx.beginPath();
  for (let at = 0; at < far; at += gap) {
    if (number % 2) {
      ctx.moveTo(x + at, y);
      ctx.lineTo(x + at - height, y + height);
    } else {
      ctx.moveTo(x + width - at, y);
      ctx.lineTo(x + width - at + height, y + height);
    }
  }
  ctx.stroke();
  ctx.restore();
}

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
