// Training, step by step: the browser's copy of live.py, live_run.py and live_theory.py.
// The dynamics do the same operations in the same order as Python: see live_run.py for why.

const P = 1 / 3;
const [TERMS, WINDOW, FEWEST, REST, ONE, TWO] = [13, 40, 6, 1e-9, 1e-10, 1e-5];
const [RECENT, LEAST_SPAN, FAR, STILL, RAIL] = [60, 240, 3, 1e-3, -1.45];
const [SWINGS_AT, AWAY_AT, TOP] = [4, 60, 3.5];
let run = null;

export default function training(given, data) {
  const values = { ...given, lr_g: generatorStep(given) };
  const { frame, ...rest } = values;
  const key = JSON.stringify(rest);
  if (run?.key !== key || run.frame > frame) run = begin(rest, key, data);
  while (run.frame < frame) step(run);
  return outputs(run, values, data);
}

// Step of the generator that gives a ratio G; without decay, the one that gives it at 1.
function generatorStep({ G, rho, lr_d, decay, sigma }) {
  const damping = decay > 0 ? decay : 1;
  return (G * lr_d * damping * damping * sigma * sigma) / (rho * P * P);
}

// The run

function begin(values, key, { table, weight, spacing, view }) {
  const { lr_d, lr_g, decay, sigma, rho, order, true: trues, start } = values;
  const q = rho * P;
  const half = (table.length - 1) / 2;
  const here = {
    key, table, half, weight: weight[0], unit: spacing[0], sigma, frame: 0,
    slots: new Map(), known: new Map(), heights: new Float64Array(256), drive: null, driven: 0,
    keep: 1 - lr_d * decay, push: lr_d * q, pace: lr_g * q, tilt: (-2 * spacing[0] * weight[0]) / sigma, lr_d,
    simultaneous: order === 'simultaneous', y: [...start], places: [[...start]], leftAlone: 0,
    width: spacing[0] * sigma, row: new Float64Array(table.length), view: null,
  };
  here.rows = start.map(() => new Float64Array(table.length));
  here.arms = start.map(() => new Float64Array(table.length));
  here.drive = new Float64Array(trues.length * table.length);
  for (const x of trues) {
    const { nearest } = spread(here, x / here.width, here.row);
    const slots = near(here, nearest);
    for (let k = 0; k < table.length; k += 1) here.drive[slots[k]] += lr_d * P * here.row[k];
  }
  here.driven = here.slots.size;
  here.view = Array.from(view, (x) => {
    const row = new Float64Array(table.length);
    return { first: spread(here, x / here.width, row).nearest - half, row };
  });
  return here;
}

// Exponential of small numbers by its series.
function exp(t) {
  let total = 1;
  for (let n = TERMS; n > 0; n -= 1) total = 1 + (t / n) * total;
  return total;
}

// Fills `row` with g at the nodes around z; returns the nearest node and the distance from it.
function spread({ table, half, unit }, z, row) {
  const nearest = Math.floor(z + 0.5);
  const s = z - nearest;
  const c = unit * unit;
  const up = exp(2 * c * s);
  const down = 1 / up;
  const middle = exp(-c * s * s);
  let [right, left] = [1, 1];
  row[half] = table[half] * middle;
  for (let k = 1; k <= half; k += 1) {
    right *= up;
    left *= down;
    row[half + k] = table[half + k] * middle * right;
    row[half - k] = table[half - k] * middle * left;
  }
  return { nearest, s };
}

// Slots of a node and its neighbours; new ones start at 0.
function near(here, node) {
  const { slots, half } = here;
  if (here.known.has(node)) return here.known.get(node);
  const list = new Int32Array(2 * half + 1);
  for (let k = -half; k <= half; k += 1) {
    if (!slots.has(node + k)) slots.set(node + k, slots.size);
    list[k + half] = slots.get(node + k);
  }
  if (slots.size > here.heights.length) {
    const more = new Float64Array(2 * here.heights.length);
    more.set(here.heights);
    here.heights = more;
  }
  here.known.set(node, list);
  return list;
}

