// Elements of the page. What they say is always text, never markup.

const made = (tag, attributes = {}, ...content) => filledIn(document.createElement(tag), attributes, content);

const drawn = (tag, attributes = {}, ...content) =>
  filledIn(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, content);

const filledIn = (element, attributes, content) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...content);
  return element;
};

// Change a text or an attribute only if it is another one: a frame has little time.
const say = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

const set = (element, name, value) => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
};

// A model's name with its mark, as ui.shared.markup.role makes it.
const roleOf = (role, name) => made('span', { class: `kd-role kd-${role}` }, name);

// A figure with its title, and the models in it, each with a place for a number if asked for.
const figureOf = (title, models = [], numbered = false) => {
  const numbers = numbered ? models.map(() => made('span', { class: 'kd-live-number' })) : [];
  const legend = models.map(({ role, name }, at) =>
    made('li', { class: `kd-live-of-${role}` }, roleOf(role, name), numbers[at] ?? ''),
  );
  const element = made('figure', { class: 'kd-live-figure' }, made('figcaption', {}, title));
  if (models.length) element.append(made('ul', { class: 'kd-live-legend' }, ...legend));
  return { element, numbers };
};
