// Columns, one a class: probabilities that stand on the ground, and pulls that go up or down from a line.

const SMALLEST = 1e-6;

const gridOf = (ticks) =>
  made(
    'div',
    { class: 'kd-live-grid', 'aria-hidden': 'true' },
    ...ticks.map(([share, text]) => made('span', { style: `--share: ${share}` }, made('em', {}, text))),
  );

// Of more classes than that, the ones with the highest scores have a column each, and one has all others together.
const MOST_COLUMNS = 11;

// The classes of each column, in order. scores: arrays by class, of which the highest counts.
const groupsOf = (scores) => {
  const numbers = scores[0].map((_, at) => at);
  if (numbers.length <= MOST_COLUMNS) return numbers.map((at) => [at]);
  const best = numbers.map((at) => Math.max(...scores.map((each) => each[at])));
  const first = numbers.toSorted((a, b) => best[b] - best[a] || a - b).slice(0, MOST_COLUMNS - 1);
  return [...first.sort((a, b) => a - b).map((at) => [at]), numbers.filter((at) => !first.includes(at))];
};

// The classes of a column: on its axis, and for who hears it.
const groupName = ({ classes, others }, group) =>
  group.length > 1
    ? { short: `+${group.length}`, long: filled(others, { count: group.length }) }
    : { short: classes[group[0]], long: classes[group[0]] };

const LONGEST_UPRIGHT = 3;

// The names of classes, and whether they need more room than a digit or two.
const areLong = ({ classes }) => classes.some((name) => name.length > LONGEST_UPRIGHT);

// One list with columns for classes. each(scores, visit): visit gets a column { item, number, unseen, marks, name }, of,
// which adds up an array by class over the column's classes, and these classes.
const columnsOf = (data, parts) => {
  const element = made('ol', { class: 'kd-live-columns' });
  element.classList.toggle('kd-live-long', areLong(data));
  let [columns, built] = [[], ''];
  const columnOf = (group) => {
    const marks = parts.map((part) => made('i', { class: `kd-live-${part.as} kd-${part.role}` }));
    const number = made('span', { class: 'kd-live-above', 'aria-hidden': 'true' });
    const unseen = made('span', { class: 'kd-unseen' });
    const plot = made('span', { class: 'kd-live-plot', 'aria-hidden': 'true' }, ...marks);
    const { short: name, long } = groupName(data, group);
    const item = made('li', { title: name === long ? null : long }, number, plot, made('b', { 'aria-hidden': 'true' }, name), unseen);
    return { item, number, unseen, marks, name: long };
  };
  const each = (scores, visit) => {
    const groups = groupsOf(scores);
    if (built !== groups.join(';')) {
      built = groups.join(';');
      columns = groups.map(columnOf);
      element.style.setProperty('--columns', groups.length);
      element.replaceChildren(...columns.map(({ item }) => item));
    }
    columns.forEach((column, at) => visit(column, (numbers) => sum(groups[at].map((one) => numbers[one])), groups[at]));
  };
  return { element, each };
};

const probabilityRows = ({ models, classes }, { T }) =>
  models.flatMap(({ role, logits }) =>
    softmax(logits, T).map((probability, at) => ({ role, class: classes[at], logit: logits[at], probability })),
  );

// Probabilities at T: the first model's as bars with their numbers, the others' as marks.
const softTargets = (data) => {
  const figure = figureOf(data.title, data.models);
  const plot = made('div', { class: 'kd-live-field' });
  const parts = data.models.map(({ role }, at) => ({ role, as: at ? `mark kd-live-${role}` : 'bar' }));
  const columns = columnsOf(data, parts);
  plot.classList.toggle('kd-live-long', areLong(data));
  figure.element.append(plot);
  let log;
  return {
    element: figure.element,
    rows: (values) => probabilityRows(data, values),
    draw: (values) => {
      if (log !== Boolean(values.log)) {
        log = Boolean(values.log);
        const ticks = log
          ? [0, 1, 2, 3, 4, 5, 6].map((power) => [1 - power / 6, plain(100 / 10 ** power)])
          : [0, 0.25, 0.5, 0.75, 1].map((share) => [share, plain(100 * share)]);
        plot.replaceChildren(gridOf(ticks), columns.element);
      }
      const height = (p) => (log ? Math.max(0, 1 - Math.log(Math.max(p, SMALLEST)) / Math.log(SMALLEST)) : p);
      const all = data.models.map(({ logits }) => softmax(logits, values.T));
      columns.each(data.models.map(({ logits }) => logSoftmax(logits)), ({ number, unseen, marks, name }, of) => {
        const shares = all.map(of);
        say(number, short(shares[0]));
        marks.forEach((mark, at) => mark.style.setProperty('--at', height(shares[at]).toFixed(4)));
        say(unseen, `${name}: ${data.models.map((model, at) => `${model.name} ${percent(shares[at])}`).join(', ')}`);
      });
    },
  };
};

