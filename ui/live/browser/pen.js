// Follows the pen on a canvas of streamlit-drawable-canvas, which lies in a shadow tree of its own: several layers, the
// topmost of which holds the stroke that is being drawn.

const FRAMES_AFTER = 20; // so long a stroke that ends, or Undo, may take to be on the canvas
const sheet = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
let penIsDown = false;

const layersIn = (name) => {
  const place = document.querySelector(`.st-key-${name}`);
  const roots = [...(place?.querySelectorAll('*') ?? [])].map(({ shadowRoot }) => shadowRoot);
  const root = roots.find((each) => each?.querySelector('canvas'));
  const layers = root ? [...root.querySelectorAll('canvas')] : [];
  return root?.querySelector('[aria-pressed="true"]') ? layers.slice(0, -1) : layers; // handles to move a stroke are no ink
};

// Grey levels of what is drawn: { values, width, height }; null where there is no canvas.
const levelsOn = (name) => {
  const layers = layersIn(name);
  if (!layers.length) return null;
  const { width, height } = layers[0];
  Object.assign(sheet.canvas, { width, height });
  for (const layer of layers) sheet.drawImage(layer, 0, 0, width, height);
  const { data } = sheet.getImageData(0, 0, width, height);
  const values = new Float32Array(width * height);
  for (let at = 0; at < values.length; at += 1) values[at] = data[4 * at];
  return { values, width, height };
};

// Calls changed(levels) in each frame in which the drawing has changed; returns what ends that.
const followPen = (name, changed) => {
  let [frame, left] = [0, 0];
  let last = null;
  const look = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    const levels = levelsOn(name);
    const isNew = levels && last && levels.values.some((level, at) => level !== last.values[at]);
    if (isNew) changed(levels);
    if (isNew || penIsDown) left = FRAMES_AFTER;
    last = levels;
    left -= 1;
    if (left > 0) frame = requestAnimationFrame(look);
  };
  const watch = () => {
    left = FRAMES_AFTER;
    frame ||= requestAnimationFrame(look);
  };
  const begin = (event) => {
    penIsDown = event.composedPath().some(({ classList }) => classList?.contains(`st-key-${name}`));
    if (penIsDown) look();
  };
  const end = () => {
    if (penIsDown) watch();
    penIsDown = false;
  };
  const listeners = { pointerdown: begin, pointerup: end, pointercancel: end, click: watch };
  for (const [event, listener] of Object.entries(listeners)) document.addEventListener(event, listener, true);
  if (penIsDown) {
    last = { values: [] };
    watch();
  }
  return () => {
    cancelAnimationFrame(frame);
    for (const [event, listener] of Object.entries(listeners)) document.removeEventListener(event, listener, true);
  };
};
