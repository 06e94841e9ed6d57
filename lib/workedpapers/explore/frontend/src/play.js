// The player: one frame after another, at the pace of the clock and not of the screen.
import { h, icon, uniqueId } from './dom.js';
import { formatValue, withUnit } from './formats.js';

const ICONS = {
  play: 'M6 4l10 6-10 6z',
  pause: 'M6 4h3v12H6zM11 4h3v12h-3z',
  back: 'M14 5l-6 5 6 5zM5 5h2v10H5z',
  forward: 'M6 5l6 5-6 5zM13 5h2v10h-2z',
  loop: 'M5 8a5 5 0 0 1 8.5-2.5L15 7M15 3v4h-4M15 12a5 5 0 0 1-8.5 2.5L5 13M5 17v-4h4',
};
const SPEEDS = [0.25, 0.5, 1, 2, 4];

export function makePlayer(control, onChange) {
  const { frames, fps } = control;
  const [id, speedId] = [uniqueId(), uniqueId()];
  let [frame, playing, loop, speed] = [0, false, control.loop, 1];
  let [began, from, timer] = [0, 0, 0];

  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min: 0, max: frames - 1, step: 1 });
  const button = (name, label, press) =>
    h('button', { type: 'button', class: `wp-button wp-${name}`, 'aria-label': label, title: label, onclick: press }, icon(ICONS[name]));

  const show = () => {
    const at = formatValue(control.start + control.scale * frame, control.format);
    const end = formatValue(control.start + control.scale * (frames - 1), control.format);
    output.textContent = withUnit(`${at} of ${end}`, control.unit);
    input.value = frame;
    input.setAttribute('aria-valuetext', output.textContent);
    input.style.setProperty('--p', `${(100 * frame) / (frames - 1)}%`);
  };
  const go = (next) => {
    frame = next;
    show();
    onChange(frame, playing);
  };
  const pace = () => {
    [began, from] = [performance.now(), frame];
  };
  const tick = (now) => {
    if (!playing) return;
    let next = from + Math.floor(((now - began) / 1000) * fps * speed);
    if (next >= frames) {
      if (!loop) {
        stop(frames - 1);
        return;
      }
      next %= frames;
      [began, from] = [now, next];
    }
    if (next !== frame) go(Math.max(next, 0));
    timer = requestAnimationFrame(tick);
  };
  const dress = () => {
    const label = `${playing ? 'Pause' : 'Play'}: ${control.label}`;
    main.replaceChildren(icon(ICONS[playing ? 'pause' : 'play']));
    main.setAttribute('aria-label', label);
    main.title = label;
  };
  const start = () => {
    playing = true;
    if (frame >= frames - 1) frame = 0;
    dress();
    pace();
    timer = requestAnimationFrame(tick);
  };
  const stop = (at = frame) => {
    playing = false;
    cancelAnimationFrame(timer);
    dress();
    go(at);
  };
  const step = (by) => stop(Math.min(Math.max(frame + by, 0), frames - 1));

  const main = button('play', 'Play', () => (playing ? stop() : start()));
  const back = button('back', 'One back', () => step(-1));
  const forward = button('forward', 'One forward', () => step(1));
  const again = button('loop', 'Begin again at the end', () => {
    loop = !loop;
    again.setAttribute('aria-pressed', String(loop));
  });
  again.setAttribute('aria-pressed', String(loop));
  const choices = SPEEDS.map((value) => h('option', { value, selected: value === 1 }, `${value}×`));
  const pick = h('select', { id: speedId, 'aria-label': 'Speed', onchange: () => {
    speed = +pick.value;
    pace();
  } }, ...choices);
  input.addEventListener('input', () => stop(+input.value));
  dress();

  const parts = [main, back, forward, input, pick, again];
  return {
    element: h('div', { class: 'wp-control wp-player' }, h('label', { for: id }, control.label), output,
      h('div', { class: 'wp-transport' }, ...parts)),
    set(value) {
      if (playing) {
        playing = false;
        cancelAnimationFrame(timer);
        dress();
      }
      frame = value;
      show();
    },
    enable: (on) => parts.forEach((part) => (part.disabled = !on)),
    restart() {
      frame = 0;
      if (!playing) start();
      pace();
      go(0);
    },
    destroy: () => {
      playing = false;
      cancelAnimationFrame(timer);
    },
  };
}
