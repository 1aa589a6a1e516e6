// Adds up how far the page jumps (the sum behind CLS), and keeps what moved: to be put into a page before it loads.
// Shifts right after a click count, too, once `shifts.afterInputToo` is set.
{
  const FRAME = '[data-testid="stMain"], [data-testid="stMainBlockContainer"], [data-testid="stAppViewContainer"] > div';
  window.shifts = { sum: 0, moved: [] };

  // One page replaces another in one frame, and React uses elements of the first for the second: that is no jump.
  const frames = [];
  let heading = null;
  new MutationObserver(() => {
    const now = document.querySelector('h1')?.textContent;
    if (!now || now === heading) return;
    const frame = { from: performance.now(), to: Infinity };
    if (heading) frames.push(frame);
    heading = now;
    requestAnimationFrame(() => requestAnimationFrame((time) => (frame.to = time)));
  }).observe(document, { childList: true, characterData: true, subtree: true });

  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources, startTime } of list.getEntries()) {
      if (hadRecentInput && !window.shifts.afterInputToo) continue;
      if (frames.some(({ from, to }) => from <= startTime && startTime <= to)) continue;
      // Streamlit's own: it makes room for the navigation that somebody opens or closes
      if (hadRecentInput && sources.some(({ node }) => node?.matches?.(FRAME))) continue;
      window.shifts.sum += value;
      for (const { node, previousRect, currentRect } of sources) {
        const element = node?.closest ? node : node?.parentElement;
        const name = element?.closest('[class*="st-key-"]')?.className.match(/st-key-\S+/)[0];
        const kind = element?.className?.baseVal ?? element?.className;
        window.shifts.moved.push(`${value.toFixed(3)} ${name} ${kind} ${previousRect.y} → ${currentRect.y}`);
      }
    }
  }).observe({ type: 'layout-shift', buffered: true });
}
