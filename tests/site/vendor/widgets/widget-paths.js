// Makes the widget manager look for widget code in this folder, and nowhere else.
(function () {
  const folder = new URL('.', document.currentScript.src).href;
  window.requirejs.config({ baseUrl: folder });

  // The manager typesets widget labels through MathJax 2; the page carries MathJax 3.
  window.addEventListener('load', function () {
    if (!window.MathJax || window.MathJax.Hub) return;
    window.MathJax.Hub = {
      Queue([, , element]) {
        if (element && window.MathJax.typesetPromise) window.MathJax.typesetPromise([element]);
      },
    };
  });
})();
