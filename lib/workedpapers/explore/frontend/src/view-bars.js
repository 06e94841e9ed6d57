// Groups of bars, upright or lying.
import { h } from './dom.js';
import { formatValue } from './formats.js';
import { makeLimits } from './limits.js';
import { putText } from './marks/brush.js';
import { heading, makePlot, ratio, sample, stripe } from './plot.js';
import { plotPicture } from './vector.js';

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

export function makeBars(panel, { theme, ranges, looks }) {
  const host = h('div', { class: 'wp-plot' });
  const head = heading(panel.ylabel);
  const element = h('div', { class: 'wp-panel', role: 'img' }, head.element, host);
  const lookOf = (k) => looks(k, panel.hues?.[k]);
  const samples = panel.y.length > 1 ? panel.labels.map((label, k) => {
    const made = sample('bar', () => lookOf(k), { number: k, theme });
    head.legend.append(h('span', { class: 'wp-entry' }, made.image, label));
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
  const paint = (pen) => {
    const { ctx, ratio: scale } = pen;
    const wide = GROUP / panel.y.length;
    values.forEach((series, k) => {
      series.forEach((value, i) => {
        const middle = i + (k - (panel.y.length - 1) / 2) * wide;
        const [a, b] = [-0.46, 0.46].map((part) => pen.x(middle + part * wide));
        const [zero, end] = [pen.y(Math.max(0, made.plot.scales.y.min)), pen.y(value)];
        ctx.fillStyle = lookOf(k).colour;
        const thick = Math.abs(b - a);
        const [from, to] = [Math.min(zero, end), Math.max(zero, end)];
        const box = lying ? [from, Math.min(a, b), to - from, thick] : [Math.min(a, b), from, thick, to - from];
        ctx.fillRect(...box);
        stripe(ctx, k, pen.theme.paper, box, scale);
        if (panel.digits === null) return;
        const text = formatValue(value, `.${panel.digits}f`);
        const look = { colour: pen.theme.muted, size: 11, align: lying ? 'left' : 'center' };
        if (lying) putText(pen, text, end + 5 * scale, (a + b) / 2 + 4 * scale, look);
        else putText(pen, text, (a + b) / 2, end - 4 * scale, look);
      });
    });
  };
  const build = () => makePlot(host, {
    theme, height: panel.height, paint, flat: true,
    x: { limits: across, labels: names, splits: () => words.map((_, i) => i), grid: false, ...(lying ? { ori: 1, dir: -1 } : { ori: 0 }) },
    y: { limits: room, ori: lying ? 0 : 1 },
  });

  return {
    element,
    drawn: true,
    reads: [...panel.y, ...(typeof panel.categories === 'string' ? [panel.categories] : [])],
    title: panel.ylabel || panel.labels.join(', '),
    update(known) {
      const fresh = typeof panel.categories === 'string' ? known[panel.categories].data : panel.categories;
      const anew = `${fresh}` !== `${words}`;
      words = fresh;
      values = panel.y.map((name) => Array.from(known[name].data));
      limits.see(values);
      made ??= build();
      made.draw(anew);
    },
    repaint() {
      samples.forEach((one) => one.paint());
      made?.repaint();
    },
    svg: () => plotPicture(made.plot, panel.ylabel, panel.y.length > 1 ? panel.labels.map((label, k) => ({ label, kind: 'bar', look: () => lookOf(k) })) : [], paint),
    destroy: () => made?.destroy(),
  };
}
