// A plot with axes, and the marks that share them.
import { makeDrag } from './drag.js';
import { h, say } from './dom.js';
import { formatValue } from './formats.js';
import { makeHolds } from './holds.js';
import { makeLimits } from './limits.js';
import { drawRegion, drawRule } from './marks/beside.js';
import { listOf, placesOf, valueOf } from './marks/brush.js';
import { makeSheet, rims } from './marks/heatmap.js';
import { MARKS } from './marks/index.js';
import { heading, makePlot, sample } from './plot.js';
import { gradient } from './theme.js';
import { plotPicture } from './vector.js';

export function makeXY(panel, context) {
  const { theme, ranges, handle, looks, narrow } = context;
  const host = h('div', { class: 'wp-plot' });
  const head = heading(panel.ylabel);
  // The words for the picture stand beside it: what can be dragged inside it has words of its own.
  const image = h('div', { class: 'wp-alt', role: 'img' });
  const element = h('div', { class: 'wp-panel' }, head.element, h('div', { class: 'wp-drawn' }, image, host));
  const layers = numbered(panel.layers);
  const map = layers.find((layer) => layer.mark === 'heatmap');
  const curves = layers.filter((layer) => layer.mark === 'lines').flatMap((layer) => layer.y.map((name, k) => ({ layer, name, label: layer.labels[k] }))).filter(({ label }) => label);
  const x = limitsOf(panel, layers, 'x', ranges, handle);
  const y = limitsOf(panel, layers, 'y', ranges, handle);
  const z = map && makeLimits({ limits: map.zlim, log: false, names: [map.z], ranges, pad: 0 });
  const legend = makeLegend(head.legend, layers, map, looks, theme);
  const memories = layers.map(() => ({}));
  const sheet = map && makeSheet();
  let [known, frame, made, drag, holds] = [null, null, null, null, null];
  let put = null; // a dragged point lies where it was put, even while Python still computes

  const bounds = () => {
    const [low, high] = z.get();
    if (map.colormap !== 'diverging' || Array.isArray(map.zlim)) return [low, high];
    const far = Math.max(Math.abs(low), Math.abs(high));
    return [-far, far];
  };
  const lookOf = (layer) => (k, entity) => looks(layer.number + k, entity);
  const near = () => drag?.near() ?? null;
  const paint = (pen) => {
    if (!known) return;
    const each = (part) => layers.forEach((layer, i) => {
      const { draw } = { draw: MARKS[layer.mark][part] };
      const gripped = near()?.layer === layer ? near().i : null;
      draw?.(pen, layer, placed(layer), lookOf(layer), { memory: memories[i], gripped, bounds, sheet });
    });
    each('under');
    for (const rule of panel.rules) drawRule(pen, rule, known, looks, near()?.rule === rule);
    each('draw');
    for (const region of panel.regions ?? []) drawRegion(pen, region, known, looks);
  };
  const placed = (layer) => {
    if (put?.layer !== layer) return known;
    const moved = ['x', 'y'].map((axis, k) => [layer[axis], { data: swapped(listOf(known[layer[axis]]), put.i, put.at[k]) }]);
    return { ...known, ...Object.fromEntries(moved) };
  };

  // What can be dragged: points of handles, marks and lines at sliders.
  const pointsOf = (layer) => {
    const now = placed(layer);
    const ys = listOf(now[layer.y]);
    return Array.from(listOf(now[layer.x]), (at, i) => ({ key: `${layers.indexOf(layer)} ${i}`, layer, i, x: at, y: ys[i] }));
  };
  const markOf = (layer) => ({ key: `${layers.indexOf(layer)} 0`, layer, i: 0, x: valueOf(layer.x, known), y: valueOf(layer.y, known) });
  const lineOf = (rule, k) => ({ key: `rule ${k}`, rule, i: 0, ...(rule.x !== null ? { x: valueOf(rule.x, known) } : { y: valueOf(rule.y, known) }) });
  const gripLayers = layers.filter((layer) => layer.handles);
  const markLayers = layers.filter((layer) => layer.mark === 'marker' && (handle(layer.x) || handle(layer.y)));
  const lines = panel.rules.filter((rule) => rule.drag);
  const free = (name) => handle(name)?.moves?.();
  const targets = () => (known ? [
    ...gripLayers.filter((layer) => free(layer.handles)).flatMap(pointsOf),
    ...markLayers.filter((layer) => free(layer.x) || free(layer.y)).map(markOf),
    ...lines.filter((rule) => free(rule.x ?? rule.y)).map(lineOf),
  ] : []);
  const move = (target, ...to) => {
    context.moved();
    if (target.rule) handle(target.rule.x ?? target.rule.y).moveTo(to[target.rule.x !== null ? 0 : 1]);
    else if (target.layer.mark === 'marker') {
      ['x', 'y'].forEach((axis, k) => handle(target.layer[axis])?.moveTo?.(to[k]));
    } else {
      const control = handle(target.layer.handles);
      put = { layer: target.layer, i: target.i, at: control.moveTo(target.i, to.slice(0, control.axes.length)) };
      made.refresh();
    }
  };
  const things = () => [
    ...gripLayers.map((layer) => ({
      count: handle(layer.handles).count,
      label: (i) => `${handle(layer.handles).names[i]} in the plot`,
      at: (i) => { const point = pointsOf(layer)[i]; return [point.x, point.y]; },
      target: (i) => pointsOf(layer)[i],
      nudge: (i, ...by) => { put = null; handle(layer.handles).nudge(i, by); },
    })),
    ...markLayers.map((layer) => ({
      count: 1,
      label: () => `${layer.label || 'Mark'} in the plot: ${said([layer.x, layer.y])}`,
      at: () => { const mark = markOf(layer); return [mark.x, mark.y]; },
      target: () => markOf(layer),
      nudge: (_, dx, dy) => { handle(layer.x)?.nudge?.(dx); handle(layer.y)?.nudge?.(dy); },
    })),
    ...lines.map((rule, k) => ({
      count: 1,
      label: () => `${rule.label || 'Line'} in the plot: ${said([rule.x ?? rule.y])}`,
      at: () => { const line = lineOf(rule, k); return [line.x, line.y]; },
      target: () => lineOf(rule, k),
      nudge: (_, dx, dy) => handle(rule.x ?? rule.y).nudge(rule.x !== null ? dx : dy),
    })),
  ];
  const said = (names) => names.map((name) => handle(name)?.says?.()).filter(Boolean).join(', ');

  const build = () => {
    made = makePlot(host, {
      theme, height: narrow() ? Math.min(panel.height, Math.max(170, Math.round(0.4 * window.innerHeight))) : panel.height,
      paint, equal: panel.equal,
      onCursor: curves.length ? onCursor : null,
      x: { limits: x.get, log: panel.xlog, label: panel.xlabel, grid: !map },
      y: { limits: y.get, log: panel.ylog, grid: !map },
    });
    drag = makeDrag(made.plot, targets, move, () => made.refresh());
    const all = things();
    holds = makeHolds(made.plot, all, { point: drag.point, enabled: () => targets().length > 0, hint: all.length > 0 && context.hint() });
  };
  const onCursor = (u) => {
    if (!known) return;
    const at = u.cursor.left >= 0 ? u.posToVal(u.cursor.left, 'x') : null;
    legend.values(at === null ? null : curves.map(({ layer, name }) => valueAt(known, layer.x, name, at)));
  };

  return {
    element,
    image,
    drawn: true,
    reads: [
      ...layers.flatMap((layer) => MARKS[layer.mark].reads(layer)),
      ...panel.rules.map((rule) => rule.x ?? rule.y),
      ...(panel.regions ?? []).flatMap((region) => [region.x, region.y]),
    ].filter((name) => typeof name === 'string'),
    title: [panel.ylabel, panel.xlabel].filter(Boolean).join(' against ')
      || map?.zlabel || layers.flatMap((layer) => layer.labels ?? layer.label ?? []).join(', ') || 'Plot',
    restless: () => memories.some((memory) => memory.past?.length > 0),
    update(now, at, playing) {
      known = now;
      layers.forEach((layer, i) => MARKS[layer.mark].remember?.(layer, memories[i], known, at - frame));
      frame = at;
      x.see(seen(layers, 'x', known, panel.xlog), playing);
      y.see(seen(layers, 'y', known, panel.ylog), playing);
      if (z) {
        z.see([known[map.z].data]);
        legend.bounds(...bounds());
      }
      if (!drag?.held()) put = null;
      if (!made) build();
      made.draw();
      holds.lay();
    },
    enable: (on) => holds?.enable(on),
    moved: () => holds?.moved(),
    repaint() {
      legend.paint();
      made?.repaint();
    },
    svg: () => plotPicture(made.plot, panel.ylabel, legend.entries, paint),
    destroy: () => made?.destroy(),
  };
}

