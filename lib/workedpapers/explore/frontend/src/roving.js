// One tab stop for several buttons; the arrow keys go from one to the next.
export function rove(group, buttons) {
  const enter = (one) => buttons.forEach((button) => (button.tabIndex = button === one ? 0 : -1));
  enter(buttons[0]);
  group.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const now = buttons.indexOf(event.target);
    if (!by || now < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[(now + by + buttons.length) % buttons.length];
    enter(next);
    next.focus();
  });
  group.addEventListener('focusin', (event) => buttons.includes(event.target) && enter(event.target));
}
