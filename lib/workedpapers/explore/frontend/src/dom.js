// Elements without ceremony: h('label', { for: id }, 'Width').
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let last = 0;
export const uniqueId = () => `wp-${(last += 1)}-${Math.random().toString(36).slice(2, 7)}`;

// A small drawing in the colour of the text.
export function icon(path) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  for (const [k, v] of Object.entries({ viewBox: '0 0 20 20', 'aria-hidden': 'true', class: 'wp-icon' })) {
    svg.setAttribute(k, v);
  }
  const shape = document.createElementNS(space, 'path');
  shape.setAttribute('d', path);
  svg.append(shape);
  return svg;
}

// Runs a function once things have been quiet for a while.
export function debounced(pause, run) {
  let timer = null;
  const call = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), pause);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}

// Changes the words of an element, and nothing if they are the same: the text in place, since a
// browser looks at more of the page when children come and go.
export function say(element, text) {
  const node = element.firstChild;
  if (!node) element.textContent = text;
  else if (node.data !== text) node.data = text;
}