// The pull on each logit: the label's and the teacher's part on top of each other, and a line for both together.
const pulls = (data) => {
  const [labels, teacher, both] = data.parts;
  const figure = figureOf(data.title, data.parts);
  const parts = [labels, teacher].map(({ role }) => ({ role, as: 'part' }));
  const columns = columnsOf(data, [...parts, { role: 'total', as: 'line' }]);
  const plot = made('div', { class: 'kd-live-field kd-live-signed' });
  plot.classList.toggle('kd-live-long', areLong(data));
  figure.element.append(plot);
  let limit;
  return {
    element: figure.element,
    rows: (values) => {
      const gradient = gradientAt(data, values, values.T);
      const own = { labels: gradient.labels.map((part) => -part), teacher: gradient.teacher.map((part) => -part) };
      const all = { ...own, total: own.labels.map((part, at) => part + own.teacher[at]) };
      return Object.entries(all).flatMap(([role, each]) => each.map((pull, at) => ({ role, class: data.classes[at], pull })));
    },
    draw: (values) => {
      const wanted = pullLimit(data, values);
      if (limit !== wanted) {
        limit = wanted;
        const ticks = [-1, -0.5, 0, 0.5, 1].map((part) => [(part + 1) / 2, signedTick(part * limit)]);
        plot.replaceChildren(gridOf(ticks), columns.element);
      }
      const gradient = gradientAt(data, values, values.T);
      const place = (pull) => Math.min(1, Math.max(-1, pull / limit));
      const { student, meant } = values;
      const likely = [data.teacher, data.students[student]].map((logits) => logSoftmax(logits));
      const label = likely[0].map((_, at) => (at === labelOf(data, meant) ? Infinity : -Infinity));
      columns.each([...likely, label], ({ number, unseen, marks, name }, of) => {
        const own = [-of(gradient.labels), -of(gradient.teacher)];
        const total = own[0] + own[1];
        const sameWay = own[0] * own[1] > 0;
        bar(marks[0], 0, place(own[0]));
        bar(marks[1], sameWay ? place(own[0]) : 0, place(sameWay ? total : own[1]));
        marks[2].style.setProperty('--at', place(total).toFixed(4));
        say(number, signed(total));
        const said = [total, ...own].map((pull, at) => `${[both, labels, teacher][at].name} ${signed(pull)}`);
        say(unseen, `${name}: ${said.join(', ')}`);
      });
    },
  };
};

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

const bar = (element, from, to) => {
  element.style.setProperty('--from', Math.min(from, to).toFixed(4));
  element.style.setProperty('--to', Math.max(from, to).toFixed(4));
};

const signedTick = (number) => (number ? `${number < 0 ? '−' : '+'}${plain(Math.abs(number))}` : '0');

// The label of a picture that has none is what a person says it is, or what the teacher says.
const labelOf = ({ label, teacher }, meant) => label ?? (Number.isInteger(Number(meant)) ? Number(meant) : highest(teacher));

const gradientAt = (data, { student, alpha, squared, meant }, temperature) =>
  lossGradient(labelOf(data, meant), data.students[student], data.teacher, alpha, temperature, squared);

// Where the axis of pulls ends, so that bars can be compared while T moves: at a
// round number that fits every T with T², and T ≥ 1 without; below, the teacher's part is drawn up to the end.
const pullLimit = (data, values) => {
  let largest = 1e-6;
  for (const temperature of data.grid) {
    for (const squared of temperature < 1 ? [true] : [true, false]) {
      const { labels, teacher } = gradientAt(data, { ...values, squared }, temperature);
      const total = labels.map((part, at) => part + teacher[at]);
      for (const part of [labels, teacher, total]) largest = Math.max(largest, ...part.map(Math.abs));
    }
  }
  const power = 10 ** Math.floor(Math.log10(largest));
  return ROUND.map((factor) => Number((factor * power).toPrecision(3))).find((end) => end >= largest);
};
