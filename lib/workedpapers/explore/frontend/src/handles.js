// Points that are dragged in a plot; each coordinate also has a slider, folded away.
import { h } from './dom.js';
import { slider } from './slider.js';

export function makeHandles(control, onChange) {
  const { axes, labels } = control;
  const flat = axes.length === 1;
  let value = control.default;
  let enabled = true;
  const placeOf = (i) => (flat ? [value[i]] : value[i]);
  // Positions are never changed in place: others may hold the list.
  const put = (i, place) => {
    value = value.map((old, j) => (j === i ? (flat ? place[0] : place) : old));
    onChange(value);
  };
  const sliders = labels.map((label, i) => axes.map((axis, k) => {
    const name = flat ? label : `${label}, ${'xy'[k]}`;
    const one = { label: name, settings: axis.settings, format: control.format, unit: control.unit };
    return slider(one, (setting) => put(i, placeOf(i).map((old, j) => (j === k ? setting : old))));
  }));
  const show = (i) => placeOf(i).forEach((at, k) => sliders[i][k].set(at));
  const group = h('div', { class: 'wp-group', role: 'group', 'aria-label': control.label },
    ...sliders.flat().map((one) => one.element));
  const hint = control.hint || `drag ${labels.length > 1 ? 'them' : 'it'} in the plot`;
  return {
    element: h('div', { class: 'wp-control wp-handles' },
      h('div', { class: 'wp-grip' }, control.label, h('span', {}, hint)),
      h('details', {}, h('summary', {}, 'Move by keyboard'), group)),
    axes,
    names: labels,
    count: labels.length,
    moves: () => enabled,
    moveTo(i, place) {
      put(i, place.map((at, k) => rest(axes[k], at)));
      show(i);
      return placeOf(i);
    },
    nudge: (i, by) => sliders[i].forEach((one, k) => by[k] && one.nudge(by[k])),
    set(fresh) {
      value = fresh;
      labels.forEach((_, i) => show(i));
    },
    enable(on) {
      enabled = on;
      sliders.flat().forEach((one) => one.enable(on));
    },
  };
}

// Where a dragged point comes to rest.
function rest({ low, high, origin, fine }, at) {
  const near = +(origin + Math.round((at - origin) / fine) * fine).toPrecision(12);
  return Math.min(Math.max(near, low), high);
}
