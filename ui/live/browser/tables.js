// A confusion matrix at a point in time, how a picture was read at all points, and a first layer's filters at one.

const FULL_COLOUR = 0.03;

const confusion = (data) => {
  const figure = figureOf(data.title);
  const cells = CLASSES.map(() => CLASSES.map(() => made('td')));
  const head = made('tr', {}, made('td'), ...CLASSES.map((name) => made('th', { scope: 'col' }, name)));
  const rows = cells.map((row, name) => made('tr', {}, made('th', { scope: 'row' }, String(name)), ...row));
  const table = made('table', { class: `kd-live-matrix kd-${data.role}`, 'aria-label': data.title }, head, ...rows);
  table.style.setProperty('--cell', `light-dark(${data.colours.join()})`);
  figure.element.append(made('p', { class: 'kd-quiet' }, data.note), table);
  return {
    element: figure.element,
    rows: ({ point }) =>
      data.counts[point].flatMap((counts, truth) => {
        const total = Math.max(1, sum(counts));
        return counts.map((count, predicted) => ({ role: data.role, true: truth, predicted, count, share: count / total }));
      }),
    draw: ({ point }) => {
      cells.forEach((row, truth) => {
        const counts = data.counts[point][truth];
        const total = Math.max(1, sum(counts));
        row.forEach((cell, answer) => {
          const share = counts[answer] / total;
          say(cell, counts[answer] ? numeral((100 * share).toFixed(1)) : '');
          const colour = truth === answer ? 0 : Math.min(1, share / FULL_COLOUR);
          cell.style.setProperty('--share', (0.03 + 0.97 * colour).toFixed(3));
        });
      });
    },
  };
};

const reading = (data) => {
  const figure = figureOf(data.title);
  const points = data.logits.map((logits) => softmax(logits));
  const columns = points.map((probabilities, at) =>
    made(
      'div',
      { class: 'kd-live-moment' },
      ...probabilities.map((p) => made('i', { style: `--share: ${(0.03 + 0.97 * p).toFixed(3)}` })),
      made('span', {}, data.points[at]),
    ),
  );
  const names = made('div', { class: 'kd-live-moment' }, ...CLASSES.map((name) => made('b', {}, name)), made('span'));
  const strip = made('div', { class: `kd-live-strip kd-${data.role}`, 'aria-hidden': 'true' }, names, ...columns);
  figure.element.append(strip, made('p', { class: 'kd-unseen' }, data.words));
  return {
    element: figure.element,
    rows: ({ point }) =>
      points.flatMap((probabilities, at) =>
        probabilities.map((probability, digit) => ({
          role: data.role, point: data.points[at], digit, probability, here: at === point,
        })),
      ),
    draw: ({ point }) => columns.forEach((column, at) => column.classList.toggle('kd-live-here', at === point)),
  };
};

const filters = (data) => {
  const figure = figureOf(data.title);
  const { side, limit } = data;
  const squares = data.weights[0].map(() => made('canvas', { class: 'kd-live-filter', width: side, height: side }));
  const inks = data.colours.map((colour) => colour.match(/[0-9a-f]{2}/gi).map((part) => Number.parseInt(part, 16)));
  const opacityOf = (weight) => weight && 255 * (0.04 + 0.96 * Math.min(1, Math.abs(weight) / limit));
  const colourOf = (weight) => [...inks[weight > 0 ? 0 : 1], opacityOf(weight)];
  const words = made('p', { class: 'kd-unseen' });
  const style = `--across: ${data.across}`;
  figure.element.append(made('div', { class: 'kd-live-filters', style, 'aria-hidden': 'true' }, ...squares), words);
  let shown = data.weights[0];
  squares.forEach((square, at) => {
    square.addEventListener('pointermove', ({ offsetX, offsetY }) => {
      const [row, column] = [offsetY, offsetX].map((place) => Math.floor((place / square.clientWidth) * side));
      const weight = shown[at][row * side + column];
      square.title = weight === undefined ? '' : numeral(weight.toFixed(3));
    });
  });
  return {
    element: figure.element,
    rows: ({ point }) =>
      data.weights[point].flatMap((weights, at) =>
        weights.map((weight, pixel) => {
          const [row, column] = [Math.floor(pixel / side) + 1, (pixel % side) + 1];
          return { role: data.role, filter: at + data.first, row, column, [data.measure]: weight };
        }),
      ),
    draw: ({ point }) => {
      say(words, data.words[point]);
      shown = data.weights[point];
      squares.forEach((square, at) => {
        const pixels = new ImageData(Uint8ClampedArray.from(shown[at].flatMap(colourOf)), side);
        square.getContext('2d').putImageData(pixels, 0, 0);
      });
    },
  };
};
