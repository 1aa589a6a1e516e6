// A figure as a file. It is drawn once more on white paper of a fixed width that is not seen, so the file is the same
// on every screen and in every theme, and traced from there: boxes, lines and texts become SVG, which any program reads.

const MARGIN = 16;
const PIXELS_A_UNIT = 2;

const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

// A colour as it looks on white, as rgb(…).
const onWhite = (colour) => {
  for (const layer of ['white', colour]) {
    pen.fillStyle = layer;
    pen.fillRect(0, 0, 1, 1);
  }
  return `rgb(${pen.getImageData(0, 0, 1, 1).data.slice(0, 3).join()})`;
};

// The area of a box with a style: a rectangle, a circle, or the triangle of the scratch student.
const traceArea = ({ x, y, width, height }, style) => {
  if (style.backgroundColor === 'rgba(0, 0, 0, 0)' || !width || !height) return [];
  const fill = onWhite(style.backgroundColor);
  if (style.clipPath.startsWith('polygon')) {
    return [drawn('polygon', { fill, points: `${x + width / 2},${y} ${x + width},${y + height} ${x},${y + height}` })];
  }
  const radius = Number.parseFloat(style.borderTopLeftRadius) / (style.borderTopLeftRadius.endsWith('%') ? 100 / width : 1);
  const turned = style.transform.startsWith('matrix') && style.content !== 'normal';
  const [cx, cy] = [x + width / 2, y + height / 2];
  const transform = turned ? `translate(${cx} ${cy}) ${style.transform} translate(${-cx} ${-cy})` : null;
  return [drawn('rect', { x, y, width, height, rx: radius || null, fill, transform })];
};

// The mark before a model's name, or within a mark's outline.
const traceMark = (element, box) => {
  const style = getComputedStyle(element, '::before');
  if (style.content === 'none' || style.content === 'normal') return [];
  const [width, height, left, top] = [style.width, style.height, style.left, style.top].map(Number.parseFloat);
  const place = style.position === 'absolute'
    ? { x: box.x + left, y: box.y + top }
    : { x: box.x, y: box.y + (box.height - height) / 2 };
  const ring = Number.parseFloat(style.borderLeftWidth);
  const circle = {
    cx: place.x + width / 2, cy: place.y + height / 2, r: (width - ring) / 2,
    fill: 'none', stroke: onWhite(style.borderLeftColor), 'stroke-width': ring,
  };
  return ring ? [drawn('circle', circle)] : traceArea({ ...place, width, height }, style);
};

const traceEdges = ({ x, y, width, height }, style) => {
  const line = (y1, thick, colour) =>
    drawn('line', { x1: x, x2: x + width, y1, y2: y1, stroke: onWhite(colour), 'stroke-width': thick });
  const [above, below, around] = [style.borderTopWidth, style.borderBottomWidth, style.outlineWidth].map(Number.parseFloat);
  return [
    ...(above ? [line(y + above / 2, above, style.borderTopColor)] : []),
    ...(below ? [line(y + height - below / 2, below, style.borderBottomColor)] : []),
    ...(around && style.outlineStyle !== 'none'
      ? [drawn('rect', { x, y, width, height, fill: 'none', stroke: onWhite(style.outlineColor), 'stroke-width': around })]
      : []),
  ];
};

// A text that goes up, and ends at its axis.
const traceUpright = (node, placeOf, style) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  const { x, y, width, height } = placeOf(range.getBoundingClientRect());
  const [ends, to] = style.textAlign === 'end' ? [y, 'end'] : [y + height, 'start'];
  const [middle, look] = [x + width / 2, { fill: onWhite(style.color), 'font-size': style.fontSize, 'text-anchor': to }];
  return [drawn('text', { x: middle, y: ends, 'dominant-baseline': 'central', transform: `rotate(-90 ${middle} ${ends})`, ...look }, node.data)];
};

// A text, a line of it for each line on the paper.
const traceText = (node, placeOf) => {
  const style = getComputedStyle(node.parentElement);
  if (style.writingMode === 'vertical-rl') return traceUpright(node, placeOf, style);
  const lines = new Map();
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = placeOf(range.getBoundingClientRect());
    const line = lines.get(Math.round(box.y)) ?? { ...box, words: [] };
    lines.set(Math.round(box.y), { ...line, width: box.x + box.width - line.x, words: [...line.words, word] });
  }
  const [anchor, share] = { center: ['middle', 0.5], right: ['end', 1] }[style.textAlign] ?? ['start', 0];
  return [...lines.values()].map(({ x, y, width, height, words }) =>
    drawn('text', {
      x: x + share * width, y: y + height / 2, 'text-anchor': anchor, 'dominant-baseline': 'central',
      fill: onWhite(style.color), 'font-size': style.fontSize, 'font-weight': style.fontWeight,
    }, words.join(' ')),
  );
};

const LOOKS = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linejoin'],
  ...['font-size', 'font-weight'],
];

// A part of an SVG with its looks, which the stylesheet gives it on the page.
const copied = (element) => {
  const style = getComputedStyle(element);
  const copy = element.cloneNode();
  for (const look of LOOKS) copy.setAttribute(look, style.getPropertyValue(look));
  copy.removeAttribute('class');
  copy.removeAttribute('style');
  const children = [...element.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE || isShown(child));
  copy.append(...children.map((child) => (child.nodeType === Node.TEXT_NODE ? child.cloneNode() : copied(child))));
  return copy;
};

