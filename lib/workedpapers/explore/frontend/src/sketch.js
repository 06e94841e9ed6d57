// A curve drawn by the reader: through a few places, by pointer or by the arrow keys.
import { h } from './dom.js';
import { formatValue } from './formats.js';
import { shapePath } from './marks/brush.js';
import { heading, makePlot } from './plot.js';

export function makeSketch({ x, y, knots, ylim, xlabel, ylabel }, { theme }) {
  const host = h('div', { class: 'wp-plot' });
  const middle = (ylim[0] + ylim[1]) / 2;
  const heights = knots.map(() => null);
  const step = (ylim[1] - ylim[0]) / 40;
  const span = [x[0], x[x.length - 1]];
  const room = 0.03 * (span[1] - span[0]);
  const said = h('div', { class: 'wp-spoken', 'aria-live': 'polite' });
  const board = h('div', {
    class: 'wp-board', tabindex: 0, role: 'application', 'aria-roledescription': 'drawing',
    'aria-label': `Draw ${ylabel || 'the curve'} through ${knots.length} points. Left and right choose a point, up and down move it.`,
  }, host, said);
  const element = h('div', { class: 'wp-sketch' }, heading(ylabel).element, board);
  let [made, at, closed, held] = [null, 0, false, null];

  const paint = (pen) => {
    const { ctx, ratio } = pen;
    const line = (xs, ys, colour, dash) => {
      ctx.beginPath();
      let on = false;
      xs.forEach((v, i) => {
        if (ys[i] === null) on = false;
        else {
          ctx[on ? 'lineTo' : 'moveTo'](pen.x(v), pen.y(ys[i]));
          on = true;
        }
      });
      ctx.strokeStyle = colour;
      ctx.lineWidth = 2.4 * ratio;
      ctx.setLineDash(dash);
      ctx.stroke();
      ctx.setLineDash([]);
    };
    if (closed) line(x, y, theme().series(0), []);
    line(knots, heights, theme().series(1), [6 * ratio, 4 * ratio]);
    knots.forEach((knot, i) => {
      shapePath(ctx, 'circle', pen.x(knot), pen.y(heights[i] ?? middle), (i === at && document.activeElement === board ? 14 : 9) * ratio);
      ctx.strokeStyle = theme().series(1);
      ctx.fillStyle = heights[i] === null ? theme().paper : theme().series(1);
      ctx.lineWidth = 2 * ratio;
      ctx.fill();
      ctx.stroke();
    });
  };
  const put = (i, height) => {
    heights[i] = Math.min(Math.max(height, ylim[0]), ylim[1]);
    made.refresh();
  };
  const say = () => (said.textContent = `Point ${at + 1} of ${knots.length}, at ${formatValue(knots[at], '.3g')}: ${heights[at] === null ? 'not drawn' : formatValue(heights[at], '.3g')}`);
  board.addEventListener('keydown', (event) => {
    if (closed) return;
    const turn = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const rise = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    if (!turn && !rise) return;
    event.preventDefault();
    event.stopPropagation();
    if (turn) at = Math.min(Math.max(at + turn, 0), knots.length - 1);
    else put(at, (heights[at] ?? middle) + rise * step);
    made.refresh();
    say();
  });
  board.addEventListener('focus', () => made?.refresh());
  board.addEventListener('blur', () => made?.refresh());
  const draw = (event) => {
    const box = made.plot.over.getBoundingClientRect();
    const value = made.plot.posToVal(event.clientX - box.left, 'x');
    knots.forEach((knot, i) => Math.abs(knot - value) < Math.abs(knots[at] - value) && (at = i));
    put(at, made.plot.posToVal(event.clientY - box.top, 'y'));
  };
  board.addEventListener('pointerdown', (event) => {
    if (closed || event.button) return;
    held = event.pointerId;
    board.setPointerCapture(held);
    draw(event);
  });
  board.addEventListener('pointermove', (event) => held === event.pointerId && !closed && draw(event));
  for (const end of ['pointerup', 'pointercancel']) board.addEventListener(end, () => (held = null));
  return {
    element,
    ready() {
      made ??= makePlot(host, {
        theme, height: 190, paint,
        x: { limits: () => [span[0] - room, span[1] + room], label: xlabel },
        y: { limits: () => ylim },
      });
      made.draw();
    },
    answer: () => (heights.every((height) => height !== null) ? heights : null),
    close() {
      closed = true;
      board.setAttribute('aria-label', 'Your curve, and the right one.');
      made.refresh();
    },
    repaint: () => made?.repaint(),
    destroy: () => made?.destroy(),
  };
}
