// The figure: draws what a source computes, and asks it again when a control moves.
import { readState, writeState } from './address.js';
import { watchAwake } from './awake.js';
import { makeControl } from './controls.js';
import { debounced } from './dom.js';
import { makeFrame } from './frame.js';
import { makeGrid } from './grid.js';
import { findKernel, makeAsker, readAnswer, same } from './live.js';
import { copy, download } from './menu.js';
import { loadMirror, makeMirror, mirrorData } from './mirror.js';
import { makeQuiz } from './quiz.js';
import { csvFile } from './table.js';
import { renderTemplate } from './template.js';
import { makeLooks, onThemeChange, readTheme } from './theme.js';
import { svgFile } from './vector.js';
import { VIEWS } from './views.js';

const WAITING =
  'Python has not answered yet. It may be busy with other cells; if none is running, run the cell above.';
const WORDS = 100; // between two changes of words while it plays, in milliseconds
const NARROW = 560;

// `held` is the opened store. `model` is the line to Python, if there is one. `onState` hears of
// every state that the reader has settled on.
export async function makeFigure({ spec, held, element: el, model = null, onState = null }) {
  const play = spec.controls.find((control) => control.kind === 'play');
  const over = play?.over ?? [];
  const stepping = play && !over.length;
  const isInput = (control) => control.kind !== 'presets' && (control !== play || stepping);
  const formats = Object.fromEntries(spec.controls.map((control) => [control.name, control.format ?? '']));
  let values = model ? { ...model.get('values') } : Object.fromEntries(spec.controls.filter(isInput).map((c) => [c.name, c.default]));
  let frame = play?.default ?? 0;
  let [run, theme, queued, work, moved] = [null, null, 0, null, false];
  let [outputs, known, wordsAt, asked] = [null, {}, 0, Boolean(spec.quiz)];

  const optionsOf = (name) => held[`options:${name}`]?.words ?? spec.controls.find((one) => one.name === name)?.options;
  const settingsOf = (name) => {
    const control = spec.controls.find((one) => one.name === name);
    if (control.kind === 'toggle') return [false, true];
    return optionsOf(name) ?? control.settings;
  };
  const source = await makeSource();
  let awake = { on: () => true };
  const controls = spec.controls.map((control) =>
    makeControl(control, held[`options:${control.name}`]?.words, (value, playing) =>
      (control.kind === 'presets' ? onPreset(control, value) : onMove(control, value, playing)), { awake: () => awake.on() }));
  const part = (name) => controls[spec.controls.findIndex((control) => control.name === name)];
  const looks = makeLooks(spec.entities ?? [], () => theme);
  let hints = spec.quiz ? 0 : 1;
  const context = {
    theme: () => theme, ranges: spec.ranges, formats, looks, part, handle: part,
    narrow: () => el.clientWidth > 0 && el.clientWidth < NARROW && !model,
    hint: () => hints > 0 && hints--,
    moved: () => panels.forEach((one) => one.moved?.()),
  };
  const panels = [];
  const make = (panel) => {
    const made = VIEWS[panel.type](panel, context, make);
    if (made.update) panels.push({ panel, ...made });
    return made;
  };
  const rows = layRows(spec.view.map((row) => [row, make(row).element]));
  const images = panels.filter(({ drawn }) => drawn);
  if (images[0]) images[0].element.classList.add('wp-first');
  const elsewhere = new Set(panels.flatMap(({ panel }) => (panel.type === 'controls' ? panel.of : [])));
  const below = controls.filter((_, i) => !elsewhere.has(spec.controls[i].name));
  const quiz = spec.quiz ? makeQuiz(spec.quiz, context, reveal) : null;
  const offers = [
    ...(onState ? [{ label: 'Copy link', act: () => copy(link()) }] : []),
    { label: 'Data (CSV)', act: () => download(`${spec.name}.csv`, 'text/csv', csvFile(known)) },
    { label: 'Picture (SVG)', act: () => download(`${spec.name}.svg`, 'image/svg+xml', svg()) },
  ];
  const page = makeFrame(spec, rows, below, { moves: controls.length > 0, onReset: reset, offers, quiz });
  const speak = debounced(900, () => page.say(describe()));
  const settle = debounced(500, () => onState?.(state()));

  async function makeSource() {
    if (spec.mode === 'grid') return makeGrid({ ...spec, over }, held, settingsOf);
    if (!spec.mirror) return null;
    return makeMirror(await loadMirror(spec.mirror), mirrorData(held, spec.data), over);
  }

  function knownNow() {
    const shown = { ...values, ...outputs };
    if (play) shown[play.name] = play.start + play.scale * frame;
    return shown;
  }

  const describe = () => (outputs ? renderTemplate(spec.alt, known, formats) : '');
  const playing = () => Boolean(play && part(play.name).playing());

  // Draws what changed since the last time; all of it with `anew`.
  function draw(anew = false) {
    if (!run) return;
    outputs = run.at(frame);
    const before = known;
    known = knownNow();
    const changed = new Set(Object.keys(known).filter((name) => anew || !alike(before[name], known[name])));
    const runs = playing();
    const now = performance.now();
    const wordsToo = !runs || now - wordsAt > WORDS;
    for (const one of panels) {
      one.stale ||= anew || one.reads.some((name) => changed.has(name)) || one.restless?.();
      if (!one.stale || (one.wordy && !wordsToo)) continue;
      one.stale = false;
      one.update(known, frame, runs);
      one.count = (one.count ?? 0) + 1;
      one.element.wpDraws = one.count;
    }
    if (wordsToo) {
      wordsAt = now;
      tell();
    }
    page.element.dataset.drawn = String(+(page.element.dataset.drawn ?? 0) + 1);
  }

  // What each picture shows, in words of its own.
  function tell() {
    const alt = describe();
    const said = new Set();
    images.forEach(({ element, image = element, panel, title }, i) => {
      let text = panel.alt ? renderTemplate(panel.alt, known, formats) : i ? `${title}.` : alt;
      if (panel.alt && said.has(text)) text = `${title}. ${text}`;
      for (let n = 2; said.has(text); n += 1) text = `${title} (${n}).`;
      said.add(text);
      if (image.getAttribute('aria-label') !== text) image.setAttribute('aria-label', text);
    });
  }

  // At most one drawing per frame of the screen, whatever the controls do; none off the screen.
  function schedule(next) {
    work = work === recompute ? work : next;
    if (queued || !awake.on()) return;
    queued = requestAnimationFrame(() => {
      queued = 0;
      const now = work;
      work = null;
      if (now) attempt(now);
    });
  }

  function attempt(act) {
    try {
      act();
      page.complain(null);
    } catch (error) {
      console.error(error);
      page.complain(`The figure could not be drawn: ${error.message}`);
    }
  }

  function recompute() {
    run = source.run(values);
    draw();
  }

  const redraw = () => draw();

  function onMove(control, value, runs) {
    moved = true;
    take(control, value);
    markPresets();
    if (control === play && !stepping) schedule(redraw);
    else if (live.on && !(source && runs)) live.ask(values);
    else if (source) {
      schedule(recompute);
      if (live.on) page.badge('mirror');
    }
    if (runs) speak.cancel();
    else {
      speak();
      settle();
    }
  }

  function take(control, value) {
    if (control === play) frame = value;
    if (isInput(control)) values[control.name] = value;
  }

  const state = () => (play ? { ...values, [play.name]: frame } : { ...values });
  const link = () => {
    const text = writeState(spec.controls, state());
    return `${location.href.split('#')[0]}#${spec.name}${text ? `?${text}` : ''}`;
  };

  // Which presets hold now; the player's frame counts where a preset names it.
  function markPresets() {
    const now = state();
    spec.controls.forEach((control, i) => control.kind === 'presets' && controls[i].mark(now));
  }

  function reset() {
    setAll(Object.fromEntries(spec.controls.map((control) => [control.name, control.default])));
  }

  function onPreset(preset, fresh) {
    setAll(fresh);
    if (preset.play && calm()) part(play.name).restart();
  }

  const calm = () => !matchMedia('(prefers-reduced-motion: reduce)').matches;

  function setAll(fresh) {
    spec.controls.forEach((control, i) => {
      if (control.kind === 'presets' || !(control.name in fresh)) return;
      controls[i].set(fresh[control.name]);
      take(control, fresh[control.name]);
    });
    markPresets();
    moved = true;
    if (live.on) {
      live.ask(values);
      schedule(redraw);
    } else if (source) schedule(recompute);
    speak();
    settle();
  }

  const live = { on: false, ask: null };

  async function startLive() {
    const read = async () => {
      const answer = await readAnswer(model, over);
      page.busy(false);
      if (answer.error) page.complain(answer.error);
      else {
        run = answer.run;
        page.badge(live.on ? 'python' : 'stored');
        attempt(redraw);
      }
    };
    const ask = makeAsker(model, read);
    live.ask = (wanted) => {
      if (!same(wanted, model.get('answer')?.values)) page.busy(true);
      ask(wanted);
    };
    model.on('change:values', () => {
      const fresh = model.get('values');
      if (!moved || !same(fresh, values)) adopt(fresh);
    });
    await read();
    enable(false);
    page.badge('stored');
    findKernel(model, wake, () => page.complain(WAITING));
  }

  function wake() {
    live.on = true;
    page.badge('python');
    page.complain(null);
    enable(!asked);
  }

  function enable(on) {
    controls.forEach((control) => control.enable(on));
    panels.forEach((one) => one.enable?.(on));
  }

  // Settings that came from Python or from another view of the same figure.
  function adopt(fresh) {
    values = { ...values, ...fresh };
    spec.controls.forEach((control, i) => control.name in fresh && controls[i].set(fresh[control.name]));
    if (stepping && play.name in fresh) frame = fresh[play.name];
    markPresets();
  }

  // The quiz has its answer: the figure shows it, and everything can be moved.
  function reveal() {
    asked = false;
    page.element.classList.remove('wp-waiting');
    if (spec.mode !== 'live' || live.on) enable(true);
    const { [play?.name]: end, ...fresh } = spec.quiz.reveal;
    setAll(fresh);
    if (end === undefined) return;
    if (calm() && end > frame) part(play.name).playTo(end);
    else setAll({ [play.name]: end });
  }

  function svg() {
    return svgFile(spec.title, images.map((one) => one.svg()));
  }

  function paintTheme() {
    theme = readTheme(page.element);
    panels.forEach((one) => one.repaint());
    quiz?.repaint();
  }

  el.append(page.element);
  theme = readTheme(page.element);
  panels.forEach((one) => one.repaint());
  spec.controls.forEach((control, i) => {
    if (control.kind !== 'presets') controls[i].set(control === play ? frame : values[control.name]);
  });
  markPresets();
  const stopTheme = onThemeChange(paintTheme);
  if (spec.mode === 'live') await startLive();
  else {
    page.badge(spec.mode);
    attempt(recompute);
  }
  quiz?.ready();
  if (asked) {
    page.element.classList.add('wp-waiting');
    enable(false);
  }
  if (outputs && hideStill(spec.id, el)) page.element.classList.add('wp-has-still');
  awake = watchAwake(page.element, () => work && schedule(work));

  return {
    element: page.element,
    spec,
    // Puts the figure into a state, as an address or a sentence of the text names it.
    setState(text) {
      if (!asked) setAll(readState(spec.controls, optionsOf, text));
    },
    reset,
    link,
    svg,
    csv: () => csvFile(known),
    destroy() {
      stopTheme();
      awake.stop();
      speak.cancel();
      settle.cancel();
      cancelAnimationFrame(queued);
      controls.forEach((control) => control.destroy?.());
      panels.forEach((one) => one.destroy());
      quiz?.destroy();
    },
  };
}

