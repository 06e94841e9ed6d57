// Sentences that follow the controls; the same rules as template.py, which the tests compare.
import { formatValue } from './formats.js';

const FIELD = /\{\{|\}\}|\{([A-Za-z_]\w*)(?:\[(-?\d+)\])?(?::([^{}]*))?\}/g;

export function renderTemplate(template, values, formats = {}) {
  if (template == null) return '';
  if (Array.isArray(template)) {
    return template.map((part) => renderTemplate(part, values, formats)).join('');
  }
  if (typeof template === 'object') {
    const chosen = template.cases[String(values[template.on])] ?? template.otherwise;
    return renderTemplate(chosen, values, formats);
  }
  return template.replace(FIELD, (whole, name, index, spec) => {
    if (name === undefined) return whole[0];
    let value = values[name];
    if (index !== undefined) value = element(value, +index);
    return value === undefined ? '' : formatValue(value, spec ?? formats[name] ?? '');
  });
}

function element(value, index) {
  const data = value?.data ?? value ?? [];
  return data[index < 0 ? data.length + index : index];
}

// Names that a template refers to.
export function namesIn(template) {
  if (template == null) return [];
  if (Array.isArray(template)) return template.flatMap(namesIn);
  if (typeof template === 'object') return [template.on, ...Object.values(template.cases).flatMap(namesIn), ...namesIn(template.otherwise)];
  return [...template.matchAll(FIELD)].map((found) => found[1]).filter(Boolean);
}
