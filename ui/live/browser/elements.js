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

// A sentence in which each term can be tapped where it first stands, as in ui/shared/terms.py. terms: [forms, meaning].
const explain = (element, text, terms) => {
  if (element.explained === text) return;
  element.explained = text;
  const found = terms.flatMap(([forms, meaning]) => {
    const either = forms.replace(/[.*+?^${}()[\]\\]/g, '\\$&');
    const place = text.match(new RegExp(`(?<![\\p{L}\\p{N}])(?:${either})(?![\\p{L}\\p{N}])`, 'u'));
    return place ? [{ at: place.index, term: place[0], means: made('span', { popover: '', class: 'kd-explains' }, meaning) }] : [];
  }).sort((one, other) => one.at - other.at);
  let last = 0;
  const words = found.flatMap(({ at, term, means }) => {
    const [before, opening] = text.slice(last, at).split(/(\($)/);
    const button = made('button', { type: 'button', class: 'kd-term' }, term);
    button.popoverTargetElement = means;
    last = at + term.length;
    return [before, opening ? made('span', { class: 'kd-glued' }, opening, button) : button];
  });
  element.replaceChildren(...words, text.slice(last), ...found.map(({ means }) => means));
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
