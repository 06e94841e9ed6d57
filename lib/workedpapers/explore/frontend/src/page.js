// For a page of the book: puts the live figures in place of their stills, and wires the text and
// the address to them. One file for all figures of all pages; no widget manager.
import { makeFigure } from './figure.js';
import { readStore } from './store.js';

const mounted = new Map(); // name -> promise of a figure
const stores = new Map(); // digest -> promise of an opened store
let quiet = false; // while the address itself has set a state

const blockOf = (place, kind) => {
  const block = place.querySelector(`script.${kind}`);
  if (!block || block.textContent) return block;
  return [...document.querySelectorAll(`script.${kind}[data-digest="${block.dataset.digest}"]`)].find((one) => one.textContent);
};

async function mount(place) {
  const spec = JSON.parse(blockOf(place, 'wp-spec').textContent);
  const mirror = blockOf(place, 'wp-mirror');
  if (mirror) spec.mirror = mirror.textContent;
  const store = blockOf(place, 'wp-store');
  const { digest } = store.dataset;
  if (!stores.has(digest)) {
    const bytes = Uint8Array.from(atob(store.textContent), (c) => c.charCodeAt(0));
    stores.set(digest, readStore(spec.sections, bytes));
  }
  const held = await stores.get(digest);
  return makeFigure({ spec, held, element: place, onState: () => note(spec.name) });
}

function figureOf(place) {
  if (!mounted.has(place.id)) mounted.set(place.id, mount(place).catch((error) => console.error(error)));
  return mounted.get(place.id);
}

// The address follows the figure that was moved last, so that it can be sent to somebody.
async function note(name) {
  if (quiet) return;
  const figure = await mounted.get(name);
  try {
    history.replaceState(history.state, '', figure.link());
  } catch {
    // A page opened from disk may keep its address in some browsers; the menu has the link.
  }
}

const top = () => parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;

function show(element, always) {
  const box = element.getBoundingClientRect();
  const inView = box.top < innerHeight * 0.6 && box.bottom > top() + 120;
  if (inView && !always) return;
  element.scrollIntoView({ block: 'start', behavior: always || matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
}

async function go(name, text, always) {
  const place = document.getElementById(name);
  if (!place?.classList.contains('wp-place')) return;
  const figure = await figureOf(place);
  if (!figure) return;
  if (text) figure.setState(text);
  show(place, always);
}

async function followAddress() {
  const [, name, text] = /^#([\w-]+)(?:\?(.*))?$/.exec(location.hash) ?? [];
  if (!name || (text === undefined && !document.getElementById(name)?.classList.contains('wp-place'))) return;
  quiet = true;
  await go(name, text, text !== undefined);
  setTimeout(() => (quiet = false), 800);
}

// Sentences that set a state: links, which without JavaScript lead to the figure.
function wireLinks() {
  for (const link of document.querySelectorAll('a[data-wp-set]')) {
    const [name, text] = [link.getAttribute('href').slice(1), link.dataset.wpSet];
    link.href = `#${name}?${text}`;
    link.addEventListener('click', (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      go(name, text, false);
    });
  }
}

const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 1));

// A picture that stays in view on a phone stays below the page's own header.
function keepBelowHeader() {
  const header = document.querySelector('.bd-header-article, .header-article');
  const stays = header && /sticky|fixed/.test(getComputedStyle(header).position);
  if (stays) document.documentElement.style.setProperty('--wp-top', `${header.offsetHeight}px`);
}

// Whether the parser has left an element behind.
function isWhole(element) {
  for (let node = element; node !== document.body; node = node.parentNode) if (node.nextSibling) return true;
  return false;
}

// The first figure of a long page need not wait for its end.
function mountFirstEarly() {
  if (/\?/.test(location.hash)) return;
  const watcher = new MutationObserver(() => {
    const place = document.querySelector('.wp-place');
    if (!place || !isWhole(place)) return;
    watcher.disconnect();
    figureOf(place);
  });
  watcher.observe(document, { childList: true, subtree: true });
  addEventListener('DOMContentLoaded', () => watcher.disconnect());
}

async function start() {
  wireLinks();
  keepBelowHeader();
  const places = [...document.querySelectorAll('.wp-place')];
  const wanted = /^#([\w-]+)\?/.exec(location.hash)?.[1];
  const near = (place) => (place.id === wanted ? -1 : Math.max(0, place.getBoundingClientRect().top - innerHeight));
  const order = places.map((place) => [near(place), place]).sort((a, b) => a[0] - b[0]).map(([, place]) => place);
  if (order[0]) await figureOf(order.shift());
  followAddress();
  addEventListener('hashchange', followAddress);
  // The rest when the browser has time; whatever comes into view first.
  const coming = new IntersectionObserver((entries) => entries.forEach((entry) => entry.isIntersecting && figureOf(entry.target)), { rootMargin: '400px' });
  order.forEach((place) => coming.observe(place));
  const next = () => {
    const place = order.shift();
    if (!place) return;
    idle(async () => {
      await figureOf(place);
      next();
    }, { timeout: 1500 });
  };
  next();
}

if (document.readyState === 'loading') {
  mountFirstEarly();
  addEventListener('DOMContentLoaded', start);
} else start();
