// A combobox after the ARIA 1.2 pattern: type to filter, arrows to move, Enter to take, Escape to
// close and, once closed, to go back.
import { h, uniqueId } from './dom.js';

const SHOWN = 8;

// Letters alone: no accents, no difference between large and small.
export const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

// Options that begin with the text, then those with a word that does, then those that contain it.
export function findOptions(folded, text, most = SHOWN) {
  const wanted = fold(text);
  const ranks = [[], [], []];
  for (let i = 0; i < folded.length && ranks[0].length < most; i += 1) {
    const at = folded[i].indexOf(wanted);
    if (at === 0) ranks[0].push(i);
    else if (at > 0) ranks[/[\s\-']/.test(folded[i][at - 1]) ? 1 : 2].push(i);
  }
  return ranks.flat().slice(0, most);
}

export function makeLookup(control, onChange) {
  const { options, free, label } = control;
  const folded = options.map(fold);
  const [id, listId, noteId] = [uniqueId(), uniqueId(), uniqueId()];
  const input = h('input', {
    type: 'text', id, role: 'combobox', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
    placeholder: control.placeholder, 'aria-autocomplete': 'list', 'aria-expanded': 'false',
    'aria-controls': listId, 'aria-describedby': noteId,
  });
  const list = h('ul', { id: listId, role: 'listbox', 'aria-label': label, class: 'wp-list', hidden: true });
  const note = h('span', { id: noteId, class: 'wp-note', 'aria-live': 'polite' });
  let [current, found, active] = ['', [], -1];

  const count = options.length.toLocaleString('en-US');
  const describe = () => {
    const known = folded.includes(fold(current));
    note.textContent = known ? `one of ${count}` : `not in the list of ${count}`;
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((item, i) => item.setAttribute('aria-selected', String(i === place)));
    if (place >= 0) {
      input.setAttribute('aria-activedescendant', list.children[place].id);
      list.children[place].scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const open = (text) => {
    found = findOptions(folded, text);
    const items = found.map((option, i) =>
      h('li', { id: `${listId}-${i}`, role: 'option', 'aria-selected': 'false' }, options[option]),
    );
    list.replaceChildren(...items);
    mark(-1);
    list.hidden = !found.length;
    input.setAttribute('aria-expanded', String(found.length > 0));
  };
  const take = (value) => {
    const changed = value !== current;
    current = value;
    input.value = value;
    input.removeAttribute('aria-invalid');
    close();
    describe();
    if (changed) onChange(value);
  };
  const commit = () => {
    const typed = input.value.trim();
    const same = folded.indexOf(fold(typed));
    if (active >= 0) take(options[found[active]]);
    else if (same >= 0) take(options[same]);
    else if (free && typed) take(typed);
    else refuse(typed);
  };
  const refuse = (typed) => {
    close();
    if (!typed) {
      take(current);
      return;
    }
    note.textContent = `“${typed}” is not in the list of ${count}; still showing ${current}`;
    input.setAttribute('aria-invalid', 'true');
  };

  input.addEventListener('input', () => open(input.value));
  input.addEventListener('focus', () => input.select());
  input.addEventListener('blur', () => {
    if (!list.hidden || input.value !== current) commit();
    if (input.getAttribute('aria-invalid')) input.value = current;
  });
  list.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    const place = [...list.children].indexOf(event.target.closest('li'));
    if (place >= 0) take(options[found[place]]);
  });
  input.addEventListener('keydown', (event) => {
    const last = found.length - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (list.hidden) open(input.value === current ? '' : input.value);
      else if (event.key === 'ArrowDown') mark(active >= last ? 0 : active + 1);
      else mark(active <= 0 ? last : active - 1);
    } else if (event.key === 'Enter') commit();
    else if (event.key === 'Escape') {
      if (list.hidden) take(current);
      else close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    element: h('div', { class: 'wp-control wp-lookup' }, h('label', { for: id }, label), note,
      h('div', { class: 'wp-combo' }, input, list)),
    set(value) {
      current = value;
      input.value = value;
      input.removeAttribute('aria-invalid');
      close();
      describe();
    },
    enable: (on) => (input.disabled = !on),
  };
}
