// What bisg.chapter.explorers.name_explorer computes, for a page without a kernel.
// The page stores square roots of the shares, which keeps small shares accurate.

let index; // where each stored name and area stands, made on the first call

function places(list) {
  return new Map(list.map((word, row) => [word, row]));
}

function key(name) {
  return name.normalize('NFKD').toUpperCase().replace(/[^A-Z]/g, '');
}

function row(table, at, groups) {
  return Array.from({ length: groups }, (_, r) => table[at * groups + r] ** 2);
}

function posterior(shares) {
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => (100 * share) / sum);
}

export default function (values, data) {
  index ??= { names: places(data.names), areas: places(data.areas) };
  const surname = key(values.surname);
  const area = values.place.trim();
  const s = index.names.get(surname);
  const g = index.areas.get(area);

  const prior = Array.from(data.prior, (root) => root ** 2);
  const groups = prior.length;
  // P(r | s) in the country, then Bayes: times P(r | g) / P(r).
  const named = s === undefined ? prior : row(data.byName, s, groups);
  const ratio = g === undefined ? prior.map(() => 1) : row(data.byArea, g, groups).map((p, r) => p / prior[r]);

  return {
    groups: ['White', 'Black', 'Hispanic', 'Asian', 'Other'],
    prior: posterior(prior),
    with_surname: posterior(named),
    with_place: posterior(named.map((p, r) => p * ratio[r])),
    surname_found: s === undefined ? 'no surname' : surname,
    place_found: g === undefined ? 'no place' : area,
    name_known: s !== undefined || surname === '',
    place_known: g !== undefined || area === '',
  };
}
