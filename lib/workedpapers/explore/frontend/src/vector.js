// A plot as SVG, for slides and papers: the marks draw into a context that writes instead of paints.
import { clipped, penOf } from './plot.js';
import { printTheme } from './theme.js';

const number = (x) => +x.toFixed(2);
const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
let clips = 0;

// As much of a canvas context as the marks use.
function makeWriter() {
  const out = [];
  const measuring = document.createElement('canvas').getContext('2d');
  let [path, clip, dash, states] = ['', '', [], []];
  const style = { fillStyle: '#000', strokeStyle: '#000', lineWidth: 1, globalAlpha: 1, font: '12px sans-serif', textAlign: 'left', textBaseline: 'alphabetic', lineJoin: 'miter' };
  const add = (tag, attributes, text) => {
    const list = Object.entries(attributes).filter(([, v]) => v !== '' && v !== null).map(([k, v]) => ` ${k}="${escape(v)}"`).join('');
    out.push(`<${tag}${list}${clip ? ` clip-path="url(#${clip})"` : ''}${text === undefined ? '/>' : `>${escape(text)}</${tag}>`}`);
  };
  const to = (command, ...at) => { path += `${command}${at.map(number).join(' ')}`; };
  const alpha = () => (writer.globalAlpha === 1 ? '' : writer.globalAlpha);
  const write = (text, x, y, paint) => {
    const [, weight, size, family] = /^(\d+|bold)?\s*([\d.]+)px (.*)$/.exec(writer.font) ?? [null, '', 12, 'sans-serif'];
    const shift = { middle: 0.35, bottom: -0.2, top: 0.8 }[writer.textBaseline] ?? 0;
    add('text', { x: number(x), y: number(y + shift * size), 'font-size': size, 'font-weight': weight ?? '', 'font-family': family,
      'text-anchor': { center: 'middle', right: 'end' }[writer.textAlign] ?? '', ...paint }, text);
  };
  const line = () => ({ stroke: writer.strokeStyle, 'stroke-width': number(writer.lineWidth), 'stroke-linejoin': writer.lineJoin });
  const writer = {
    ...style,
    beginPath() { path = ''; },
    moveTo: (x, y) => to('M', x, y),
    lineTo: (x, y) => to(path ? 'L' : 'M', x, y),
    closePath() { path += 'Z'; },
    rect: (x, y, w, height) => { path += `M${number(x)} ${number(y)}h${number(w)}v${number(height)}h${number(-w)}Z`; },
    arc: (x, y, r) => { path += `M${number(x - r)} ${number(y)}a${number(r)} ${number(r)} 0 1 0 ${number(2 * r)} 0a${number(r)} ${number(r)} 0 1 0 ${number(-2 * r)} 0Z`; },
    stroke: () => add('path', { d: path, fill: 'none', ...line(), 'stroke-dasharray': dash.map(number).join(' '), opacity: alpha() }),
    fill: () => add('path', { d: path, fill: writer.fillStyle, opacity: alpha() }),
    fillRect(x, y, w, height) {
      path = '';
      writer.rect(x, y, w, height);
      writer.fill();
    },
    clip() {
      clip = `wp-clip-${(clips += 1)}`;
      out.push(`<clipPath id="${clip}"><path d="${path}"/></clipPath>`);
    },
    setLineDash: (list) => (dash = list),
    measureText(text) {
      measuring.font = writer.font;
      return measuring.measureText(text);
    },
    fillText: (text, x, y) => write(text, x, y, { fill: writer.fillStyle }),
    strokeText: (text, x, y) => write(text, x, y, { fill: 'none', ...line() }),
    drawImage: (image, x, y, w, height) => out.push(`<image href="${image.toDataURL()}" x="${number(Math.min(x, x + w))}" y="${number(Math.min(y, y + height))}" width="${number(Math.abs(w))}" height="${number(Math.abs(height))}" preserveAspectRatio="none" style="image-rendering:pixelated"${clip ? ` clip-path="url(#${clip})"` : ''}/>`),
    save() { states.push([{ ...Object.fromEntries(Object.keys(style).map((k) => [k, writer[k]])) }, clip, dash]); },
    restore() {
      let kept;
      [kept, clip, dash] = states.pop();
      Object.assign(writer, kept);
    },
    text: () => out.join(''),
  };
  return writer;
}

