// The figure: draws what a source computes, and asks it again when a control moves.
import { makeBars } from './bars.js';
import { makeControl } from './controls.js';
import { debounced } from './dom.js';
import { makeFrame } from './frame.js';
import { makeGrid } from './grid.js';
import { findKernel, makeAsker, readAnswer, same } from './live.js';
import { loadMirror, makeMirror, mirrorData } from './mirror.js';
import { makePicture } from './picture.js';
import { makePlace } from './place.js';
import { bytesOf, readStore } from './store.js';
import { renderTemplate } from './template.js';
import { onThemeChange, readTheme } from './theme.js';
import { makeNumber, makeSentence } from './words.js';
import { makeXY } from './xy.js';

export { formatValue } from './formats.js';
export { makeGrid } from './grid.js';
export { mirrorData } from './mirror.js';
export { plain } from './outputs.js';
export { numbersOf, readStore } from './store.js';
export { renderTemplate } from './template.js';
export { findOptions, fold } from './lookup.js';

const MAKERS = {
  xy: makeXY, bars: makeBars, picture: makePicture, number: makeNumber, sentence: makeSentence, controls: makePlace,
};

const WAITING =
  'Python has not answered yet. It may be busy with other cells; if none is running, run the cell above.';

async function render({ model, el }) {
  const spec = model.get('spec');
  const held = await readStore(spec.sections, bytesOf(model.get('store')));
  const figure = await makeFigure(model, el, spec, held);
  return () => figure.destroy();
}