function step(here) {
  const { y, rows, arms, half, drive, driven, keep, push, pace, tilt } = here;
  const n = 2 * half + 1;
  const at = y.map((place, j) => {
    const { nearest, s } = spread(here, place / here.width, rows[j]);
    for (let k = 0; k < n; k += 1) arms[j][k] = (s - (k - half)) * rows[j][k];
    return near(here, nearest);
  });
  const { heights } = here;
  const forces = () => at.map((slots, j) => {
    let total = heights[slots[0]] * arms[j][0];
    for (let k = 1; k < n; k += 1) total += heights[slots[k]] * arms[j][k];
    return total;
  });
  const before = here.simultaneous ? forces() : null;
  const used = here.slots.size;
  for (let i = 0; i < used; i += 1) heights[i] *= keep;
  for (let i = 0; i < driven; i += 1) heights[i] += drive[i];
  at.forEach((slots, j) => {
    for (let k = 0; k < n; k += 1) heights[slots[k]] -= push * rows[j][k];
  });
  const force = before ?? forces();
  here.y = y.map((place, j) => place + pace * (tilt * force[j]));
  here.places.push(here.y);
  here.leftAlone = here.leftAlone * keep + here.lr_d;
  here.frame += 1;
}

function discriminator(here, first, row) {
  let total = 0;
  for (let k = 0; k < row.length; k += 1) {
    const slot = here.slots.get(first + k);
    if (slot !== undefined) total += here.heights[slot] * row[k];
  }
  return here.weight * total;
}

// Theory

const NOTHING = { real: [NaN, NaN], imaginary: [NaN, NaN], rate: NaN };

function roots(trace, det) {
  const gap = trace * trace - 4 * det;
  if (gap < 0) {
    const half = Math.sqrt(-gap) / 2;
    return { real: [trace / 2, trace / 2], imaginary: [half, -half], rate: Math.sqrt(det) };
  }
  const half = Math.sqrt(gap) / 2;
  const real = [trace / 2 + half, trace / 2 - half];
  return { real, imaginary: [0, 0], rate: Math.max(Math.abs(real[0]), Math.abs(real[1])) };
}

function matchedMode({ lr_d, lr_g, decay, sigma }, p, q, simultaneous) {
  if (decay === 0 && p !== q) return NOTHING;
  const [a, width] = [lr_d * decay, sigma * sigma];
  const beta = p === q ? 0 : (lr_g * q * (p - q)) / (decay * width);
  const kappa = (lr_d * lr_g * q * q) / width;
  if (simultaneous) return roots(2 - a - beta, (1 - a) * (1 - beta) + kappa);
  return roots(2 - a - beta - kappa, (1 - a) * (1 - beta));
}

function fateOf({ rate, real, imaginary }) {
  if (Number.isNaN(rate)) return 'none';
  if (rate > 1 + 1e-12) return 'unstable';
  if (rate > 1 - 1e-12) return 'neutral';
  if (imaginary[0] > 0) return 'swings';
  return -real[1] > real[0] ? 'overshoots' : 'monotone';
}

function borders(ratios, a, simultaneous) {
  const u = simultaneous ? 1 : 1 - a;
  const clip = (x) => Math.min(Math.max(x, 0), TOP);
  const at = (edge) => Float64Array.from(ratios, (G) => edge(G, (1 + G) / (u * G)));
  const flip = (G) => (a > 0 ? (2 / a + (a * G) / 2) / (u * G) : Infinity);
  const swingsFrom = at((G, middle) => middle - (2 * Math.sqrt(G)) / (u * G));
  const swingsTo = at((G, middle) => middle + (2 * Math.sqrt(G)) / (u * G));
  const stableFrom = at((G, middle) => clip(middle - flip(G)));
  const stableTo = at((G, middle) => clip(middle - a / u));
  const within = (x, i) => Math.max(Math.min(x, stableTo[i]), Math.min(stableFrom[i], stableTo[i]));
  const [from, to] = [swingsFrom.map(within), swingsTo.map(within)];
  const near = (at) => ratios.reduce((best, G, i) => (Math.abs(G - at) < Math.abs(ratios[best] - at) ? i : best), 0);
  const [here, there] = [near(SWINGS_AT), near(AWAY_AT)];
  return {
    map_top: ratios.map(() => TOP), map_bottom: ratios.map(() => 0),
    swings_from: from, swings_to: to, swings_y: (from[here] + to[here]) / 2, away_y: (stableTo[there] + 3.05) / 2,
    stable_from: stableFrom.map((x, i) => Math.min(x, stableTo[i])), stable_to: stableTo,
  };
}

// What the run shows

