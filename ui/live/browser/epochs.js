// The accuracies of a run by epoch, thin lines of earlier runs, and at the end of the epochs the ghost of what is known at
// the setting on the controls: scratch's mean accuracy, the distilled student's, and its likely gain.

const STEPS_OF_SHARES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2];
const LABEL_HEIGHT = 19;
const MOST_MARKED = 15;

// Ascending places moved as little apart as `gap` asks, within two ends.
const spread = (places, gap, first, last) => {
  const apart = [];
  for (const place of places) apart.push(Math.max(place, first, (apart.at(-1) ?? -Infinity) + gap));
  let floor = last;
  for (let at = apart.length - 1; at >= 0; at -= 1) {
    apart[at] = Math.min(apart[at], floor);
    floor = apart[at] - gap;
  }
  return apart;
};

// What is known as shares: scratch, distilled, and where the distilled student ends if its gain is at either end.
const ghostOf = (values) => {
  const found = knownAt(values);
  if (found.mean === undefined) return null;
  const [scratch, distilled, low, high] = [0, found.mean, found.low, found.high].map((gained) => (found.scratch + gained) / 100);
  return { scratch, distilled, low, high, words: knownWords(found, values.facts) };
};

const epochs = (data) => {
  const figure = figureOf(data.title);
  const axis = made('span', { class: 'kd-live-axis-from' });
  const unseen = made('p', { class: 'kd-unseen' });
  figure.element.firstChild.append(' ', axis);
  figure.element.append(unseen);
  const nameOf = (role) => data.names[role];

  const paint = ({ width, height }, values) => {
    const [own, ghost] = [isOf(data, values), ghostOf(values)];
    const isNarrow = width < 480;
    const large = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    const room = { ...ROOM, left: 8 + 44 * large, right: 30 + (isNarrow ? 66 : 128) * large };
    const [end, ground] = [width - room.right, height - room.bottom];
    const shares = [...data.lines, ...data.earlier].flatMap(({ points: all }) => all.map(([, share]) => share));
    const lowest = Math.min(...shares, ...(ghost ? [ghost.scratch, ghost.low] : []), ...(shares.length ? [] : [data.before]));
    const from = data.starts.find((start) => start <= lowest) ?? 0;
    say(axis, from ? filled(data.says.from, { from: plain(100 * from) }) : '');
    const [across, up] = [AXES.linear(1, data.last), AXES.linear(from, 1)];
    const x = (epoch) => room.left + across(epoch) * (end - room.left);
    const y = (share) => ground - up(share) * (ground - room.top);
    const step = STEPS_OF_SHARES.find((each) => (1 - from) / each <= 6.01);
    const ticks = Array.from({ length: Math.round((1 - from) / step) + 1 }, (_, at) => from + at * step);
    const grid = ticks.flatMap((share) => [
      drawn('line', { class: 'kd-live-gridline', x1: room.left, x2: end, y1: y(share), y2: y(share) }),
      drawn('text', { x: room.left - 8, y: y(share) + 5, 'text-anchor': 'end' }, `${plain(100 * share)}\u00a0%`),
    ]);
    const every = Math.max(1, Math.ceil(data.last / Math.min(12, (end - room.left) / (40 * large))));
    const isTick = (epoch) => epoch === 1 || epoch === data.last || (epoch % every === 0 && epoch <= data.last - every / 2);
    const numbers = Array.from({ length: data.last }, (_, at) => at + 1).filter(isTick);
    const below = numbers.map((epoch) => drawn('text', { x: x(epoch), y: ground + 20, 'text-anchor': 'middle' }, epoch));
    const title = drawn('text', { x: (room.left + end) / 2, y: height - 4, 'text-anchor': 'middle' }, data.xTitle);

    const lineOf = ({ role, points: all }, look) => drawn('path', {
      class: `kd-live-line kd-${role} ${look}`, 'stroke-dasharray': DASHES[role],
      d: `M${all.map(([epoch, share]) => `${x(epoch).toFixed(1)} ${y(share).toFixed(1)}`).join('L')}`,
    });
    const marksOf = ({ role, name, level, points: all }, look) => (level ? [] : all).map(([epoch, share, training]) => {
      const marked = all.length <= MOST_MARKED && !look;
      const said = { name, epoch, value: exactly(share), training: training === null ? '–' : exactly(training) };
      return drawn(
        'path', { class: `kd-live-point kd-${role} ${marked ? '' : 'kd-live-hit'}`, d: SHAPES[role], transform: `translate(${x(epoch).toFixed(1)} ${y(share).toFixed(1)})` },
        drawn('title', {}, filled(data.says.point, said)),
      );
    });
    const look = own ? '' : 'kd-live-old';
    const within = data.earlier.map((line) => ({ ...line, points: line.points.filter(([epoch]) => epoch <= data.last) }));
    const old = within.filter((line) => line.points.length).flatMap((line) => [lineOf(line, 'kd-live-thin'), ...marksOf(line, 'thin')]);
    const stays = ({ role }) => own || (role === 'teacher' && data.others === values.facts.others);
    const lines = data.lines.map((line) => lineOf(line, stays(line) ? '' : look));
    const marks = data.lines.flatMap((line) => marksOf(line, look));

    const labels = data.lines.filter(stays).map(({ role, points: all }) => ({ role, share: all.at(-1)[1], text: nameOf(role) }));
    const parts = [];
    if (ghost) {
      const place = end + 16;
      const [top, bottom] = [y(ghost.high), y(ghost.low)];
      const told = drawn('title', {}, ghost.words);
      if (!own || !data.done) {
        parts.push(drawn('rect', { class: 'kd-live-band kd-distilled', x: room.left, y: top, width: end - room.left, height: Math.max(1, bottom - top) }));
        for (const role of ['distilled', 'scratch']) {
          parts.push(drawn('line', { class: `kd-live-level kd-${role}`, x1: room.left, x2: place, y1: y(ghost[role]), y2: y(ghost[role]) }));
        }
        labels.push(...['distilled', 'scratch'].filter((role) => !labels.some((label) => label.role === role)).map((role) => ({ role, share: ghost[role], text: `${nameOf(role)} ≈` })));
      }
      const bar = drawn('path', { class: 'kd-live-likely kd-distilled', d: `M${place - 5} ${top}h10M${place} ${top}V${bottom}M${place - 5} ${bottom}h10` });
      const marked = ['scratch', 'distilled'].map((role) =>
        drawn('path', { class: `kd-live-ghost kd-${role}`, d: SHAPES[role], transform: `translate(${place} ${y(ghost[role]).toFixed(1)})` }),
      );
      parts.push(drawn('g', {}, told, bar, ...marked));
    }
    const before = own ? null : data.lines.find(({ role }) => role === 'distilled');
    if (before) labels.push({ role: 'before', share: before.points.at(-1)[1], text: data.says.before });
    labels.sort((a, b) => b.share - a.share);
    const places = spread(labels.map(({ share }) => y(share)), LABEL_HEIGHT * large, room.top, ground);
    const names = labels.map(({ role, share, text }, at) => drawn(
      'text', { class: `kd-live-label kd-${role}`, x: end + 30, y: places[at] + 5 },
      `${isNarrow ? '' : `${text} `}${exactly(share)}`,
    ));
    say(unseen, `${data.words} ${own ? '' : data.still} ${ghost?.words ?? ''}`.trim());
    return [...grid, ...below, title, ...parts.slice(0, -1), ...old, ...lines, ...marks, ...parts.slice(-1), ...names];
  };

  const rows = (values) => {
    const ghost = ghostOf(values);
    const of = (run) => ({ role, points: all }) => all.map(([epoch, share, training]) =>
      ({ run, model: role, epoch, test_accuracy: share, training_accuracy: training, low: null, high: null }));
    const known = ghost ? ['distilled', 'scratch'].map((role) => ({
      run: data.says.known, model: role, epoch: null, test_accuracy: ghost[role], training_accuracy: null,
      low: role === 'distilled' ? ghost.low : null, high: role === 'distilled' ? ghost.high : null,
    })) : [];
    return [...data.lines.flatMap(of(data.setting_words)), ...data.earlier.flatMap((line) => of(line.run)(line)), ...known];
  };
  return { rows, ...painted(figure, data.title, paint) };
};