const isShown = (element) => getComputedStyle(element).display !== 'none' && !element.matches('.kd-unseen, title');

const traced = (node, placeOf) => {
  if (node.nodeType === Node.TEXT_NODE) return traceText(node, placeOf);
  if (!isShown(node)) return [];
  const box = placeOf(node.getBoundingClientRect());
  if (node.matches('canvas')) return [drawn('image', { ...box, href: node.toDataURL(), style: 'image-rendering: pixelated' })];
  if (node.matches('svg')) {
    const parts = [...node.children].filter(isShown).map(copied);
    return [drawn('g', { transform: `translate(${box.x} ${box.y})` }, ...parts)];
  }
  const style = getComputedStyle(node);
  const own = [...traceArea(box, style), ...traceEdges(box, style), ...traceMark(node, box)];
  return [...own, ...[...node.childNodes].flatMap((child) => traced(child, placeOf))];
};

const framesLater = (count) =>
  new Promise((done) => {
    const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
    next(count);
  });

// The figure as SVG, with its title and what a screen reader says of it.
const savedSvg = async (data, values) => {
  const view = VIEWS[data.kind](data);
  const paper = made('div', { class: 'kd-live kd-live-paper', inert: '' }, view.element);
  document.body.append(paper);
  try {
    view.draw(values);
    await framesLater(3);
    const { left, top, width, height } = view.element.getBoundingClientRect();
    const placeOf = (box) => ({ x: box.left - left + MARGIN, y: box.top - top + MARGIN, width: box.width, height: box.height });
    const size = { width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    const said = [...view.element.querySelectorAll('.kd-unseen, .kd-live-legend li, .kd-quiet')];
    const svg = drawn(
      'svg', { ...size, viewBox: `0 0 ${size.width} ${size.height}`, 'font-family': 'sans-serif', role: 'img' },
      drawn('title', {}, data.title),
      drawn('desc', {}, said.map(({ textContent }) => textContent).join('. ')),
      drawn('rect', { ...size, fill: 'white' }),
      ...traced(view.element, placeOf),
    );
    return { size, text: new XMLSerializer().serializeToString(svg) };
  } finally {
    view.close?.();
    paper.remove();
  }
};

const savedPng = async (data, values) => {
  const { size, text } = await savedSvg(data, values);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = made('canvas', { width: PIXELS_A_UNIT * size.width, height: PIXELS_A_UNIT * size.height });
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
};

// A byte order mark lets spreadsheets read α and ².
const savedCsv = (rows) => {
  const cell = (value) => (/[",\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''));
  const lines = [Object.keys(rows[0]), ...rows.map(Object.values)].map((row) => row.map(cell).join());
  return `\uFEFF${lines.join('\n')}\n`;
};

const FILES = {
  PNG: { type: 'image/png', content: savedPng },
  SVG: { type: 'image/svg+xml', content: async (data, values) => (await savedSvg(data, values)).text },
  CSV: { type: 'text/csv', content: async (data, values) => savedCsv(VIEWS[data.kind](data).rows(values)) },
};

let menusMade = 0;

// The button in the row of a figure's title, with a menu of files.
const saver = (data, words, valuesNow) => {
  const id = `kd-live-save-${(menusMade += 1)}`;
  const save = async (kind) => {
    const values = { ...valuesNow() };
    const content = await FILES[kind].content(data, values);
    const href = URL.createObjectURL(new Blob([content], { type: FILES[kind].type }));
    const name = filled(data.file, { ...values, at: values.point + 1 });
    made('a', { href, download: `${name}.${kind.toLowerCase()}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
  };
  const kinds = Object.keys(FILES).map((kind) => {
    const button = made('button', { type: 'button', title: words.kinds[kind] }, kind);
    button.addEventListener('click', () => {
      menu.hidePopover();
      save(kind);
    });
    return button;
  });
  const menu = made('div', { id, popover: '', class: 'kd-live-menu' }, ...kinds);
  const icon = made('span', { 'aria-hidden': 'true', translate: 'no' }, 'download');
  const button = made(
    'button', { type: 'button', popovertarget: id, title: words.help }, icon, made('span', { class: 'kd-unseen' }, words.save),
  );
  const place = () => {
    if (!menu.isConnected) { // the figure was drawn anew while its menu was open
      removeEventListener('scroll', place, true);
      return;
    }
    const { right, top, bottom } = button.getBoundingClientRect();
    const isLow = bottom > innerHeight / 2;
    menu.style.right = `${document.documentElement.clientWidth - right}px`;
    menu.style.top = isLow ? 'auto' : `${bottom + 4}px`;
    menu.style.bottom = isLow ? `${innerHeight - top + 4}px` : 'auto';
  };
  menu.addEventListener('beforetoggle', ({ newState }) => {
    place();
    if (newState === 'open') addEventListener('scroll', place, true);
    else removeEventListener('scroll', place, true);
  });
  return made('div', { class: 'kd-live-save' }, button, menu);
};
