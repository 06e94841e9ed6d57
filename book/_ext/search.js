// How the search page ranks what it finds, and the lines of a page that it shows.
// Sphinx reads this before its own search; `Search` is defined once the page is there.

/* A page that lists what chapters have, after the chapters. */
const WP_WEIGHTS = {
  'book/benchmarks': 0.2, 'book/scoreboard': 0.3, 'book/explorers': 0.5, 'book/teaching': 0.5,
};

var Scorer = {
  score: ([page, , , , score]) => score * (WP_WEIGHTS[page] ?? (page.startsWith('book/api/') ? 0.8 : 1)),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

/* Simple mathematics as people would type it; null if it is more than that. */
function wpReadable(tex) {
  const signs = {
    alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', eta: 'η', theta: 'θ', kappa: 'κ',
    lambda: 'λ', mu: 'μ', nu: 'ν', pi: 'π', rho: 'ρ', sigma: 'σ', tau: 'τ', phi: 'φ', psi: 'ψ',
    omega: 'ω', Delta: 'Δ', Sigma: 'Σ', pm: '±', le: '≤', ge: '≥', ne: '≠', times: '×', cdot: '·',
    mid: '|', infty: '∞', approx: '≈', propto: '∝', to: '→', ',': ' ', '!': '', ';': ' ',
    log: 'log', exp: 'exp', max: 'max', min: 'min',
  };
  const text = tex
    .replace(/^\s*\\\(|\\\)\s*$/g, '')
    .replace(/\\(?:text|mathrm|mathbf|hat|bar)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\t?frac\s*\{?(\w+)\}?\s*\{?(\w+)\}?/g, '$1/$2')
    .replace(/\\sqrt\s*\{?(\w+)\}?/g, '√$1')
    .replace(/\\([a-zA-Z]+|[,!;])\s?/g, (whole, name) => signs[name] ?? whole)
    .replace(/[_^]\{([^{}]*)\}/g, '$1').replace(/[_^](\S)/g, '$1');
  return /[\\{}]/.test(text) ? null : text;
}

document.addEventListener('DOMContentLoaded', () => {
  if (typeof Search === 'undefined') return;
  const asBefore = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const hidden = 'details.hide, .cell_input, pre, div.math, svg, script, style, template';
    for (const part of page.querySelectorAll(hidden)) part.remove();
    for (const part of page.querySelectorAll('.math')) {
      part.replaceWith(wpReadable(part.textContent) ?? '…');
    }
    return asBefore(page.documentElement.outerHTML, anchor).replace(/\s+/g, ' ');
  };
});