// Give every curve and every named set of points its number, in order.
function numbered(layers) {
  let next = 0;
  return layers.map((layer) => {
    const number = next;
    next += MARKS[layer.mark].count(layer);
    return { ...layer, number };
  });
}

function limitsOf(panel, layers, axis, ranges, handle) {
  const map = layers.some((layer) => layer.mark === 'heatmap');
  const only = layers.every((layer) => layer.mark === 'lines');
  const names = layers.filter((layer) => layer.mark !== 'heatmap').flatMap((layer) => MARKS[layer.mark].onAxis(layer, axis));
  const include = panel.rules.map((rule) => rule[axis]).filter((at) => typeof at === 'number');
  for (const layer of layers.filter((one) => one.handles)) {
    const reach = handle(layer.handles).axes['xy'.indexOf(axis)];
    if (reach) include.push(reach.low, reach.high);
  }
  const pad = map || (axis === 'x' && only) ? 0 : 0.05;
  return makeLimits({ limits: panel[`${axis}lim`], log: panel[`${axis}log`], names, ranges, pad, include });
}

function seen(layers, axis, known, log) {
  return layers.flatMap((layer) => {
    if (layer.mark !== 'heatmap') return MARKS[layer.mark].onAxis(layer, axis).map((name) => listOf(known[name]));
    const n = known[layer.z].shape[axis === 'x' ? 1 : 0];
    return [rims(placesOf(layer[axis], known), n, log)];
  });
}

