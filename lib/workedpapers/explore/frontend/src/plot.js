// Axes by uPlot, drawn again only when they change, and over them a canvas of our own for the
// marks, which change with every frame.
import uPlot from 'uplot';
import { h } from './dom.js';
import { formatValue, superscript } from './formats.js';
import { shapePath } from './marks/brush.js';

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
  const { label, log, labels, splits, grid = true, family, keeps } = extra;
  const vertical = side === 3;
  const values = (u, at, _axis, _space, step) => {
    if (labels) return labels(u, at);
    return log ? logLabels(at) : tickLabels(at, step);
  };
  let widest = 26;
  const width = (u, texts) => {
    const needed = Math.max(26, 14 + FONT * 0.58 * Math.max(0, ...(texts ?? []).map(longest)));
    // Where scales are equal, room for labels is never given back: limits and frame would not rest.
    widest = keeps ? Math.max(widest, needed) : needed;
    return widest;
  };
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

// Builds a plot. `paint(pen)` draws the marks; a pen has a context, the places of numbers along x
// and y, the plotting area in its own pixels, and how many of these are one of the page.
export function makePlot(host, { theme, height, x, y, paint, onCursor, flat, equal }) {
  const { family } = theme();
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
    padding: [10, 18, 0, 0],
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
      axis('x', x.ori === 1 ? 3 : 2, theme, { ...x, family, keeps: equal }),
      axis('y', y.ori === 0 ? 2 : 3, theme, { ...y, family, keeps: equal }),
    ],
    series: [{}, { facets: [{ scale: 'x', auto: true }, { scale: 'y', auto: true }], paths: () => null, points: { show: false } }],
    hooks: { setCursor: onCursor ? [onCursor] : [] },
  };
  const plot = new uPlot(options, [null, [[0], [null]]], host);
  const canvas = h('canvas', { class: 'wp-marks' });
  plot.ctx.canvas.after(canvas);
  const ctx = canvas.getContext('2d');
  let pen = null;

  const measure = () => {
    const base = plot.ctx.canvas;
    if (canvas.width !== base.width || canvas.height !== base.height) {
      canvas.width = base.width;
      canvas.height = base.height;
      canvas.style.width = base.style.width || `${plot.width}px`;
      canvas.style.height = base.style.height || `${plot.height}px`;
    }
    pen = penOf(plot, ctx, theme());
  };
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  const place = (force) => {
    let moved = false;
    // Other limits have other tick labels, which move the frame a little: where scales are equal,
    // the limits follow the frame until both rest.
    for (let round = 0; round < (equal ? 6 : 1); round += 1) {
      const limits = [x.limits(), y.limits()];
      const [xs, ys] = equal ? widened(...limits, plot.bbox) : limits;
      const rests = same(xs, shown.x) && same(ys, shown.y);
      if (rests && (moved || !force) && pen) break;
      moved = true;
      [shown.x, shown.y] = [xs, ys];
      plot.batch(() => {
        for (const name of ['x', 'y']) plot.setScale(name, { min: shown[name][0], max: shown[name][1] });
        plot.redraw(false, true); // inside the batch, which is done at once
      });
      measure();
    }
  };
  const refresh = () => {
    if (!pen) return;
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    clipped(pen, () => paint(pen));
  };
  const fit = () => {
    const width = host.clientWidth;
    if (width <= 40 || width === plot.width) return;
    plot.setSize({ width, height });
    place(true);
    refresh();
  };
  const watcher = new ResizeObserver(fit);
  watcher.observe(host);
  let first = true;
  return {
    plot,
    pen: () => pen,
    // With `anew`, words on the axes may be others.
    draw(anew = false) {
      if (first) fit();
      place(first || anew);
      first = false;
      refresh();
    },
    refresh,
    repaint() {
      place(true);
      refresh();
    },
    destroy() {
      watcher.disconnect();
      plot.destroy();
    },
  };
}

// What the marks are drawn with: on the page, and in a picture that leaves it.
export function penOf(plot, ctx, theme, vector = false) {
  return {
    ctx,
    vector,
    theme,
    box: plot.bbox,
    ratio: plot.ctx.canvas.width / plot.width,
    log: { x: plot.scales.x.distr === 3, y: plot.scales.y.distr === 3 },
    x: placer(plot, 'x'),
    y: placer(plot, 'y'),
  };
}

function placer(plot, name) {
  const { min, max, ori, dir, distr } = plot.scales[name];
  const { left, top, width, height } = plot.bbox;
  const [start, size] = ori === 0 ? [left, width] : [top, height];
  const of = distr === 3 ? Math.log10 : (v) => v;
  const [low, span] = [of(min), of(max) - of(min)];
  const flip = (ori === 0) !== (dir === 1);
  return flip ? (v) => start + size * (1 - (of(v) - low) / span) : (v) => start + (size * (of(v) - low)) / span;
}

// Limits in which one unit of x is as long as one unit of y; none of the given ones is cut.
function widened(xs, ys, { width, height }) {
  const unit = Math.max((xs[1] - xs[0]) / width, (ys[1] - ys[0]) / height);
  const around = ([low, high], size) => [(low + high - unit * size) / 2, (low + high + unit * size) / 2];
  return [around(xs, width), around(ys, height)];
}

// Draw inside the plotting area only, or a little beyond, for points on its rim.
export function clipped({ ctx, box, ratio: scale }, draw, room = 8) {
  const more = room * scale;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left - more, box.top - more, box.width + 2 * more, box.height + 2 * more);
  ctx.clip();
  draw();
  ctx.restore();
}

// Heading over a plot: what is measured, and the legend.
export function heading(label) {
  const legend = h('div', { class: 'wp-legend' });
  const element = h('div', { class: 'wp-head', 'aria-hidden': 'true' }, h('div', { class: 'wp-ylabel' }, label ?? ''), legend);
  return { element, legend };
}

// A sample of a line, point or bar for the legend; `look` gives its colour as the theme is now.
export function sample(kind, look, { number = 0, marker = null, hollow = false, theme } = {}) {
  const wide = kind === 'line' ? 26 : 14;
  // A picture and no canvas: the browser would carry each canvas through every frame.
  const canvas = h('canvas', { width: wide * ratio(), height: 12 * ratio() });
  const image = h('img', { class: 'wp-sample', alt: '', style: `width:${wide}px` });
  const paint = () => {
    const ctx = canvas.getContext('2d');
    const { colour, dash, marker: own } = look();
    ctx.setTransform(ratio(), 0, 0, ratio(), 0, 0);
    ctx.clearRect(0, 0, wide, 12);
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = 2.2;
    if (kind === 'line') {
      ctx.setLineDash(dash);
      ctx.beginPath();
      ctx.moveTo(0, 6);
      ctx.lineTo(26, 6);
      ctx.stroke();
    } else if (kind === 'bar') {
      ctx.fillRect(1, 1, 11, 11);
      stripe(ctx, number, theme().paper, [1, 1, 11, 11], ratio());
    } else {
      shapePath(ctx, marker ?? own, 7, 6, 9);
      if (hollow) ctx.stroke();
      else ctx.fill();
    }
    image.src = canvas.toDataURL();
  };
  return { image, paint };
}

// Stripes over the bars of every series but the first, so that colour is not the only sign.
export function stripe(ctx, number, colour, [x, y, width, height], scale) {
  if (!number) return;
  const far = width + height;
  const gap = (number > 2 ? 4 : 7) * scale;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = scale;
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
