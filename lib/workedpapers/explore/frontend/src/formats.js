// Numbers as readers see them; the same rules as formats.py, which the tests compare.
const FORMAT = /^(\+?)(,?)(?:\.(\d{1,2}))?([fegd%s]?)$/;
const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export function formatValue(value, spec = '') {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return 'undefined';
  const [, plus, comma, digits, style] = FORMAT.exec(spec || '.4g');
  const size = Math.abs(value);
  let text = Number.isFinite(size) ? magnitude(size, style || 'g', digits) : '∞';
  if (comma) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
  const zero = !/[1-9∞]/.test(text.split('×')[0]);
  return (value < 0 && !zero ? '−' : plus) + text;
}

function magnitude(size, style, digits) {
  if (style === 'd') return fixed(size, 0);
  if (style === 'f') return fixed(size, +(digits || 2));
  if (style === '%') return `${fixed(size * 100, +(digits || 0))}%`;
  if (style === 'e') return scientific(size, +(digits || 2));
  return general(size, Math.max(+(digits || 4), 1));
}

const fixed = (size, digits) => (size >= 1e21 ? scientific(size, 2) : size.toFixed(digits));

function scientific(size, digits) {
  const [mantissa, exponent] = size.toExponential(digits).split('e');
  return `${mantissa}×10${superscript(+exponent)}`;
}

function general(size, significant) {
  const [mantissa, power] = size.toExponential(significant - 1).split('e');
  const exponent = +power;
  if (exponent >= -4 && exponent < Math.max(significant, 6)) {
    return strip(fixed(size, Math.max(significant - 1 - exponent, 0)));
  }
  return `${strip(mantissa)}×10${superscript(exponent)}`;
}

export const superscript = (exponent) =>
  String(exponent).replace('-', '⁻').replace(/\d/g, (digit) => SUPERSCRIPTS[+digit]);

const strip = (text) => (text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text);

// A space before the unit, but for the signs of degrees and per cent.
export const withUnit = (text, unit) => (unit ? `${text}${/^[°%′″]$/.test(unit) ? '' : ' '}${unit}` : text);
