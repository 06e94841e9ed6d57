// Groups of bars, upright or lying.
import { h } from './dom.js';
import { formatValue } from './formats.js';
import { makeLimits } from './limits.js';
import { heading, makePlot, ratio, sample, stripe } from './plot.js';

const GROUP = 0.76;

// Break a name over lines no longer than there is room for.
export function wrap(text, most) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (!last) lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

export function makeBars(panel, { theme, ranges }) {
  const host = h('div', { class: 'wp-plot' });
  const head = heading(panel.ylabel);
  const element = h('div', { class: 'wp-panel', role: 'img' }, head.element, host);
  const samples = panel.y.length > 1 ? panel.labels.map((label, k) => {
    const made = sample('bar', k, theme);
    head.legend.append(h('span', { class: 'wp-entry' }, made.canvas, label));
    return made;
  }) : [];
  const limits = makeLimits({ limits: panel.ylim, log: false, names: panel.y, ranges, pad: 0, include: [0] });
  const lying = panel.horizontal;
  let [words, values, made] = [[], [], null];

  const room = () => {
    const [low, high] = limits.get();
    if (Array.isArray(panel.ylim)) return [low, high];
    const extra = (high - low) * (panel.digits === null ? 0.04 : 0.12);
    return [low < 0 ? low - extra : 0, high > 0 ? high + extra : 0];
  };
  const across = () => [-0.5, words.length - 0.5];
  const names = (u, splits) => {
    const width = u.bbox.width / ratio() / Math.max(words.length, 1);
    const most = lying ? 18 : Math.max(6, Math.floor(width / 7));
    return splits.map((i) => wrap(String(words[i] ?? ''), most));
  };
  const over = (u) => {
    const { ctx } = u;
    const [side, along] = ['x', 'y'];
    const wide = GROUP / panel.y.length;
    ctx.font = `${11 * ratio()}px ${theme().family}`;
    values.forEach((series, k) => {
      series.forEach((value, i) => {
        const middle = i + (k - (panel.y.length - 1) / 2) * wide;
        const [a, b] = [-0.46, 0.46].map((part) => u.valToPos(middle + part * wide, side, true));
        const [zero, end] = [u.valToPos(Math.max(0, u.scales.y.min), along, true), u.valToPos(value, along, true)];
        ctx.fillStyle = theme().series(k);
        const thick = Math.abs(b - a);
        const [from, to] = [Math.min(zero, end), Math.max(zero, end)];
        const box = lying ? [from, Math.min(a, b), to - from, thick] : [Math.min(a, b), from, thick, to - from];
        ctx.fillRect(...box);
        stripe(ctx, k, theme().paper, box);
        if (panel.digits === null) return;
        ctx.fillStyle = theme().muted;
        const text = formatValue(value, `.${panel.digits}f`);
        ctx.textAlign = lying ? 'left' : 'center';
        ctx.textBaseline = lying ? 'middle' : 'bottom';
        if (lying) ctx.fillText(text, end + 5 * ratio(), (a + b) / 2);
        else ctx.fillText(text, (a + b) / 2, end - 3 * ratio());
      });
    });
    ctx.textBaseline = 'alphabetic';
  };
  const build = () => makePlot(host, {
    theme, height: panel.height, over, flat: true,
    series: [{ facets: [{ scale: 'x', auto: true }, { scale: 'y', auto: true }], paths: () => null, points: { show: false } }],
    x: { limits: across, labels: names, splits: () => words.map((_, i) => i), grid: false, ...(lying ? { ori: 1, dir: -1 } : { ori: 0 }) },
    y: { limits: room, ori: lying ? 0 : 1 },
  });

  return {
    element,
    update(outputs) {
      words = typeof panel.categories === 'string' ? outputs[panel.categories].data : panel.categories;
      values = panel.y.map((name) => Array.from(outputs[name].data));
      limits.see(values);
      made ??= build();
      made.draw([[[0], [null]]]);
    },
    repaint() {
      samples.forEach((one) => one.paint());
      made?.repaint();
    },
    destroy: () => made?.destroy(),
  };
}
