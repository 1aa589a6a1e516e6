// Numbers and sentences in words, as kd/text has them. Sentences come from the server, in the reader's language,
// with places in braces.

const filled = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name] : place));

const MARKS = {};

// A number that is written with a point, and commas between thousands, as the page's language writes it.
const numeral = (text) => {
  const { lang } = document.documentElement;
  MARKS[lang] ??= Object.fromEntries(
    new Intl.NumberFormat(lang || 'en').formatToParts(1234567.5).map(({ type, value }) => [type, value]),
  );
  return text.replace(/[.,]/g, (mark) => MARKS[lang][mark === '.' ? 'decimal' : 'group']);
};

const percent = (fraction) => {
  if (fraction >= 0.9995 && fraction < 1) return `>\u00a0${numeral('99.9')}\u00a0%`;
  if (fraction > 0 && fraction < 0.0005) return `<\u00a0${numeral('0.1')}\u00a0%`;
  return `${numeral((100 * fraction).toFixed(1))}\u00a0%`;
};

// A share to the hundredth of a percent.
const exactly = (share) => `${numeral((100 * share).toFixed(2))}\u00a0%`;

// A probability in percent, without the sign, short enough to stand above a bar.
const short = (fraction) => {
  const hundredths = 100 * fraction;
  if (hundredths < 0.05) return `< ${numeral('0.1')}`;
  return numeral(hundredths.toFixed(hundredths >= 9.95 ? 0 : 1));
};

const signed = (number) => `${number < 0 ? '−' : '+'}${numeral(Math.abs(number).toFixed(2))}`;

// To six figures, without zeros at the end.
const plain = (number) => numeral(String(Number(number.toPrecision(6))));

const listed = (words, and) =>
  words.length < 2 ? words.join('') : filled(and, { words: words.slice(0, -1).join(', '), last: words.at(-1) });

const WORTH_NAMING = 0.05;
const EQUALLY_HARD = 1.5;
const BEYOND = 1000;
const MOST_NAMED = 3;

// What the teacher says of a picture at a temperature.
const softTargetSentence = (logits, temperature, label, { says, called }) => {
  const target = softmax(logits, temperature);
  const order = target.map((_, at) => at).sort((a, b) => target[b] - target[a] || a - b);
  const named = (at) => `${called[at]} (${percent(target[at])})`;
  const [best, ...rest] = order;
  const others = rest.filter((at) => target[at] >= WORTH_NAMING);
  const names = others.slice(0, MOST_NAMED).map(named);
  if (others.length > MOST_NAMED) names.push(filled(says.more, { count: others.length - MOST_NAMED }));
  const which = others.length ? 'others' : target[best] < 1 ? 'next' : 'alone';
  const sentences = [
    filled(says[which], {
      temperature: plain(temperature),
      digit: called[best],
      share: percent(target[best]),
      others: listed(names, says.and),
      other: rest.length ? named(rest[0]) : '',
    }),
    filled(says.bits, { bits: numeral(entropyBits(target).toFixed(2)) }),
  ];
  if (label !== null && label !== best) sentences.push(filled(says.label, { label: called[label] }));
  return sentences.join(' ');
};

// Whether the label or the teacher pulls harder, and where to.
const pullSentence = (gradient, { says, called }) => {
  const [label, teacher] = [lengthOf(gradient.labels), lengthOf(gradient.teacher)];
  const total = gradient.labels.map((part, at) => part + gradient.teacher[at]);
  const where = { up: called[lowest(total)], down: called[highest(total)] };
  if (!label && !teacher) return says.nothing;
  if (!teacher) return filled(says.label_alone, where);
  if (!label) return filled(says.teacher_alone, where);
  const ratio = Math.max(label, teacher) / Math.min(label, teacher);
  const times = ratio > BEYOND ? says.beyond : numeral(ratio.toFixed(ratio >= 9.95 ? 0 : 1));
  const strength = ratio < EQUALLY_HARD ? 'equal' : teacher > label ? 'teacher_harder' : 'label_harder';
  return `${filled(says[strength], { times })} ${filled(says.together, where)}`;
};

const ALL_BUT_ALIKE = 0.2;

// What a picture's voices show at a temperature: whether the teacher's doubts are heard, and which student has them.
const voicesSentence = (logits, temperature, { says, called }) => {
  const target = softmax(logits.teacher, temperature);
  const order = target.map((_, at) => at).sort((a, b) => target[b] - target[a] || a - b);
  const [best, next] = order;
  const said = {
    temperature: plain(temperature),
    digit: called[best],
    share: percent(target[best]),
    other: called[next],
    other_share: percent(target[next]),
    scratch: called[highest(logits.scratch)],
  };
  if (target[next] < WORTH_NAMING) return filled(says.hidden, said);
  if (target[best] < ALL_BUT_ALIKE) return filled(says.alike, said);
  const away = (student) => divergenceBits(logits.teacher, logits[student], temperature);
  const [distilled, scratch] = [logits.distilled, logits.scratch].map((z) => highest(z) === best);
  const closer = away('distilled') < away('scratch') ? 'distilled' : 'scratch';
  const who = closer === 'distilled' && distilled && !scratch ? 'taught' : closer;
  return `${filled(says.heard, said)} ${filled(says[who], said)}`;
};

const [SURE, RIVAL, LOST] = [0.9, 0.15, 0.25];

// What a model's probabilities amount to: it is sure of a class, hesitates between it and its rivals, leans towards it,
// or is lost.
const opinionOf = (probabilities) => {
  const answer = highest(probabilities);
  const order = probabilities.map((_, at) => at).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
  if (probabilities[answer] >= SURE) return { kind: 'sure', answer, digits: [answer] };
  if (probabilities[answer] < LOST) return { kind: 'lost', answer, digits: [] };
  const digits = order.slice(0, 3).filter((at) => at === answer || probabilities[at] >= RIVAL);
  return { kind: digits.length > 1 ? 'hesitates' : 'leans', answer, digits: digits.sort((a, b) => a - b) };
};

// What three models make of a picture, those that say the same together.
const answersSentence = (logits, { says, called }) => {
  const groups = new Map();
  for (const role of ['teacher', 'distilled', 'scratch']) {
    const opinion = opinionOf(softmax(logits[role]));
    const key = [opinion.kind, opinion.kind === 'lost' || opinion.answer, ...opinion.digits].join();
    groups.set(key, { ...opinion, who: [...(groups.get(key)?.who ?? []), role] });
  }
  const all = [...groups.values()];
  const listedIn = ({ digits }) => listed(digits.map((at) => called[at]), says.and);
  const alike = all.length > 1 && new Set(all.map(({ kind, digits }) => [kind, ...digits].join())).size === 1;
  const clauses = all.map((group) =>
    filled(says.who[group.who.join('+')][alike ? 'says' : group.kind], { digit: called[group.answer], digits: listedIn(group) }));
  if (!alike) clauses[0] = clauses[0][0].toUpperCase() + clauses[0].slice(1);
  const [first, second, third] = clauses;
  return filled(says[alike ? 'undecided' : 'joined'][all.length - 1], { digits: listedIn(all[0]), first, second, third });
};

// How far each student's answer is from its teacher's, in bits.
const distancesSentence = (logits, says) => {
  const away = (student) => divergenceBits(logits.teacher, logits[student]);
  const said = (bits) => (bits < 0.01 ? says.close : filled(says.bits, { value: numeral(bits.toFixed(2)) }));
  return filled(says.distances, { distilled: said(away('distilled')), scratch: said(away('scratch')) });
};