// Whether two outputs hold the same.
function alike(a, b) {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return Number.isNaN(a) && Number.isNaN(b);
  const [one, two] = [a.data ?? a, b.data ?? b];
  if (one === two) return true;
  if (one.length !== two.length) return false;
  for (let i = 0; i < one.length; i += 1) {
    if (one[i] !== two[i] && !(Number.isNaN(one[i]) && Number.isNaN(two[i])) && !(Array.isArray(one[i]) && alike(one[i], two[i]))) return false;
  }
  return true;
}

// Rows of panels; numbers that follow each other share one strip.
function layRows(rows) {
  const laid = [];
  for (const [row, element] of rows) {
    const last = laid[laid.length - 1];
    const strip = element.classList.contains('wp-strip') || row.type === 'number';
    if (strip && last?.classList.contains('wp-strip')) last.append(...(row.type === 'number' ? [element] : element.children));
    else if (row.type === 'number') {
      const box = document.createElement('div');
      box.className = 'wp-strip';
      box.append(element);
      laid.push(box);
    } else laid.push(element);
  }
  return laid;
}

// What stood here for readers without JavaScript; the picture comes back in print.
function hideStill(id, el) {
  const all = document.querySelectorAll(`[data-wp-still="${id}"]`);
  all.forEach((still) => (still.hidden = true));
  el.closest('.wp-place')?.querySelectorAll('.wp-asked').forEach((words) => (words.hidden = true));
  return all.length > 0;
}