function measuredMode(places, sigma) {
  const moves = places.slice(1).map((place, k) => place - places[k]);
  const end = moves.findLastIndex((move) => Math.abs(move) > REST * sigma) + 1;
  const v = moves.slice(Math.max(end - WINDOW, 0), end);
  if (v.length < FEWEST) return NOTHING;
  let [xx, xy, yy, xz, yz, zz] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k + 2 < v.length; k += 1) {
    const [x, y, z] = [v[k], v[k + 1], v[k + 2]];
    const weight = 1 / (x * x + y * y + z * z);
    xx += x * x * weight;
    xy += x * y * weight;
    yy += y * y * weight;
    xz += x * z * weight;
    yz += y * z * weight;
    zz += z * z * weight;
  }
  const single = yz / yy;
  if (zz - single * yz < ONE * zz) return { real: [single, NaN], imaginary: [0, NaN], rate: Math.abs(single) };
  const det = xx * yy - xy * xy;
  const trace = (yz * xx - xz * xy) / det;
  const back = (xz * yy - yz * xy) / det;
  if (!(zz - trace * yz - back * xz < TWO * zz)) return NOTHING;
  return roots(trace, -back);
}

function motionOf(places, sigma) {
  const recent = places.slice(-RECENT - 1);
  let [most, turns] = [-1, 0];
  for (let j = 0; j < recent[0].length; j += 1) {
    const line = recent.map((row) => row[j]);
    const width = Math.max(...line) - Math.min(...line);
    if (width <= most) continue;
    most = width;
    const moves = line.slice(1).map((place, k) => place - line[k]).filter((move) => Math.abs(move) > REST * sigma);
    turns = moves.slice(1).filter((move, k) => move > 0 !== moves[k] > 0).length;
  }
  if (recent.length < 2) return 'waits';
  if (most < STILL * sigma) return 'rests';
  return turns > 1 ? 'swings' : 'moves';
}

// Number of true points at which some generated point has been lately, all of the time.
function reached(places, trues, sigma) {
  const recent = places.slice(-RECENT - 1);
  return trues.filter((x) => recent[0].some((_, j) => recent.every((row) => Math.abs(row[j] - x) < sigma))).length;
}

function outputs(here, values, { view, ratios, turn }) {
  const { lr_d, lr_g, decay, sigma, rho, frame, true: trues, start } = values;
  const q = rho * P;
  const mode = matchedMode(values, P, q, here.simultaneous);
  const gaps = here.y.map((y) => trues.map((x) => Math.abs(y - x)));
  const nearest = gaps.map((row) => Math.min(...row));
  const best = nearest.indexOf(Math.min(...nearest));
  const measured = measuredMode(here.places.map((row) => row[best]), sigma);
  const scale = 1 / (here.leftAlone === 0 ? 1 : P * here.leftAlone);
  const row = new Float64Array(here.table.length);
  const heightAt = (x) => {
    const { nearest: node } = spread(here, x / here.width, row);
    return discriminator(here, node - here.half, row) * scale;
  };
  const ratio = decay > 0 ? (lr_g * q * P) / (lr_d * decay * decay * sigma * sigma) : NaN;
  const last = ratios[ratios.length - 1];
  const span = Math.max(LEAST_SPAN, frame);
  const history = (j) => Float64Array.from({ length: span + 1 }, (_, k) => (k <= frame ? here.places[k][j] : NaN));
  const f = Float64Array.from(here.view, ({ first, row: weights }) => discriminator(here, first, weights) * scale);
  const bumps = here.bumps ??= view.map((x) => trues.reduce((sum, true_) => sum + Math.exp(-((x - true_) ** 2) / (2 * sigma * sigma)), 0));
  return {
    x: view, f, memory: here.leftAlone ? f.map((height, i) => height - bumps[i]) : f.map(() => 0), level: here.level ??= f.map(() => 0),
    true_x: trues, true_y: trues.map(() => 0), start_x: start, start_y: start.map(() => RAIL),
    y: here.y, f_y: here.y.map(heightAt), first_true: trues[0], second_true: trues[1], third_true: trues[2],
    step: Float64Array.from({ length: span + 1 }, (_, k) => k), y_1: history(0), y_2: history(1), y_3: history(2),
    circle_x: turn.map(Math.cos), circle_y: turn.map(Math.sin),
    predicted_x: mode.real, predicted_y: mode.imaginary, measured_x: measured.real, measured_y: measured.imaginary,
    predicted: mode.rate, measured: measured.rate, fate: fateOf(mode),
    lr_g, dot_x: Math.min(Math.max(ratio, ratios[0]), last), dot_y: rho, ratios,
    ...borders(ratios, lr_d * decay, here.simultaneous),
    covered: reached(here.places, trues, sigma),
    away: nearest.filter((gap) => gap > FAR * sigma).length,
    motion: motionOf(here.places, sigma), regularised: decay > 0,
  };
}
