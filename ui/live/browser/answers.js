// What models answer at T: a digit, how sure of it they are, and a bar for each class. A label is there for
// comparison: it has shares instead of logits, and does not move.

const WORTH_A_NUMBER = 0.01;

// Whether a model reads the picture as its label says, in words; nothing where there is no label.
const judged = (best, { label = null, says = {} }) => {
  if (label === null) return '';
  const right = best === label;
  return made('p', { class: `kd-live-judged kd-live-${right ? 'right' : 'wrong'}` }, right ? says.right : says.wrong);
};

const voiceOf = ({ role, name, note = '', logits, shares }, data) => {
  const best = highest(logits ?? shares);
  const sure = made('p', { class: 'kd-live-sure' });
  const { element, columns } = columnsOf(CLASSES, [{ role, as: 'bar' }]);
  columns[best].item.classList.add('kd-live-best');
  const head = made('p', { class: 'kd-live-name' }, roleOf(role, name));
  if (note) head.append(made('span', { class: 'kd-live-note' }, note));
  const verdict = logits ? judged(best, data) : '';
  const number = made('p', { class: 'kd-number' }, String(best));
  const card = made(
    'section', { class: `kd-live-answer kd-${role}`, 'aria-label': name }, head, number, sure, verdict, element,
  );
  const draw = ({ T }) => {
    const probabilities = logits ? softmax(logits, T) : shares;
    say(sure, percent(probabilities[best]));
    columns.forEach(({ number: above, unseen, marks }, digit) => {
      say(above, digit !== best && probabilities[digit] >= WORTH_A_NUMBER ? short(probabilities[digit]) : '');
      say(unseen, `${digit}: ${percent(probabilities[digit])}`);
      marks[0].style.setProperty('--at', probabilities[digit].toFixed(4));
    });
  };
  return { card, draw, says: () => `${name} ${best}, ${sure.textContent}.` };
};

const answers = (data) => {
  const voices = data.models.map((voice) => voiceOf(voice, data));
  return {
    element: made('div', { class: `kd-live-answers kd-live-${data.kind}` }, ...voices.map(({ card }) => card)),
    draw: (values) => voices.forEach(({ draw }) => draw(values)),
    rows: (values) => probabilityRows(data, values),
    says: () => voices.map(({ says }) => says()).join(' '),
  };
};
