// Whether a figure can be seen: off the screen it neither runs nor draws.
export function watchAwake(element, onWake) {
  let [seen, on] = [true, true];
  const tell = () => {
    const now = seen && !document.hidden;
    if (now === on) return;
    on = now;
    element.dataset.awake = String(on);
    if (on) onWake();
  };
  const watcher = new IntersectionObserver((entries) => {
    seen = entries[entries.length - 1].isIntersecting;
    tell();
  }, { rootMargin: '100px' });
  watcher.observe(element);
  document.addEventListener('visibilitychange', tell);
  return {
    on: () => on,
    stop() {
      watcher.disconnect();
      document.removeEventListener('visibilitychange', tell);
    },
  };
}
