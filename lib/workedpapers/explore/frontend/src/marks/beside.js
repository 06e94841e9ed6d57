// What stands beside the marks of any plot: reference lines, and names of regions.
import { haloText, valueOf, widthOf } from './brush.js';

export function drawRule(pen, rule, known, look, gripped) {
  const { ctx, box, ratio, theme } = pen;
  const upright = rule.x !== null;
  const value = valueOf(upright ? rule.x : rule.y, known);
  const at = Math.round(upright ? pen.x(value) : pen.y(value)) + 0.5;
  if (!Number.isFinite(at)) return;
  const colour = rule.hue ? look(0, rule.hue).colour : theme.muted;
  ctx.strokeStyle = colour;
  ctx.lineWidth = (gripped ? 3 : rule.drag ? 2 : 1) * ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(...(upright ? [at, box.top] : [box.left, at]));
  ctx.lineTo(...(upright ? [at, box.top + box.height] : [box.left + box.width, at]));
  ctx.stroke();
  ctx.setLineDash([]);
  if (!rule.label) return;
  const wide = widthOf(pen, rule.label);
  const pad = 6 * ratio;
  const colours = { colour: rule.hue ? colour : theme.muted };
  if (upright) {
    const fits = at + pad + wide < box.left + box.width;
    haloText(pen, rule.label, fits ? at + pad : at - pad - wide, box.top + 12 * ratio, colours);
  } else {
    const above = at - pad > box.top + 12 * ratio;
    haloText(pen, rule.label, box.left + box.width - wide - pad, above ? at - pad : at + 16 * ratio, colours);
  }
}

export function drawRegion(pen, region, known, look) {
  const [x, y] = [pen.x(valueOf(region.x, known)), pen.y(valueOf(region.y, known))];
  const { box } = pen;
  if (!(x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height)) return;
  const colour = region.hue ? look(0, region.hue).colour : pen.theme.ink;
  haloText(pen, region.text, x, y + 4 * pen.ratio, { align: 'center', colour, weight: '600', size: 12.5 });
}
