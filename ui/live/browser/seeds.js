// Seeds added one by one: each one's gain, the mean so far, and the interval of the last verdict. Every number comes
// with the data.

// An SVG that is painted anew with its size and the values of the controls.
const painted = (figure, title, paint) => {
  const svg = drawn('svg', { class: 'kd-live-svg', role: 'img', 'aria-label': title });
  figure.element.append(svg);
  let size = null;
  let last = null;
  const draw = (values) => {
    last = values;
    if (size) svg.replaceChildren(...paint(size, values));
  };
  const watch = new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width) return;
    size = { width: contentRect.width, height: contentRect.height };
    svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    if (last) draw(last);
  });
  watch.observe(svg);
  return { element: figure.element, draw, close: () => watch.disconnect() };
};

const seedRows = (data, { point, order }) =>
  data.orders[order].map(({ seed, code, own, mean, low, high }, at) => ({
    number: at + 1, seed, own, says: code, difference: mean, low, high, added: at <= point, here: at === point,
  }));

// Grid and ticks of an axis of gains, the numbers of seeds below, and where something is drawn.
const seedsFrame = (data, { width, height }) => {
  const [end, ground] = [width - ROOM.right, height - ROOM.bottom];
  const up = AXES.linear(data.y.from, data.y.to);
  const y = (value) => ground - up(value) * (ground - ROOM.top);
  const room = (end - ROOM.left) / data.seeds;
  const x = (number) => ROOM.left + (number - 0.5) * room;
  const lines = data.y.ticks.map(([value]) =>
    drawn('line', {
      class: value ? 'kd-live-gridline' : 'kd-live-zero', x1: ROOM.left, x2: end, y1: y(value), y2: y(value),
    }),
  );
  const texts = data.y.ticks.map(([value, text]) =>
    drawn('text', { x: ROOM.left - 8, y: y(value) + 5, 'text-anchor': 'end' }, text),
  );
  const numbers = Array.from({ length: data.seeds }, (_, at) =>
    drawn('text', { x: x(at + 1), y: ground + 20, 'text-anchor': 'middle' }, String(at + 1)),
  );
  const title = drawn(
    'text', { x: (ROOM.left + end) / 2, y: height - 4, 'text-anchor': 'middle' }, data.xTitle,
  );
  return { x, y, room, back: [...lines, ...texts, ...numbers, title] };
};

const seeds = (data) => ({
  rows: (values) => seedRows(data, values),
  ...painted(figureOf(data.title, data.models), data.title, (size, { point, order }) => {
    const { x, y, room, back } = seedsFrame(data, size);
    const known = data.orders[order].slice(0, point + 1).map((step, at) => ({ ...step, number: at + 1 }));
    const here = known.at(-1);
    const several = known.filter(({ low }) => low !== null);
    const place = (number, value) => `${x(number).toFixed(1)} ${y(value).toFixed(1)}`;
    const line = (points) => `M${points.join('L')}`;
    const parts = [];
    if (several.length > 1) {
      const edge = [
        ...several.map(({ number, high }) => place(number, high)),
        ...[...several].reverse().map(({ number, low }) => place(number, low)),
      ];
      parts.push(drawn('path', { class: 'kd-live-band kd-distilled', d: `${line(edge)}Z` }));
    }
    const means = known.map(({ number, mean }) => place(number, mean));
    parts.push(drawn('path', { class: 'kd-live-mean-line kd-distilled', d: line(means) }));
    if (here.low !== null) {
      const within = (value) => value >= data.y.from && value <= data.y.to;
      const cap = (value) => `M${x(here.number) - 8} ${y(value)}h16`;
      const caps = [here.low, here.high].filter(within).map(cap).join('');
      const d = `M${place(here.number, here.low)}L${place(here.number, here.high)}${caps}`;
      parts.push(drawn('path', { class: 'kd-live-line kd-distilled', d }));
    }
    const aside = here.number > 1 ? Math.min(room / 4, 14) : 0;
    const dots = known.map(({ number, own, role, words }) => {
      const cx = x(number) + (number === here.number ? aside : 0);
      const dot = drawn('circle', { class: `kd-live-alone kd-${role}`, cx, cy: y(own), r: 6 });
      dot.append(drawn('title', {}, words));
      return dot;
    });
    const mean = here.number > 1 ? [drawn('path', {
      class: 'kd-live-point kd-distilled', d: 'M-7 -7h14v14h-14z', transform: `translate(${place(here.number, here.mean)})`,
    })] : [];
    return [...back, ...parts, ...dots, ...mean];
  }),
});
