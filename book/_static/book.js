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
    for (const box of document.querySelectorAll('div.math, .highlight pre, .cell_output, table.dataframe')) {
      const scrolls = box.scrollWidth > box.clientWidth + 1;
      if (scrolls) box.setAttribute('tabindex', '0');
      else box.removeAttribute('tabindex');
    }
  }

  window.addEventListener('load', () => {
    sayWhatIsShown();
    reachWhatScrolls();
    setTimeout(reachWhatScrolls, 1500); // once mathematics is typeset
  });
  window.addEventListener('resize', reachWhatScrolls);
})();
