// A map of cells. On a phone they are buttons, and the one that was touched last is the state "cell"; on the wall they
// are only looked at.
const made = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

export default ({ data, parentElement, setStateValue }) => {
  const table = parentElement.querySelector('table');
  const shape = JSON.stringify([data.across, data.up, data.titles, data.chosen === null]);
  if (table.dataset.shape !== shape) {
    table.dataset.shape = shape;
    table.classList.toggle('kd-wall', data.chosen === null);
    const head = (text, scope) => made('th', { textContent: text, scope });
    const cell = () => made('td', {}, data.chosen === null ? made('div') : made('button', { type: 'button' }));
    const corner = head(`${data.titles[1]} ↓ ${data.titles[0]} →`, 'col');
    table.replaceChildren(
      made('caption', { textContent: data.titles[2] }),
      made('thead', {}, made('tr', {}, corner, ...data.across.map((each) => head(each, 'col')))),
      made('tbody', {}, ...data.up.map((up) => made('tr', {}, head(up, 'row'), ...data.across.map(cell)))),
    );
  }
  // the cells stay, so that whoever goes through them with the keyboard stays where they are
  const cells = table.querySelectorAll('td > *');
  const choose = (chosen) => cells.forEach((element, at) => {
    element.ariaPressed = String(data.cells[at].name === chosen);
  });
  cells.forEach((element, at) => {
    const { name, gain, share, who, says, kind } = data.cells[at];
    element.className = kind;
    element.title = says;
    element.style.setProperty('--share', share);
    element.replaceChildren(made('b', { textContent: gain }), made('span', { textContent: who }));
    if (data.chosen === null) return;
    element.ariaLabel = says;
    element.onclick = () => {
      choose(name);
      setStateValue('cell', name);
    };
  });
  if (data.chosen !== null) choose(data.chosen);
};
