// What a model answers at T: its digit, how sure it is, and a bar for each class.

const WORTH_A_NUMBER = 0.01;

const answers = (data) => {
  const cards = data.models.map(({ role, name, logits }) => {
    const best = highest(logits);
    const sure = made('p', { class: 'kd-live-sure' });
    const { element, columns } = columnsOf(CLASSES, [{ role, as: 'bar' }]);
    columns[best].item.classList.add('kd-live-best');
    const head = made('p', {}, roleOf(role, name));
    const number = made('p', { class: 'kd-number' }, String(best));
    const card = made('section', { class: `kd-live-answer kd-${role}`, 'aria-label': name }, head, number, sure, element);
    return { card, name, sure, columns, best, logits };
  });
  const element = made('div', { class: 'kd-live-answers' }, ...cards.map(({ card }) => card));
  return {
    element,
    draw: ({ T }) => {
      for (const { sure, columns, best, logits } of cards) {
        const probabilities = softmax(logits, T);
        say(sure, percent(probabilities[best]));
        columns.forEach(({ number, unseen, marks }, digit) => {
          say(number, digit !== best && probabilities[digit] >= WORTH_A_NUMBER ? short(probabilities[digit]) : '');
          say(unseen, `${digit}: ${percent(probabilities[digit])}`);
          marks[0].style.setProperty('--at', probabilities[digit].toFixed(4));
        });
      }
    },
    says: () => cards.map(({ name, best, sure }) => `${name} ${best}, ${sure.textContent}.`).join(' '),
  };
};
