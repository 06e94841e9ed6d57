// Predict, then move: the reader answers, and only then the figure shows it.
import { h, uniqueId } from './dom.js';
import { formatValue, withUnit } from './formats.js';
import { makeSketch } from './sketch.js';

const MINUS = /[−–]/g;

// `onAnswer` is called once, when there is an answer.
export function makeQuiz(quiz, context, onAnswer) {
  const verdict = h('div', { class: 'wp-verdict', role: 'status', tabindex: -1, hidden: true });
  const note = h('p', { class: 'wp-ask-note', role: 'alert', hidden: true });
  const form = { pick, estimate, sketch: makeSketchForm }[quiz.kind](quiz, context);
  const show = h('button', { type: 'submit', class: 'wp-button wp-show' }, 'Show me');
  const element = h('form', { class: 'wp-ask', novalidate: true, 'aria-label': 'Predict, then move' },
    h('p', { class: 'wp-question' }, quiz.question), form.element, note, show, verdict);
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = form.answer();
    note.hidden = given !== null;
    if (given === null) {
      note.textContent = form.missing;
      return;
    }
    const { right, words } = form.judge(given);
    form.close();
    show.remove();
    verdict.hidden = false;
    verdict.dataset.right = String(right);
    verdict.append(h('strong', {}, right ? 'Right. ' : 'Not so. '), `${words} `, quiz.why);
    element.dataset.answered = 'yes';
    onAnswer();
    verdict.focus({ preventScroll: true });
  });
  return { element, ready: () => form.ready?.(), repaint: () => form.repaint?.(), destroy: () => form.destroy?.() };
}

function pick({ options, right }) {
  const name = uniqueId();
  const inputs = options.map((option) => h('input', { type: 'radio', name, id: uniqueId(), value: option }));
  const labels = inputs.map((input, i) => h('label', { class: 'wp-option', for: input.id }, input, h('span', {}, options[i])));
  return {
    element: h('div', { class: 'wp-options', role: 'radiogroup', 'aria-label': 'Your answer' }, ...labels),
    missing: 'Choose an answer first.',
    answer: () => inputs.find((input) => input.checked)?.value ?? null,
    judge: (given) => ({ right: given === right, words: given === right ? '' : `The answer is: ${right}` + (/[.!?]$/.test(right) ? '' : '.') }),
    close: () => inputs.forEach((input, i) => {
      input.disabled = true;
      labels[i].dataset.right = String(input.value === right);
    }),
  };
}

function estimate({ right, within, unit, format }) {
  const id = uniqueId();
  const input = h('input', { type: 'text', inputmode: 'decimal', id, autocomplete: 'off', size: 10 });
  const words = (value) => withUnit(formatValue(value, format), unit);
  return {
    element: h('div', { class: 'wp-estimate' }, h('label', { for: id }, 'Your guess'), input, unit ? h('span', { class: 'wp-unit' }, unit) : null),
    missing: 'Write a number first.',
    answer() {
      const text = input.value.trim().replace(MINUS, '-').replace(/%$/, '').replace(/(\d),(\d)/, '$1.$2');
      const value = Number(text);
      return text && Number.isFinite(value) ? value : null;
    },
    judge: (given) => ({
      right: Math.abs(given - right) <= within * (1 + 1e-9),
      words: `You said ${words(given)}; it is ${words(right)}.`,
    }),
    close: () => (input.disabled = true),
  };
}

function makeSketchForm(quiz, context) {
  const sketch = makeSketch(quiz, context);
  return {
    ...sketch,
    missing: 'Draw the curve first: press and drag, or use the arrow keys.',
    judge(given) {
      const far = given.reduce((sum, y, i) => sum + Math.abs(y - quiz.right[i]), 0) / given.length;
      return { right: far <= quiz.within, words: `On average you are ${formatValue(far, '.2g')} away from the curve that is drawn now.` };
    },
  };
}
