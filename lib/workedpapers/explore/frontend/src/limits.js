// Bounds of an axis: fixed by the author, following the values, or wide enough for all of them.

export function makeLimits({ limits, log, names, ranges, pad, include = [] }) {
  let [low, high] = [Infinity, -Infinity];
  let [shownLow, shownHigh] = [0, 1];
  let begun = false;
  const take = (value) => {
    if (!Number.isFinite(value) || (log && value <= 0)) return;
    if (value < low) low = value;
    if (value > high) high = value;
  };
  const padded = () => {
    if (low > high) return log ? [1, 10] : [0, 1];
    if (log) {
      const decades = Math.log10(high / low);
      if (decades > 1.5) return [10 ** Math.floor(Math.log10(low) + 1e-9), 10 ** Math.ceil(Math.log10(high) - 1e-9)];
      return pad || low === high ? [low / 1.15, high * 1.15] : [low, high];
    }
    const room = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * pad;
    return [low - room, high + room];
  };
  const start = () => {
    [low, high] = [Infinity, -Infinity];
    if (limits === 'float') return;
    for (const name of names) {
      const range = ranges[name];
      if (range) [log ? range[2] : range[0], range[1]].forEach((value) => take(value ?? NaN));
    }
    include.forEach(take);
    [shownLow, shownHigh] = padded();
  };
  // A window that follows keeps still while a run grows inside it, and then moves on by a quarter.
  const follow = (growing) => {
    const [from, to] = padded();
    const inside = from >= shownLow && to <= shownHigh && to - from > 0.6 * (shownHigh - shownLow);
    if (begun && growing && inside) return;
    const grows = begun && growing && to > shownHigh && !log;
    [shownLow, shownHigh] = [from, grows ? to + 0.25 * (to - from) : to];
    begun = true;
  };
  start();
  return {
    // Widens only if a value lies outside what is shown, so that the axis keeps still.
    see(arrays, growing = false) {
      if (Array.isArray(limits)) return;
      if (limits === 'float') start();
      let outside = false;
      for (const array of arrays) {
        for (let i = 0; i < array.length; i += 1) {
          const value = array[i];
          if (value < shownLow || value > shownHigh) outside = true;
          take(value);
        }
      }
      if (limits === 'float') follow(growing);
      else if (outside) [shownLow, shownHigh] = padded();
    },
    get: () => (Array.isArray(limits) ? limits : [shownLow, shownHigh]),
  };
}
