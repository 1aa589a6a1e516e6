// Lines against T or against time, with a rule and a mark on each line at what is shown.

const ROOM = { left: 52, right: 16, top: 12, bottom: 44 };

const SHAPES = {
  teacher: 'M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0',
  distilled: 'M-5 -5h10v10h-10z',
  scratch: 'M0 -6L6 5H-6z',
  labels: 'M0 -6.5L6.5 0L0 6.5L-6.5 0z',
};

const DASHES = { scratch: '6 4', labels: '2 3', teacher_without_t2: '6 4' };

const AXES = {
  log: (from, to) => (value) => Math.log(Math.min(to, Math.max(from, value)) / from) / Math.log(to / from),
  linear: (from, to) => (value) => (Math.min(to, Math.max(from, value)) - from) / (to - from),
};

// data.x and data.y: { scale, from, to, ticks: [[value, text]], title }; data.says: a line in a sentence, in general and
// where it is level. lines(values) → [{ xs, ys }], one for each of data.models; here(values) → { x, ys }; number(y) → the
// text beside a model's name; place(x) → the text of a place; row(model, x, y) → what is saved of a point.
const curves = (data, { lines, here, number, row, place: placed = plain, follows = () => '' }) => {
  const figure = figureOf(data.title, data.models, true);
  const svg = drawn('svg', { class: 'kd-live-svg', role: 'img', 'aria-label': data.title });
  const [across, up] = [data.x, data.y].map(({ scale, from, to }) => AXES[scale](from, to));
  const unseen = made('p', { class: 'kd-unseen' });
  figure.element.append(svg, unseen);
  if (data.note) figure.element.append(made('p', { class: 'kd-quiet' }, data.note));
  let size = null;
  let last = null;
  let followed = null;
  let moving = [];
  let rule = null;
  let paths = [];
  let ends = [];
  const x = (value) => ROOM.left + across(value) * (size.width - ROOM.left - ROOM.right);
  const y = (value) => size.height - ROOM.bottom - up(value) * (size.height - ROOM.top - ROOM.bottom);

  const frame = () => {
    const [end, ground] = [size.width - ROOM.right, size.height - ROOM.bottom];
    const texts = (ticks, attributes) => ticks.map(([value, text]) => drawn('text', attributes(value), text));
    const grid = data.y.ticks.map(([value]) =>
      drawn('line', { class: 'kd-live-gridline', x1: ROOM.left, x2: end, y1: y(value), y2: y(value) }),
    );
    const room = (end - ROOM.left) / data.x.ticks.length;
    const shown = data.x.ticks.filter((_, at) => at % Math.ceil(34 / room) === 0);
    rule = drawn('line', { class: 'kd-live-rule', y1: ROOM.top, y2: ground });
    paths = data.models.map(({ role, line }) =>
      drawn('path', { class: `kd-live-line kd-${role}`, 'stroke-dasharray': DASHES[line ?? role] }),
    );
    moving = data.models.map(({ role }) => drawn('path', { class: `kd-live-point kd-${role}`, d: SHAPES[role] }));
    svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    svg.replaceChildren(
      ...grid,
      ...texts(data.y.ticks, (value) => ({ x: ROOM.left - 8, y: y(value) + 5, 'text-anchor': 'end' })),
      ...texts(shown, (value) => ({ x: x(value), y: ground + 20, 'text-anchor': 'middle' })),
      drawn('text', { x: (ROOM.left + end) / 2, y: size.height - 4, 'text-anchor': 'middle' }, data.x.title),
      rule, ...paths, ...moving,
    );
    followed = null;
  };

  const draw = (values) => {
    last = values;
    if (!size) return;
    const now = `${values.answered?.number} ${follows(values)}`;
    if (followed !== now) {
      followed = now;
      const all = lines(values);
      ends = all.map(({ xs, ys }) => [xs[0], ys[0], xs.at(-1), ys.at(-1)]);
      all.forEach(({ xs, ys }, at) => {
        const points = xs.map((value, each) => `${x(value).toFixed(1)} ${y(ys[each]).toFixed(1)}`);
        paths[at].setAttribute('d', `M${points.join('L')}`);
        paths[at].style.display = ys.some((value) => value > 0) ? '' : 'none';
      });
    }
    const at = here(values);
    const place = x(at.x).toFixed(1);
    set(rule, 'x1', place);
    set(rule, 'x2', place);
    at.ys.forEach((value, each) => {
      set(moving[each], 'transform', `translate(${place} ${y(value).toFixed(1)})`);
      moving[each].style.display = value > 0 ? '' : 'none';
      say(figure.numbers[each], number(value));
    });
    say(unseen, told(at));
  };

  const told = (at) =>
    ends.flatMap(([start, first, end, last], each) => {
      if (!first && !last) return [];
      const [value, low, high] = [at.ys[each], first, last].map(number);
      const sentence = (value === low && value === high && data.says.level) || data.says.along;
      const { name } = data.models[each];
      return [filled(sentence, { name, value, here: placed(at.x), low, lowest: placed(start), high, highest: placed(end) })];
    }).join(' ');

  const watch = new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width) return;
    size = { width: contentRect.width, height: contentRect.height };
    frame();
    if (last) draw(last);
  });
  watch.observe(svg);
  const rows = (values) => {
    const at = here(values);
    return lines(values).flatMap(({ xs, ys }, each) => {
      const points = xs.map((value, index) => [value, ys[index]]);
      if (!xs.includes(at.x)) points.push([at.x, at.ys[each]]);
      return points.map(([value, y]) => ({ ...row(data.models[each], value, y), here: value === at.x }));
    });
  };
  return { element: figure.element, draw, rows, close: () => watch.disconnect() };
};

const entropies = (data) => {
  const of = ({ logits }, temperature) => entropyBits(softmax(logits, temperature));
  return curves(data, {
    lines: () => data.models.map((model) => ({ xs: data.grid, ys: data.grid.map((t) => of(model, t)) })),
    here: ({ T }) => ({ x: T, ys: data.models.map((model) => of(model, T)) }),
    number: (bits) => numeral(bits.toFixed(2)),
    row: ({ role }, temperature, bits) => ({ role, temperature, entropy_bits: bits }),
  });
};

// How strongly label and teacher pull, with T² and without. Without it the teacher's part fades as 1/T²; with it, that
// part stays of the same order, so α keeps its meaning (Hinton et al. 2015, section 2).
const strengths = (data) => {
  const at = (values, temperature) => {
    const { labels, teacher } = gradientAt(data, { ...values, squared: true }, temperature);
    return [lengthOf(labels), lengthOf(teacher), lengthOf(teacher) / temperature ** 2];
  };
  return curves(data, {
    lines: (values) => {
      const all = data.grid.map((temperature) => at(values, temperature));
      return data.models.map((_, part) => ({ xs: data.grid, ys: all.map((each) => each[part]) }));
    },
    here: (values) => ({ x: values.T, ys: at(values, values.T) }),
    number: (strength) => plain(Number(strength.toPrecision(2))),
    row: ({ role, line = role }, temperature, strength) => ({ role, part: line, temperature, strength }),
    follows: ({ student, alpha, meant }) => `${student} ${alpha} ${meant}`,
  });
};

const course = (data) =>
  curves(data, {
    lines: () => data.models.map(({ ys }) => ({ xs: ys.map((_, at) => at), ys })),
    here: ({ point }) => ({ x: point, ys: data.models.map(({ ys }) => ys[point]) }),
    number: exactly,
    place: (at) => data.x.ticks[at][1],
    row: ({ role }, at, share) => ({ role, point: data.x.ticks[at][1], [data.measure]: share }),
  });
