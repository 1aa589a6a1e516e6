// What the included study knows at the setting on the controls, and whether the run shown is of that setting. Numbers
// and words come with the controls, as values.facts; nothing is asked while one moves.

const AXES_KNOWN = ['train_size', 'alpha', 'temperature', 'temperature_squared'];

const pairOf = (pairs, value) => pairs.find(([stop]) => stop === value)?.[1];

// A number with a minus sign, and the decimals that mean something of an interval: one, or two where it is narrow.
const decimalsOf = (low, high) => (high - low >= 1 && Math.min(Math.abs(low), Math.abs(high)) >= 0.05 ? 1 : 2);

const points = (number, digits) => {
  const text = Math.abs(number).toFixed(digits);
  return `${number < 0 && Number(text) ? '−' : ''}${numeral(text)}`;
};

const gain = (number, digits) => (Number(number.toFixed(digits)) > 0 ? `+${points(number, digits)}` : points(number, digits));

const wordsOf = (name, value, words) => filled(words[name], { value: numeral(String(value).replace(/\B(?=(\d{3})+$)/g, ',')) });

const cellOf = ({ axes, cells }, at) => cells[AXES_KNOWN.reduce((index, name, each) => index * axes[name].length + at[each], 0)];

// { mean, low, high, scratch, at, away } of the nearest cell, or { why } where the study knows nothing.
const knownAt = (values) => {
  const { facts } = values;
  if (!facts) return { why: '' };
  if (facts.why) return { why: facts.why };
  const at = AXES_KNOWN.map((name) => pairOf(facts.places[name], values[name]) ?? null);
  const far = AXES_KNOWN.find((_, each) => at[each] === null);
  const outside = (what) => ({ why: filled(facts.says.outside, { what }) });
  if (far) return outside(wordsOf(far, values[far], facts.words));
  const epochs = pairOf(facts.unlike, values.train_size);
  if (epochs) return outside(epochs);
  const [mean, low, high, scratch] = cellOf(facts, at);
  const away = AXES_KNOWN.filter((name, each) => facts.axes[name][at[each]] !== values[name])
    .map((name) => wordsOf(name, facts.axes[name][at[AXES_KNOWN.indexOf(name)]], facts.words));
  return { mean, low, high, scratch, at, away: away.join(', ') };
};

const knownWords = (found, { says, seeds }) => {
  const digits = decimalsOf(found.low, found.high);
  return filled(found.away ? says.near : says.here, {
    points: gain(found.mean, digits), low: points(found.low, digits), high: points(found.high, digits), seeds, cell: found.away,
  });
};

// Whether a run has exactly the setting on the controls. run: its four values, its epochs, and the name of all the rest.
const isOf = (run, values) =>
  !values.facts
  || (AXES_KNOWN.every((name) => run.setting[name] === values[name])
    && run.others === values.facts.others
    && run.epochs === pairOf(values.facts.epochs, values.train_size));

// The headline: the verdict on the run shown if it is of the setting on the controls, else what is known there.
const headline = (data, _publish, channel) => {
  const said = made('p', { class: 'kd-verdict', role: 'status', 'aria-live': 'off' });
  const [note, below] = [made('p', { class: 'kd-quiet' }), made('p', { class: 'kd-quiet' })];
  const element = made('div', { class: 'kd kd-head' }, said, note, below);
  if (data.progress) {
    const [value, name] = data.progress;
    element.append(made('progress', { value, max: 1, 'aria-label': name }));
  }
  const draw = (values) => {
    const found = knownAt(values);
    const knows = found.why ?? knownWords(found, values.facts);
    const own = isOf(data, values);
    const verdict = own && !values.moving && data.verdict;
    element.classList.toggle('kd-other', !own);
    explain(said, verdict || knows || data.doing, data.terms);
    explain(note, verdict ? data.note : own ? (knows && data.doing) || data.note : data.still, data.settingTerms);
    explain(below, own ? data.below : '', data.settingTerms);
  };
  // Aloud: once where each part of a run begins, and its verdict, but not every epoch or every repeat that comes.
  const news = () => {
    if (channel.told === data.part) return '';
    channel.told = data.part;
    return data.verdict || data.doing;
  };
  return { element, draw, says: () => said.explained, news };
};

// The map: images across, T up, at the α and T² of the controls; colour is the gain, the ring is where one is. A cell
// that is touched moves the controls there.
const knownMap = (data, _publish, channel) => {
  const { element } = figureOf(data.title);
  const table = made('div', { class: 'kd-live-known', role: 'img' });
  element.append(table);
  let cells = null;
  const build = ({ axes }) => {
    const [images, temperatures] = [axes.train_size, [...axes.temperature].reverse()];
    cells = temperatures.map((T) => images.map((size) => {
      const cell = made('i');
      cell.addEventListener('click', () => channel.move({ train_size: size, temperature: T }));
      return { T, size, element: cell };
    }));
    const head = (text) => made('b', {}, text);
    table.style.setProperty('--across', images.length);
    table.replaceChildren(
      ...cells.flatMap((row) => [head(plain(row[0].T)), ...row.map((cell) => cell.element)]),
      head('T'), ...images.map((size) => head(size < 1000 ? size : `${size / 1000}k`)),
    );
  };
  let built = null;
  const draw = (values) => {
    const { facts } = values;
    if (!facts) return;
    if (built !== facts.cells) build(facts);
    built = facts.cells;
    const found = knownAt(values);
    element.classList.toggle('kd-other', Boolean(found.why));
    set(table, 'aria-label', found.why ?? `${data.title}. ${knownWords(found, facts)}`);
    if (found.why) {
      for (const cell of cells.flat()) cell.element.className = '';
      return;
    }
    const [, alpha, , squared] = found.at;
    cells.flat().forEach(({ T, size, element: cell }) => {
      const at = [facts.axes.train_size.indexOf(size), alpha, facts.axes.temperature.indexOf(T), squared];
      const [mean, low, high] = cellOf(facts, at);
      const digits = decimalsOf(low, high);
      const here = at.every((place, each) => place === found.at[each]);
      set(cell, 'class', `${mean < 0 ? 'kd-hurts' : 'kd-helps'}${here ? ' kd-live-here' : ''}`);
      cell.style.setProperty('--share', Math.min(1, Math.abs(mean) / data.most).toFixed(3));
      set(cell, 'title', filled(data.says, {
        images: wordsOf('train_size', size, facts.words), T, points: gain(mean, digits), low: points(low, digits), high: points(high, digits),
      }));
    });
  };
  return { element, draw };
};
