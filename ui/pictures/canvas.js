// The canvas draws itself in a shadow tree of its own. In there, it becomes as wide as its frame, and its tools, which
// would lie over the page, give way to Undo and Clear below it. What invites to draw goes when the pen comes down.
(() => {
  const FRAME = '.st-key-canvas_frame';
  const WIDE = `
    .dc-root, .dc-scroll, .dc-container, .dc-container * { width: 100% !important; max-width: 100% !important; }
    .dc-container, .dc-container * { height: auto !important; aspect-ratio: 1; touch-action: none; }
    .dc-toolbar { display: none !important; }`;

  const rootIn = (frame) => [...frame.querySelectorAll('*')].find(({ shadowRoot }) => shadowRoot?.querySelector('.dc-root'))?.shadowRoot;

  let waits = false;
  const dress = () => {
    waits = false;
    const frame = document.querySelector(FRAME);
    if (!frame) return;
    const root = rootIn(frame);
    if (root && !root.adoptedStyleSheets.length) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(WIDE);
      root.adoptedStyleSheets = [sheet];
    }
    if (!root && !waits) waits = requestAnimationFrame(dress);
  };

  // The canvas takes back what was drawn on it; only what it began with is the server's to take back.
  const undo = (event) => {
    const frame = event.target.closest('.st-key-canvas_undo button') && document.querySelector(FRAME);
    const own = frame && rootIn(frame)?.querySelector('[aria-label="Undo"]:enabled');
    if (!own) return;
    event.stopPropagation();
    own.click();
  };

  const begin = ({ target }) => {
    const hint = target.closest(FRAME)?.querySelector('.kd-draw-here');
    if (hint) hint.hidden = true;
  };

  if (!window.kdCanvas) {
    window.kdCanvas = true;
    document.addEventListener('pointerdown', begin, { capture: true });
    document.addEventListener('click', undo, { capture: true });
    new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
  }
  dress();
})();
