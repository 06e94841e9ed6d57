// Small mends to the theme's accessibility.
(function () {
  // Buttons whose label leaves out the words that they show cannot be named by voice.
  function sayWhatIsShown() {
    for (const button of document.querySelectorAll('.search-button-field')) {
      const shown = button.innerText.replace(/\s+/g, ' ').trim();
      const label = button.getAttribute('aria-label') || '';
      if (shown && !label.toLowerCase().includes(shown.toLowerCase())) {
        button.setAttribute('aria-label', `${shown} (${label.toLowerCase()})`);
      }
    }
  }

  // What can be scrolled must be reachable by keyboard.
  function reachWhatScrolls() {
    for (const box of document.querySelectorAll('div.math, mjx-container, .highlight pre, .cell_output, table.dataframe, .wp-scroll')) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.setAttribute('tabindex', '0');
      else box.removeAttribute('tabindex');
    }
  }

  // The style sheet makes an equation smaller where its place is narrow. It must know how wide the
  // equation is, in letters of its own size.
  function measureEquations() {
    for (const box of document.querySelectorAll('mjx-container[display="true"]')) {
      const inner = box.querySelector('mjx-math');
      if (!inner || !inner.offsetWidth) continue;
      const size = parseFloat(getComputedStyle(box).fontSize);
      const wide = Math.max(inner.scrollWidth, inner.getBoundingClientRect().width);
      box.style.setProperty('--wp-ems', (wide / size + 0.2).toFixed(2));
    }
  }

  // One switch for the code of all figures, remembered from page to page.
  const SHOWN = 'wp-code-shown';
  function switchCode() {
    const boxes = [...document.querySelectorAll('details.hide.above-input')];
    const place = document.querySelector('.article-header-buttons');
    if (!boxes.length || !place) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-sm wp-all-code';
    const set = (shown) => {
      for (const box of boxes) box.open = shown;
      button.setAttribute('aria-pressed', String(shown));
      button.title = shown ? 'Hide the code of all figures' : 'Show the code of all figures';
    };
    let shown = false;
    try { shown = localStorage.getItem(SHOWN) === 'yes'; } catch { /* storage may be forbidden */ }
    button.setAttribute('aria-label', 'Show the code of all figures');
    button.textContent = '</>';
    button.addEventListener('click', () => {
      shown = !shown;
      set(shown);
      try { localStorage.setItem(SHOWN, shown ? 'yes' : 'no'); } catch { /* not remembered then */ }
    });
    set(shown);
    place.prepend(button);
  }

  window.addEventListener('DOMContentLoaded', switchCode);
  window.addEventListener('load', () => {
    sayWhatIsShown();
    reachWhatScrolls();
    window.MathJax?.startup?.promise?.then(() => { // once mathematics is typeset
      measureEquations();
      reachWhatScrolls();
    });
  });
  window.addEventListener('resize', reachWhatScrolls);
})();
