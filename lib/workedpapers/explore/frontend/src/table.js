// The present state as a table: controls and single numbers in the first row, lists as columns.
const quote = (value) => {
  const text = String(value ?? '');
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
};

export function csvFile(known) {
  const columns = [];
  for (const [name, value] of Object.entries(known)) {
    if (Array.isArray(value)) columns.push([name, value.flat()]);
    else if (typeof value !== 'object' || value === null) columns.push([name, [value]]);
    else if (value.shape.length === 1) columns.push([name, Array.from(value.data)]);
    else {
      const wide = value.shape.slice(1).reduce((a, b) => a * b, 1);
      for (let k = 0; k < wide; k += 1) columns.push([`${name}[${k}]`, Array.from({ length: value.shape[0] }, (_, i) => value.data[i * wide + k])]);
    }
  }
  const rows = Math.max(...columns.map(([, data]) => data.length));
  const lines = [columns.map(([name]) => quote(name)).join(',')];
  for (let i = 0; i < rows; i += 1) lines.push(columns.map(([, data]) => quote(data[i])).join(','));
  return `${lines.join('\n')}\n`;
}
