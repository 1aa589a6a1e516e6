// A map to tap on a phone: a table whose cells are buttons. The cell that was touched last is the state "cell".
const made = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

export default ({ data, parentElement, setStateValue }) => {
  const table = parentElement.querySelector('table');
  const shape = JSON.stringify([data.across, data.up, data.titles]);
  if (table.dataset.shape !== shape) {
    table.dataset.shape = shape;
    const head = (text, scope) => made('th', { textContent: text, scope });
    const buttons = data.up.map((up) => [head(up, 'row'), ...data.across.map(() => made('td', {}, made('button', { type: 'button' })))]);
    table.replaceChildren(
      made('caption', { textContent: data.titles[2] }),
      made('thead', {}, made('tr', {}, head(`${data.titles[1]} ↓ ${data.titles[0]} →`, 'col'), ...data.across.map((each) => head(each, 'col')))),
      made('tbody', {}, ...buttons.map((row) => made('tr', {}, ...row))),
    );
  }
  // the buttons stay, so that whoever goes through them with the keyboard stays where they are
  const choose = (chosen) => table.querySelectorAll('button').forEach((button, at) => {
    button.ariaPressed = String(data.cells[at].name === chosen);
  });
  table.querySelectorAll('button').forEach((button, at) => {
    const { name, gain, share, who, says, kind } = data.cells[at];
    button.className = kind;
    button.style.setProperty('--share', share);
    button.ariaLabel = says;
    button.replaceChildren(made('b', { textContent: gain }), made('span', { textContent: who }));
    button.onclick = () => {
      choose(name);
      setStateValue('cell', name);
    };
  });
  choose(data.chosen);
};
