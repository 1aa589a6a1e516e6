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
    if (!frame.dataset.pen) {
      Object.assign(frame.dataset, { pen: 'up', x: PLACES / 2, y: PLACES / 2 });
      const { name } = document.querySelector('.kd-canvas-says')?.dataset ?? {};
      if (!name) delete frame.dataset.pen;
      for (const [attribute, value] of Object.entries({ tabindex: 0, role: 'application', 'aria-label': name, 'aria-describedby': 'kd-canvas-keys' })) {
        frame.setAttribute(attribute, value);
      }
    }
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

  // By keyboard: arrows move a pen, two at once go aslant, and Space puts it down and lifts it. The canvas takes it for a mouse.
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const PLACES = 20;
  const held = new Set();

  const touch = (frame, does) => {
    const box = frame.getBoundingClientRect();
    const [x, y] = [frame.dataset.x, frame.dataset.y].map((place) => place / PLACES);
    const top = [...rootIn(frame).querySelectorAll('canvas')].at(-1);
    const at = { clientX: box.x + x * box.width, clientY: box.y + y * box.height, bubbles: true, composed: true, view: window };
    top.dispatchEvent(new PointerEvent(`pointer${does}`, at));
    top.dispatchEvent(new MouseEvent(`mouse${does}`, at));
  };

  const tell = (frame, moved) => {
    const words = document.querySelector('.kd-canvas-says');
    const place = words.dataset.place.replace('{x}', frame.dataset.x * (100 / PLACES)).replace('{y}', frame.dataset.y * (100 / PLACES));
    words.textContent = moved ? place : `${words.dataset[frame.dataset.pen]} ${place}`;
  };

  const turnPen = (frame) => {
    const down = frame.dataset.pen !== 'down';
    frame.dataset.pen = down ? 'down' : 'up';
    touch(frame, down ? 'down' : 'up');
    tell(frame, false);
  };

  const lead = (event) => {
    const frame = event.target;
    if (!frame.matches(FRAME) || !rootIn(frame) || event.altKey || event.ctrlKey || event.metaKey) return;
    if (ARROWS[event.key]) {
      held.add(event.key);
      const ways = [...held].map((key) => ARROWS[key]);
      ['x', 'y'].forEach((axis, at) => {
        const to = Number(frame.dataset[axis]) + ways.reduce((sum, way) => sum + way[at], 0);
        frame.dataset[axis] = Math.min(PLACES - 1, Math.max(1, to));
        frame.style.setProperty(`--${axis}`, frame.dataset[axis] / PLACES);
      });
      if (frame.dataset.pen === 'down') touch(frame, 'move');
      tell(frame, true);
    } else if (event.key === ' ') {
      if (!event.repeat) turnPen(frame);
    } else return;
    event.preventDefault();
  };

  const leave = ({ target }) => {
    held.clear();
    if (target.matches?.(FRAME) && target.dataset.pen === 'down') turnPen(target);
  };

  if (!window.kdCanvas) {
    window.kdCanvas = true;
    document.addEventListener('pointerdown', begin, { capture: true });
    document.addEventListener('click', undo, { capture: true });
    document.addEventListener('keydown', lead);
    document.addEventListener('keyup', ({ key }) => held.delete(key));
    document.addEventListener('focusout', leave);
    new MutationObserver(dress).observe(document.body, { childList: true, subtree: true });
  }
  dress();
})();
