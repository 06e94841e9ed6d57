// What can be dragged in a plot, for the keyboard: one button for each mark, line or set of points.
// The arrow keys move it by one setting of its slider, with Shift by ten.
import { h } from './dom.js';

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };

// `things` are { key, label, count, at(i) -> [x, y] in the units of the axes, nudge(i, dx, dy) }.
export function makeHolds(u, things, { point, enabled, hint }) {
  const holds = things.map((thing) => {
    let i = 0;
    const button = h('button', { type: 'button', class: 'wp-hold', 'aria-label': '' });
    const name = () => `${thing.label(i)}. Arrow keys move it${thing.count > 1 ? ', Page Up and Page Down choose another' : ''}.`;
    button.setAttribute('aria-label', name());
    button.addEventListener('focus', () => point({ ...thing.target(i) }));
    button.addEventListener('blur', () => point(null));
    button.addEventListener('keydown', (event) => {
      const arrow = ARROWS[event.key];
      const turn = { PageDown: 1, PageUp: -1 }[event.key];
      if (!arrow && !(turn && thing.count > 1)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!enabled()) return;
      if (arrow) thing.nudge(i, ...arrow.map((by) => by * (event.shiftKey ? 10 : 1)));
      else i = (i + turn + thing.count) % thing.count;
      button.setAttribute('aria-label', name());
      point({ ...thing.target(i) });
      lay();
    });
    u.over.append(button);
    return { thing, button, place: () => thing.at(i) };
  });
  // "Drag me" stands at the first thing, until something has been dragged.
  const word = hint && holds.length ? h('span', { class: 'wp-drag-me', 'aria-hidden': 'true' }, 'drag me') : null;
  if (word) u.over.append(word);

  const placed = holds.map(() => null);
  let lastWord = null;
  function lay() {
    holds.forEach(({ button, place }, k) => {
      const [x, y] = place();
      const [wide, high] = [u.bbox.width, u.bbox.height].map((size) => size / (u.ctx.canvas.width / u.width));
      const [left, top] = [x === undefined ? wide / 2 : u.valToPos(x, 'x'), y === undefined ? high / 2 : u.valToPos(y, 'y')];
      const there = Number.isFinite(left + top) && left >= -1 && left <= wide + 1 && top >= -1 && top <= high + 1;
      const where = there ? `translate(${Math.round(left)}px, ${Math.round(top)}px)` : '';
      // What did not move is left alone: each touch costs the browser a look at its styles.
      if (where !== placed[k]) {
        button.hidden = !there;
        button.style.transform = placed[k] = where;
      }
      if (k || !word) return;
      const right = left > wide - 90;
      const beside = there && `translate(${Math.round(left + (right ? -14 : 14))}px, ${Math.round(Math.min(top + 8, high - 20))}px)${right ? ' translateX(-100%)' : ''}`;
      if (beside === lastWord) return;
      lastWord = beside;
      word.hidden = !there;
      if (there) word.style.transform = beside;
    });
  }

  return {
    lay,
    moved: () => word?.remove(),
    enable: (on) => holds.forEach(({ button }) => (button.disabled = !on)),
  };
}
