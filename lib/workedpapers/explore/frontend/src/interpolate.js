// Interpolation on a regular grid; the same rules as interpolate.py, which the tests compare.

// Number of the first node around a position, and the weights of it and of those that follow.
export function axisWeights(position, n, method) {
  const at = Math.min(Math.max(position, 0), n - 1);
  if (method === 'nearest' || n === 1) return [Math.floor(at + 0.5), [1]];
  const cell = Math.min(Math.floor(at), n - 2);
  const t = at - cell;
  if (method === 'linear' || n === 2) return [cell, [1 - t, t]];
  const before = ((-0.5 * t + 1) * t - 0.5) * t;
  const here = (1.5 * t - 2.5) * t * t + 1;
  const after = ((-1.5 * t + 2) * t + 0.5) * t;
  const beyond = (0.5 * t - 0.5) * t * t;
  if (cell === 0) return [0, [here + 3 * before, after - 3 * before, beyond + before]];
  if (cell + 2 >= n) return [cell - 1, [before + beyond, here - 3 * beyond, after + 3 * beyond]];
  return [cell - 1, [before, here, after, beyond]];
}

// Every node that counts: its offset among the nodes, in blocks, and its weight.
export function tensorWeights(perAxis, lengths) {
  let terms = [[0, 1]];
  perAxis.forEach(([first, weights], axis) => {
    const next = [];
    for (const [offset, weight] of terms) {
      weights.forEach((w, k) => {
        if (w !== 0) next.push([offset * lengths[axis] + first + k, weight * w]);
      });
    }
    terms = next;
  });
  return terms;
}
