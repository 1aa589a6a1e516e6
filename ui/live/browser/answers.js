// What models answer at T: a class, how sure of it they are, and a bar for each class. A label is there for
// comparison: it has shares instead of logits, and does not move.

const WORTH_A_NUMBER = 0.01;

// Whether a model reads the picture as its label says, in words; nothing where there is no label.
const judge = (element, best, label, says) => {
  const verdict = best === label ? 'right' : 'wrong';
  element.hidden = label === null;
  set(element, 'class', label === null ? '' : `kd-live-judged kd-live-${verdict}`);
  say(element, label === null ? '' : says[verdict]);
};

// All models of a figure have columns for the same classes, so that they can be compared.
const scoresOf = ({ models }) => models.map(({ logits, shares }) => (logits ? logSoftmax(logits) : shares.map(Math.log)));

const voiceOf = (data, at) => {
  const { role, name, note = '' } = data.models[at];
  const sure = made('p', { class: 'kd-live-sure' });
  const columns = columnsOf(data, [{ role, as: 'bar' }]);
  const head = made('p', { class: 'kd-live-name' }, roleOf(role, name));
  if (note) head.append(made('span', { class: 'kd-live-note' }, note));
  const verdict = made('p', { class: '' });
  const number = made('p', { class: `kd-number ${areLong(data) ? 'kd-live-word' : ''}` });
  const card = made(
    'section', { class: `kd-live-answer kd-${role} ${areLong(data) ? 'kd-live-worded' : ''}`, 'aria-label': name }, head, number, sure, verdict, columns.element,
  );
  const draw = (values) => {
    const { logits, shares } = data.models[at];
    const probabilities = logits ? softmax(logits, values.T) : shares;
    const best = highest(probabilities);
    say(number, data.classes[best]);
    say(sure, percent(probabilities[best]));
    if (logits) judge(verdict, best, data.label ?? null, data.says);
    columns.each(scoresOf(data), ({ item, number: above, unseen, marks, name: of }, added, group) => {
      const [share, isBest] = [added(probabilities), group.includes(best) && group.length === 1];
      item.classList.toggle('kd-live-best', isBest);
      say(above, !isBest && share >= WORTH_A_NUMBER ? short(share) : '');
      say(unseen, `${of}: ${percent(share)}`);
      marks[0].style.setProperty('--at', share.toFixed(4));
    });
  };
  return { card, draw, says: () => `${name} ${number.textContent}, ${sure.textContent}.` };
};

const answers = (data) => {
  const voices = data.models.map((_, at) => voiceOf(data, at));
  return {
    element: made('div', { class: `kd-live-answers kd-live-${data.kind}` }, ...voices.map(({ card }) => card)),
    draw: (values) => voices.forEach(({ draw }) => draw(values)),
    rows: (values) => probabilityRows(data, values),
    says: () => voices.map(({ says }) => says()).join(' '),
  };
};

// Which picture it is, and what the models make of it, in words: who says what, and how far apart.
const opinions = (data) => {
  const [sentence, distances, origin] = ['kd-sentence', 'kd-quiet', 'kd-quiet'].map((each) => made('p', { class: `kd ${each}` }));
  const parts = data.models.length ? [sentence, distances, origin] : [origin];
  return {
    element: made('div', { class: 'kd-live-opinions' }, ...parts),
    draw: ({ answered }) => {
      say(origin, answered?.byPen ? data.byPen : data.origin);
      if (!data.models.length) return;
      const logits = Object.fromEntries(data.models.map((model) => [model.role, model.logits]));
      say(sentence, answersSentence(logits, data));
      say(distances, distancesSentence(logits, data.says));
    },
  };
};
