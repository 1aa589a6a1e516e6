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
          say(cell, counts[answer] ? (100 * share).toFixed(1) : '');
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
  const squares = data.weights[0].map((weights) => made('div', { class: 'kd-live-filter' }, ...weights.map(() => made('i'))));
  const cells = squares.map((square) => [...square.children]);
  const style = `--side: ${data.side}; --across: ${data.across}`;
  const words = made('p', { class: 'kd-unseen' });
  figure.element.append(made('div', { class: 'kd-live-filters', style, 'aria-hidden': 'true' }, ...squares), words);
  const colourOf = (weight) => {
    const share = 0.04 + 0.96 * Math.min(1, Math.abs(weight) / data.limit);
    return data.colours[weight > 0 ? 0 : 1] + Math.round(255 * share).toString(16).padStart(2, '0');
  };
  return {
    element: figure.element,
    rows: ({ point }) =>
      data.weights[point].flatMap((weights, at) =>
        weights.map((weight, pixel) => {
          const [row, column] = [Math.floor(pixel / data.side) + 1, (pixel % data.side) + 1];
          return { role: data.role, filter: at + data.first, row, column, weight };
        }),
      ),
    draw: ({ point }) => {
      say(words, data.words[point]);
      data.weights[point].forEach((weights, at) => {
        weights.forEach((weight, pixel) => {
          const cell = cells[at][pixel];
          cell.style.background = colourOf(weight);
          if (data.side < 8) cell.title = weight.toFixed(3); // thousands of pixels would not follow within a frame
        });
      });
    },
  };
};
