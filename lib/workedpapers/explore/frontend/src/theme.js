// Colours: from the style sheet for ink and paper, from the palette for what is drawn.
import palette from '../../../plotting/palette.json';

export const { dash, marker } = palette;

export function readTheme(root) {
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(name).trim();
  return themeOf(colour('--wp-dark') === '1', colour, style.fontFamily);
}

const PRINT = { '--wp-ink': '#20262e', '--wp-muted': '#566170', '--wp-grid': '#e6e9ee', '--wp-paper': '#ffffff' };

// Dark on white, for pictures that leave the page.
export const printTheme = (family) => themeOf(false, (name) => PRINT[name], family);

function themeOf(dark, colour, family) {
  const series = palette.series[dark ? 'dark' : 'light'];
  return {
    dark,
    family,
    ink: colour('--wp-ink'),
    muted: colour('--wp-muted'),
    grid: colour('--wp-grid'),
    paper: colour('--wp-paper'),
    series: (number) => series[number % series.length],
  };
}

// How a series or an entity looks; never colour alone. In a figure that names its entities, what
// has none is grey.
export function makeLooks(entities, theme) {
  return (number, entity) => {
    const place = entity ? entities.indexOf(entity) : number;
    const grey = !entity && entities.length > 0;
    return {
      colour: grey ? theme().muted : theme().series(place),
      dash: dash[place % dash.length],
      marker: marker[(grey ? 0 : place) % marker.length],
    };
  };
}

// Calls back when the page or the system changes between light and dark.
export function onThemeChange(changed) {
  const watcher = new MutationObserver(changed);
  const filter = { attributes: true, attributeFilter: ['data-theme', 'data-jp-theme-light', 'class'] };
  watcher.observe(document.documentElement, filter);
  if (document.body) watcher.observe(document.body, filter);
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  return () => {
    watcher.disconnect();
    system.removeEventListener('change', changed);
  };
}

const tables = {};

// 256 colours as red, green, blue, one after another.
export function colourTable(name) {
  if (!tables[name]) {
    const stops = palette.colormap[name].map((text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16)));
    const table = new Uint8ClampedArray(768);
    for (let i = 0; i < 256; i += 1) {
      const place = (i / 255) * (stops.length - 1);
      const cell = Math.min(Math.floor(place), stops.length - 2);
      for (let k = 0; k < 3; k += 1) {
        table[3 * i + k] = stops[cell][k] + (place - cell) * (stops[cell + 1][k] - stops[cell][k]);
      }
    }
    tables[name] = table;
  }
  return tables[name];
}

export function colourAt(name, share) {
  const table = colourTable(name);
  const i = 3 * Math.round(255 * Math.min(Math.max(share, 0), 1));
  return `rgb(${table[i]},${table[i + 1]},${table[i + 2]})`;
}

export const gradient = (name) => `linear-gradient(to right, ${palette.colormap[name].join(',')})`;
