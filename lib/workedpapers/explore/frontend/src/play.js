// The player: one frame after another, at the pace of the clock and not of the screen. After a
// pause of the page, as when the reader is elsewhere, it goes on where it was.
import { h, icon, say, uniqueId } from './dom.js';
import { formatValue, withUnit } from './formats.js';
import { rove } from './roving.js';
import { rail } from './slider.js';

const ICONS = {
  play: 'M6 4l10 6-10 6z',
  pause: 'M6 4h3v12H6zM11 4h3v12h-3z',
  back: 'M14 5l-6 5 6 5zM5 5h2v10H5z',
  forward: 'M6 5l6 5-6 5zM13 5h2v10h-2z',
  loop: 'M5 8a5 5 0 0 1 8.5-2.5L15 7M15 3v4h-4M15 12a5 5 0 0 1-8.5 2.5L5 13M5 17v-4h4',
};
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const LONGEST = 100; // of one tick, in milliseconds
const WORDS = 90; // between two changes of the words beside the player

export function makePlayer(control, onChange, { awake }) {
  const { frames, fps } = control;
  const id = uniqueId();
  let [frame, exact, until, playing, loop, speed] = [0, 0, frames - 1, false, control.loop, 1];
  let [last, said, timer] = [null, 0, 0];

  const output = h('output', { for: id });
  const input = h('input', { type: 'range', id, min: 0, max: frames - 1, step: 1 });
  const button = (name, label, press) =>
    h('button', { type: 'button', class: `wp-button wp-${name}`, 'aria-label': label, title: label, onclick: press }, icon(ICONS[name]));

  const show = () => {
    const at = formatValue(control.start + control.scale * frame, control.format);
    const end = formatValue(control.start + control.scale * (frames - 1), control.format);
    say(output, withUnit(`${at} of ${end}`, control.unit));
    input.value = frame;
    input.setAttribute('aria-valuetext', output.textContent);
    input.style.setProperty('--p', `${(100 * frame) / (frames - 1)}%`);
  };
  const go = (next) => {
    frame = next;
    const now = performance.now();
    if (!playing || now - said > WORDS) {
      show();
      said = now;
    }
    onChange(frame, playing);
  };
  const advance = (now) => {
    if (!awake()) {
      last = null;
      return;
    }
    exact += (Math.min(now - (last ?? now), LONGEST) / 1000) * fps * speed;
    last = now;
    let next = Math.floor(exact + 1e-6);
    if (next > until) {
      if (!loop || until < frames - 1) {
        stop(until);
        return;
      }
      next %= frames;
      exact %= frames;
    }
    if (next !== frame) go(next);
  };
  // Asks for the next tick after what it changed has asked to be drawn: the drawing then comes
  // first, and every frame of the screen has one. The other way round it would be every second.
  const tick = (now) => {
    if (!playing) return;
    advance(now);
    if (playing) timer = requestAnimationFrame(tick);
  };
  const dress = () => {
    const label = `${playing ? 'Pause' : 'Play'}: ${control.label}`;
    main.replaceChildren(icon(ICONS[playing ? 'pause' : 'play']));
    main.setAttribute('aria-label', label);
    main.title = label;
  };
  const start = (end = frames - 1) => {
    playing = true;
    until = end;
    if (frame >= frames - 1) frame = 0;
    exact = frame;
    last = null;
    dress();
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
  // A press goes on to the next speed.
  const pick = h('button', { type: 'button', class: 'wp-button wp-speed', onclick() {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    dressSpeed();
  } }, '');
  const dressSpeed = () => {
    pick.textContent = `${speed}×`;
    pick.setAttribute('aria-label', `Speed: ${speed} times`);
    pick.title = 'Speed';
  };
  dressSpeed();
  input.addEventListener('input', () => stop(+input.value));
  dress();

  const parts = [main, back, forward, input, pick, again];
  const bar = h('div', { class: 'wp-transport', role: 'group', 'aria-label': control.label }, main, back, forward, rail(input), pick, again);
  rove(bar, [main, back, forward, pick, again]);
  return {
    element: h('div', { class: 'wp-control wp-player' }, h('label', { for: id }, control.label), output, bar),
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
    playing: () => playing,
    restart() {
      frame = 0;
      if (!playing) start();
      [exact, last, until, said] = [0, null, frames - 1, 0];
      go(0);
    },
    // Run from where it stands to a frame, and rest there.
    playTo(end) {
      if (frame >= end) frame = 0;
      start(end);
    },
    destroy: () => {
      playing = false;
      cancelAnimationFrame(timer);
    },
  };
}