// One plot, with its axes, as { width, height, body }.
export function plotPicture(plot, title, entries, paint) {
  const scale = plot.ctx.canvas.width / plot.width;
  const ctx = makeWriter();
  const theme = printTheme('sans-serif');
  const pen = penOf(plot, ctx, theme, true);
  const { left, top, width, height } = plot.bbox;
  ctx.font = `${11 * scale}px sans-serif`;
  for (const axis of plot.axes) {
    const along = axis.scale === 'x' ? pen.x : pen.y;
    const lying = plot.scales[axis.scale].ori === 0;
    (axis._splits ?? []).forEach((split, i) => {
      const text = axis._values?.[i];
      if (text === null || text === undefined || text === '') return;
      const at = along(split);
      if (axis.grid?.show) {
        ctx.strokeStyle = theme.grid;
        ctx.lineWidth = scale;
        ctx.beginPath();
        ctx.moveTo(lying ? at : left, lying ? top : at);
        ctx.lineTo(lying ? at : left + width, lying ? top + height : at);
        ctx.stroke();
      }
      ctx.fillStyle = theme.muted;
      ctx.textAlign = lying ? 'center' : 'right';
      const lines = String(text).split('\n');
      lines.forEach((line, k) => ctx.fillText(line, lying ? at : left - 6 * scale, lying ? top + height + (16 + 13 * k) * scale : at + (4 + 13 * (k - (lines.length - 1) / 2)) * scale));
    });
    if (axis.label && lying) {
      ctx.fillStyle = theme.ink;
      ctx.textAlign = 'center';
      ctx.fillText(axis.label, left + width / 2, top + height + 36 * scale);
    }
  }
  ctx.textAlign = 'left';
  clipped(pen, () => paint(pen));
  const head = legendText(title, entries, plot.width);
  return {
    width: plot.width,
    height: plot.height + head.height,
    body: `${head.body}<g transform="translate(0 ${head.height}) scale(${number(1 / scale)})">${ctx.text()}</g>`,
  };
}

function legendText(title, entries, width) {
  let [x, y, body] = [4, 16, ''];
  const put = (text, dx) => {
    body += `<text x="${x + dx}" y="${y}" font-size="12" font-family="sans-serif" fill="#20262e">${escape(text)}</text>`;
    x += dx + 7 * String(text).length + 14;
  };
  if (title) put(title, 0);
  for (const { label, look, kind } of entries) {
    if (x + 34 + 7 * label.length > width && x > 4) [x, y] = [4, y + 17];
    const { colour, dash } = look();
    body += kind === 'line'
      ? `<path d="M${x} ${y - 4}h24" stroke="${colour}" stroke-width="2.2" stroke-dasharray="${dash.join(' ')}" fill="none"/>`
      : `<circle cx="${x + 12}" cy="${y - 4}" r="4.5" fill="${colour}"/>`;
    put(label, 30);
  }
  return { body, height: body ? y + 8 : 0 };
}

// Pictures of panels, one below the other, as one file.
export function svgFile(title, pictures) {
  const width = Math.max(...pictures.map((one) => one.width));
  let [y, body] = [title ? 28 : 8, ''];
  if (title) body += `<text x="4" y="19" font-size="15" font-weight="600" font-family="sans-serif" fill="#20262e">${escape(title)}</text>`;
  for (const picture of pictures) {
    body += `<g transform="translate(0 ${y})">${picture.body}</g>`;
    y += picture.height + 12;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}"><rect width="100%" height="100%" fill="#fff"/>${body}</svg>`;
}
