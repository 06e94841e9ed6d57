// A small menu: the link to this state, its numbers, its picture.
import { h, icon } from './dom.js';

const DOTS = 'M4 10h.01M10 10h.01M16 10h.01';

// `offers` are { label, act }; an act may return words that say what was done.
export function makeMenu(name, offers) {
  const done = h('span', { class: 'wp-done', role: 'status' });
  const summary = h('summary', { 'aria-label': 'Link, data and picture', title: 'Link, data and picture' }, icon(DOTS));
  const items = offers.map(({ label, act }) => h('button', {
    type: 'button',
    class: 'wp-item',
    async onclick() {
      done.textContent = (await act()) ?? '';
      setTimeout(() => (done.textContent = ''), 4000);
    },
  }, label));
  const element = h('details', { class: 'wp-dots' }, summary, h('div', { class: 'wp-items', role: 'group', 'aria-label': 'Link, data and picture' }, ...items, done));
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !element.open) return;
    element.open = false;
    summary.focus();
  });
  element.addEventListener('focusout', (event) => {
    if (element.open && event.relatedTarget && !element.contains(event.relatedTarget)) element.open = false;
  });
  return element;
}

export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = h('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return 'The link is copied.';
  } catch {
    const field = h('textarea', { style: 'position:fixed;opacity:0' });
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied ? 'The link is copied.' : text;
  }
}