// A list with one number replaced, unless there is none to replace it.
const swapped = (list, i, at) => Array.from(list, (old, j) => (j === i ? at ?? old : old));

// A curve that turns back, as a circle does, has more than one value at a place.
function turns(xs) {
  const up = xs[0] <= xs[xs.length - 1];
  for (let i = 1; i < xs.length; i += 1) if (xs[i] !== xs[i - 1] && xs[i] > xs[i - 1] !== up) return true;
  return false;
}

function valueAt(known, xName, yName, at) {
  const xs = known[xName].data;
  if (turns(xs)) return NaN;
  let [low, high] = [0, xs.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= at === xs[0] <= xs[xs.length - 1]) low = middle;
    else high = middle;
  }
  const nearest = Math.abs(xs[low] - at) <= Math.abs(xs[high] - at) ? low : high;
  return known[yName].data[nearest];
}

function makeLegend(host, layers, map, looks, theme) {
  const [samples, outputs, entries] = [[], [], []];
  const listed = layers.flatMap((layer) => MARKS[layer.mark].legend(layer).map((entry) => ({ ...entry, layer })));
  const alone = listed.length < 2;
  for (const entry of listed) {
    const { layer, k = 0, hue, plain } = entry;
    // Points of several entities stand for all of them in the ink of the text.
    const look = () => ({ ...looks(layer.number + k, hue), ...(plain ? { colour: theme().ink } : {}) });
    const made = sample(entry.kind, look, { marker: entry.marker, hollow: entry.hollow, theme });
    samples.push(made);
    const value = entry.kind === 'line' ? h('span', { class: 'wp-value' }) : null;
    host.append(h('span', { class: 'wp-entry' }, made.image, alone && entry.kind === 'line' ? '' : entry.label, value));
    if (value) outputs.push(value);
    if (!alone) entries.push({ ...entry, look });
  }
  if (alone && !map) host.classList.add('wp-alone');
  const [low, high] = [h('span'), h('span')];
  if (map) {
    const bar = h('i', { class: 'wp-bar', style: `background:${gradient(map.colormap)}` });
    host.append(h('span', { class: 'wp-entry' }, map.zlabel, low, bar, high));
  }
  return {
    entries,
    values: (list) => outputs.forEach((output, i) => say(output, list && Number.isFinite(list[i]) ? formatValue(list[i], '.3g') : '')),
    bounds(from, to) {
      say(low, formatValue(from, '.3g'));
      say(high, formatValue(to, '.3g'));
    },
    paint: () => samples.forEach((made) => made.paint()),
  };
}
