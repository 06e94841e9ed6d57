// Dragging what stands in a plot, by mouse, pen or finger.
const REACH = { mouse: 16, pen: 20, touch: 30 };

// `targets` lists what can be grabbed, as { key, x, y, ... } in the units of the axes, without x
// or y for a line across; `move` gets one of them and the place where it is dragged.
export function makeDrag(u, targets, move, repaint) {
  const { over } = u;
  let [held, near] = [null, null];
  const placeOf = (event) => {
    const box = over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const find = (event, kind) => {
    const [left, top] = placeOf(event);
    let [best, reach] = [null, REACH[kind] ?? REACH.pen];
    for (const target of targets()) {
      const apart = [
        target.x === undefined ? 0 : u.valToPos(target.x, 'x') - left,
        target.y === undefined ? 0 : u.valToPos(target.y, 'y') - top,
      ];
      // A line across gives way to a point beside it.
      const far = Math.hypot(...apart) + (target.x === undefined || target.y === undefined ? 4 : 0);
      if (far > reach) continue;
      reach = far;
      best = { target, apart };
    }
    return best;
  };
  const point = (target) => {
    over.style.cursor = held ? 'grabbing' : target ? 'grab' : '';
    if (target?.key === near?.key) return;
    near = target;
    repaint();
  };
  const inside = (at, size) => Math.min(Math.max(at, 0), size);
  const release = (event) => {
    if (held?.id !== event.pointerId) return;
    held = null;
    point(event.pointerType === 'touch' ? null : near);
  };
  const listeners = {
    pointerdown(event) {
      const found = event.button === 0 && !held && find(event, event.pointerType);
      if (!found) return;
      held = { id: event.pointerId, ...found };
      over.setPointerCapture(event.pointerId);
      event.preventDefault();
      u.setCursor({ left: -10, top: -10 });
      point(found.target);
    },
    pointermove(event) {
      if (!held) point(event.pointerType === 'touch' ? null : find(event, event.pointerType)?.target ?? null);
      if (held?.id !== event.pointerId) return;
      const [left, top] = placeOf(event);
      move(held.target, u.posToVal(inside(left + held.apart[0], over.clientWidth), 'x'),
        u.posToVal(inside(top + held.apart[1], over.clientHeight), 'y'));
    },
    pointerup: release,
    pointercancel: release,
    pointerleave: () => held || point(null),
  };
  for (const [name, listener] of Object.entries(listeners)) over.addEventListener(name, listener);
  // A finger on a thing drags it; anywhere else it scrolls the page.
  over.addEventListener('touchstart', (event) => {
    if (event.cancelable && find(event.touches[0], 'touch')) event.preventDefault();
  }, { passive: false });
  return { near: () => near, held: () => held?.target ?? null, point };
}