async function makeFigure(model, el, spec, held) {
  const play = spec.controls.find((control) => control.kind === 'play');
  const over = play?.over ?? [];
  const stepping = play && !over.length;
  const isInput = (control) => control.kind !== 'presets' && (control !== play || stepping);
  const formats = Object.fromEntries(spec.controls.map((control) => [control.name, control.format ?? '']));
  let values = { ...model.get('values') };
  let frame = play?.default ?? 0;
  let [run, theme, queued, moved] = [null, null, 0, false];

  const optionsOf = (name) => held[`options:${name}`]?.words;
  const settingsOf = (name) => {
    const control = spec.controls.find((one) => one.name === name);
    if (control.kind === 'toggle') return [false, true];
    return optionsOf(name) ?? control.options ?? control.settings;
  };
  const source = await makeSource();
  const controls = spec.controls.map((control) =>
    makeControl(control, optionsOf(control.name), (value, playing) =>
      (control.kind === 'presets' ? onPreset(control, value) : onMove(control, value, playing))));
  const handle = (name) => controls[spec.controls.findIndex((control) => control.name === name)];
  const context = { theme: () => theme, ranges: spec.ranges, formats, handle };
  const rowsOf = (row) => (row.type === 'columns' ? row.columns.flat() : [row]);
  const rows = spec.view.map((row) => rowsOf(row).map((panel) => ({ panel, ...MAKERS[panel.type](panel, context) })));
  const panels = rows.flat();
  const images = panels.filter(({ element }) => element.getAttribute('role') === 'img');
  const elsewhere = new Set(panels.flatMap(({ panel }) => (panel.type === 'controls' ? panel.of : [])));
  const below = controls.filter((_, i) => !elsewhere.has(spec.controls[i].name));
  const frameOfPage = makeFrame(spec, layRows(rows), below, controls.length > 0, reset);
  const speak = debounced(900, () => frameOfPage.say(describe()));

  async function makeSource() {
    if (spec.mode === 'grid') return makeGrid({ ...spec, over }, held, settingsOf);
    if (!spec.mirror) return null;
    return makeMirror(await loadMirror(spec.mirror), mirrorData(held, spec.data), over);
  }

  function known() {
    const shown = { ...values };
    if (play) shown[play.name] = play.start + play.scale * frame;
    return shown;
  }

  let outputs = null;
  const describe = () => (outputs ? renderTemplate(spec.alt, { ...known(), ...outputs }, formats) : '');

  function draw() {
    if (!run) return;
    outputs = run.at(frame);
    const shown = known();
    panels.forEach((panel) => panel.update(outputs, shown, frame));
    const alt = describe();
    images.forEach(({ element, panel }, i) => element.setAttribute('aria-label', labelOf(panel, i, alt, shown)));
    frameOfPage.element.dataset.drawn = String(+(frameOfPage.element.dataset.drawn ?? 0) + 1);
  }

  function labelOf(panel, place, alt, shown) {
    if (panel.alt) return renderTemplate(panel.alt, { ...shown, ...outputs }, formats);
    const name = panel.ylabel && `${panel.ylabel}${panel.xlabel ? ` against ${panel.xlabel}` : ''}. `;
    return place ? `${name ?? ''}${alt}` : alt;
  }

  // At most one drawing per frame of the screen, whatever the controls do.
  function schedule(work) {
    cancelAnimationFrame(queued);
    queued = requestAnimationFrame(() => attempt(work));
  }

  function attempt(work) {
    try {
      work();
      frameOfPage.complain(null);
    } catch (error) {
      console.error(error);
      frameOfPage.complain(`The figure could not be drawn: ${error.message}`);
    }
  }

  function recompute() {
    run = source.run(values);
    draw();
  }

  function onMove(control, value, playing) {
    moved = true;
    take(control, value);
    markPresets();
    if (control === play && !stepping) schedule(draw);
    else if (live.on && !(source && playing)) live.ask(values);
    else if (source) {
      schedule(recompute);
      if (live.on) frameOfPage.badge('mirror');
    }
    if (playing) speak.cancel();
    else speak();
  }

  function take(control, value) {
    if (control === play) frame = value;
    if (isInput(control)) values[control.name] = value;
  }

  // Which presets hold now; the player's frame counts where a preset names it.
  function markPresets() {
    const now = play ? { ...values, [play.name]: frame } : values;
    spec.controls.forEach((control, i) => control.kind === 'presets' && controls[i].mark(now));
  }

  function reset() {
    setAll(Object.fromEntries(spec.controls.map((control) => [control.name, control.default])));
  }

  function onPreset(preset, fresh) {
    setAll(fresh);
    if (preset.play && !matchMedia('(prefers-reduced-motion: reduce)').matches) handle(play.name).restart();
  }

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
      schedule(draw);
    } else if (source) schedule(recompute);
    speak();
  }

  const live = { on: false, ask: null };

  async function startLive() {
    const read = async () => {
      const answer = await readAnswer(model, over);
      frameOfPage.busy(false);
      if (answer.error) frameOfPage.complain(answer.error);
      else {
        run = answer.run;
        frameOfPage.badge(live.on ? 'python' : 'stored');
        attempt(draw);
      }
    };
    const ask = makeAsker(model, read);
    live.ask = (asked) => {
      if (!same(asked, model.get('answer')?.values)) frameOfPage.busy(true);
      ask(asked);
    };
    model.on('change:values', () => {
      const fresh = model.get('values');
      if (!moved || !same(fresh, values)) adopt(fresh);
    });
    await read();
    controls.forEach((control) => control.enable(false));
    frameOfPage.badge('stored');
    findKernel(model, wake, () => frameOfPage.complain(WAITING));
  }

  function wake() {
    live.on = true;
    frameOfPage.badge('python');
    frameOfPage.complain(null);
    controls.forEach((control) => control.enable(true));
  }

  // Settings that came from Python or from another view of the same figure.
  function adopt(fresh) {
    values = { ...values, ...fresh };
    spec.controls.forEach((control, i) => control.name in fresh && controls[i].set(fresh[control.name]));
    if (stepping && play.name in fresh) frame = fresh[play.name];
    markPresets();
  }

  function paintTheme() {
    theme = readTheme(frameOfPage.element);
  }

  el.append(frameOfPage.element);
  paintTheme();
  panels.forEach((panel) => panel.repaint());
  spec.controls.forEach((control, i) => {
    if (control.kind !== 'presets') controls[i].set(control === play ? frame : values[control.name]);
  });
  markPresets();
  const stopTheme = onThemeChange(() => {
    paintTheme();
    panels.forEach((panel) => panel.repaint());
  });
  if (spec.mode === 'live') await startLive();
  else {
    frameOfPage.badge(spec.mode);
    attempt(recompute);
  }
  if (outputs && hideStill(spec.id)) frameOfPage.element.classList.add('wp-has-still');

  return {
    destroy() {
      stopTheme();
      speak.cancel();
      cancelAnimationFrame(queued);
      controls.forEach((control) => control.destroy?.());
      panels.forEach((panel) => panel.destroy());
    },
  };
}

// Rows of panels; numbers that follow each other share one strip.
function layRows(rows) {
  const laid = [];
  for (const row of rows) {
    const strip = row.every(({ panel }) => panel.type === 'number');
    const last = laid[laid.length - 1];
    if (strip && last?.classList.contains('wp-strip')) last.append(...row.map((one) => one.element));
    else {
      const box = document.createElement('div');
      box.className = strip ? 'wp-strip' : 'wp-row';
      box.append(...row.map((one) => one.element));
      laid.push(box);
    }
  }
  return laid;
}

// The picture that stood here for readers without JavaScript; it comes back in print.
function hideStill(id) {
  const all = document.querySelectorAll(`[data-wp-still="${id}"]`);
  all.forEach((still) => (still.hidden = true));
  return all.length > 0;
}

export default { render };
