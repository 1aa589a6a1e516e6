// A confusion matrix at a point in time, how a picture was read at all points, and a first layer's filters at one.

const FULL_COLOUR = 0.03;

// A matrix of more classes than that has small cells without numbers: what one touches is said below.
const MOST_NUMBERED = 10;
// So many names have room along a side of a matrix.
const MOST_NAMES = 26;
const MOST_PAIRS = 3;

const confusion = (data) => {
  const figure = figureOf(data.title);
  const { classes, called, says } = data;
  const isDense = classes.length > MOST_NUMBERED;
  const apart = Math.ceil(classes.length / MOST_NAMES);
  const names = classes.map((name, at) => (at % apart ? '' : name));
  const cells = classes.map(() => classes.map(() => made('td')));
  const head = made('tr', {}, made('td'), ...names.map((name) => made('th', { scope: 'col' }, made('span', {}, name))));
  const rows = cells.map((row, at) => made('tr', {}, made('th', { scope: 'row' }, made('span', {}, names[at])), ...row));
  const looks = `kd-live-matrix${isDense ? ' kd-live-dense' : ''}${areLong(data) ? ' kd-live-long' : ''}`;
  const table = made('table', { class: `${looks} kd-${data.role}`, 'aria-label': data.title }, head, ...rows);
  table.style.setProperty('--cell', `light-dark(${data.colours.join()})`);
  table.style.setProperty('--columns', classes.length);
  figure.element.append(made('p', { class: 'kd-quiet' }, data.note), table);
  const [said, hint] = [made('span'), made('span', { class: 'kd-live-hint' }, ` ${says.hint}`)];
  const below = made('p', { class: 'kd-quiet kd-live-pairs' }, said, hint);
  if (isDense) figure.element.append(below);
  let counts = data.counts[0];
  const shareOf = (truth, answer) => counts[truth][answer] / Math.max(1, sum(counts[truth]));
  const inWords = (truth, answer) => filled(says.cell, {
    true: called[truth], answer: called[answer], count: counts[truth][answer], share: percent(shareOf(truth, answer)),
  });
  const mostConfused = () => {
    const pairs = counts.flatMap((row, truth) => row.map((count, answer) => ({ truth, answer, count })));
    const wrong = pairs.filter(({ truth, answer, count }) => truth !== answer && count);
    const most = wrong.sort((a, b) => b.count - a.count).slice(0, MOST_PAIRS);
    const named = most.map(({ truth, answer, count }) => filled(says.pair, { true: called[truth], answer: called[answer], count }));
    return named.length ? filled(says.most, { pairs: named.join(', ') }) : says.none;
  };
  const touched = ({ target }) => {
    const [cell, row] = [target.closest?.('td[style]'), target.closest?.('tr')];
    if (cell) say(said, inWords(row.rowIndex - 1, cell.cellIndex - 1));
  };
  if (isDense) {
    table.addEventListener('pointerover', touched);
    table.addEventListener('pointerleave', () => say(said, mostConfused()));
  }
  return {
    element: figure.element,
    rows: ({ point }) =>
      data.counts[point].flatMap((row, truth) => {
        const total = Math.max(1, sum(row));
        return row.map((count, answer) => ({
          role: data.role, true: classes[truth], predicted: classes[answer], count, share: count / total,
        }));
      }),
    draw: ({ point }) => {
      counts = data.counts[point];
      cells.forEach((row, truth) => {
        const total = Math.max(1, sum(counts[truth]));
        row.forEach((cell, answer) => {
          const share = counts[truth][answer] / total;
          if (!isDense) say(cell, counts[truth][answer] ? numeral((100 * share).toFixed(1)) : '');
          const colour = truth === answer ? 0 : Math.min(1, share / FULL_COLOUR);
          const shown = (0.03 + 0.97 * colour).toFixed(3);
          if (cell.shown !== shown) cell.style.setProperty('--share', (cell.shown = shown));
        });
      });
      if (isDense) say(said, mostConfused());
    },
  };
};

const reading = (data) => {
  const figure = figureOf(data.title);
  const points = data.logits.map((logits) => softmax(logits));
  const groups = groupsOf(points);
  const columns = points.map((probabilities, at) => {
    const shares = groups.map((group) => sum(group.map((one) => probabilities[one])));
    const shades = shares.map((p) => made('i', { style: `--share: ${(0.03 + 0.97 * p).toFixed(3)}` }));
    return made('div', { class: 'kd-live-moment' }, ...shades, made('span', {}, data.points[at]));
  });
  const named = groups.map((group) => made('b', {}, groupName(data, group).short));
  const names = made('div', { class: 'kd-live-moment' }, ...named, made('span'));
  const looks = `kd-live-strip kd-${data.role}${areLong(data) ? ' kd-live-long' : ''}`;
  const strip = made('div', { class: looks, 'aria-hidden': 'true' }, names, ...columns);
  strip.style.setProperty('--columns', groups.length);
  if (groups.length < data.classes.length) strip.style.setProperty('--first', '2.1rem');
  figure.element.append(strip, made('p', { class: 'kd-unseen' }, data.words));
  return {
    element: figure.element,
    rows: ({ point }) =>
      points.flatMap((probabilities, at) =>
        probabilities.map((probability, one) => ({
          role: data.role, point: data.points[at], class: data.classes[one], probability, here: at === point,
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
