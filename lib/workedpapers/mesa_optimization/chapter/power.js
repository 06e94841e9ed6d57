// The same as power_split of explorers.py, with the closed forms for both costs.
const POWER = 100;

export default function ({ instances, cost, shape }) {
  const linear = shape === "linear";
  const price = (x) => cost * (linear ? x : x * x);
  const runTime = linear
    ? (instances > cost ? POWER / cost : 0)
    : Math.min(instances / (2 * cost), Math.sqrt(POWER / cost));
  const left = Math.max(POWER - price(runTime), 0);
  const bits = Array.from({ length: 101 }, (_, i) => i);
  const gain = bits.map((x) => (price(x) <= POWER ? (POWER - price(x)) / instances + x : NaN));
  const each = left / instances;
  return { bits, gain, run_time: runTime, left, each, gained: runTime + each };
}
