// Controls and figures that answer within a frame. What a control says goes to every figure of its channel at once,
// and to the server when it is let go. A page may place the parts of one channel apart from each other.

// A sentence that has room from the start for whatever it comes to say, so that nothing below it moves.
const sentence = (data) => {
  const element = made('p', { class: 'kd kd-verdict' });
  const said = {
    softTarget: ({ T }) => softTargetSentence(data.logits, T, data.label, data),
    voices: ({ T }) => voicesSentence(data.logits, T, data),
    pull: (values) => pullSentence(gradientAt(data, values, values.T), data),
    point: ({ point }) => data.says[point],
    seeds: ({ point, order }) => data.says[order][point],
  }[data.of];
  let last = null;
  let width = 0;
  const draw = (values) => {
    last = values;
    say(element, said(values));
  };
  const room = () => {
    const all = Array.isArray(data.says) ? data.says : data.of === 'seeds' ? Object.values(data.says).flat() : SAMPLES.map((T) => said({ ...last, T }));
    element.style.minHeight = '';
    const heights = [...new Set(all)].map((text) => {
      say(element, text);
      return element.offsetHeight;
    });
    element.style.minHeight = `${Math.max(...heights)}px`;
    draw(last);
  };
  const watch = new ResizeObserver(() => {
    if (!last || !element.offsetWidth || width === element.offsetWidth) return;
    width = element.offsetWidth;
    room();
  });
  watch.observe(element);
  return { element, draw, says: () => element.textContent, close: () => watch.disconnect() };
};

const SAMPLES = [0.1, 0.5, 1, 2, 4, 8, 16, 30, 60, 99];

const VIEWS = {
  headline, epochs, knownMap, sentence, softTargets, entropies, pulls, strengths, course, confusion, reading, filters,
  answers, voices: answers, scale, seeds, seen, opinions,
};

const channels = new Map();
const parts = new WeakMap();

const channelOf = (name) => {
  if (!channels.has(name)) channels.set(name, { values: {}, given: null, frame: 0, views: new Set() });
  return channels.get(name);
};

// What figures see: the controls' values, and what came with the controls to be known about them.
const known = ({ values, facts, moving }) => (facts ? { ...values, facts, moving } : values);

const redraw = (channel) => {
  channel.frame = 0;
  if (channel.given === null) return; // its controls are still to come
  for (const view of channel.views) {
    view.settle(channel.values.answered);
    view.draw(known(channel));
  }
};

const change = (channel, values) => {
  Object.assign(channel.values, values);
  channel.moving = true;
  channel.frame ||= requestAnimationFrame(() => redraw(channel));
};

const chosen = ({ controls, channel }) =>
  Object.fromEntries(Object.keys(controls).map((name) => [name, channel.values[name]]));

// Of what is told in one task, Streamlit has only the part drawn that told first.
let turn = Promise.resolve();
const inTurn = (tell) => {
  turn = turn.finally(() => new Promise((sent) => {
    tell();
    setTimeout(sent);
  }));
};

const begin = (place, channel) => {
  const part = { controls: {}, views: [], sent: '', channel, built: '' };
  // Streamlit may hand over another function each time.
  part.released = () => {
    const values = chosen(part);
    const text = JSON.stringify(values);
    if (channel.moving) {
      channel.moving = false;
      cancelAnimationFrame(channel.frame);
      redraw(channel);
    }
    if (text === part.sent) return;
    part.sent = text;
    say(place.querySelector('[aria-live=polite]'), [...channel.views].map((view) => view.says?.() ?? '').join(' ').trim());
    const at = Date.now();
    inTurn(() => part.tell('moved', { at, values }));
  };
  return part;
};

// A figure may move the controls of its channel, and lets them go.
const moveTo = (part, wanted) => {
  const values = Object.fromEntries(Object.entries(wanted).filter(([name]) => !part.controls[name].locked));
  change(part.channel, values);
  for (const [name, value] of Object.entries(values)) part.controls[name].show(value);
  part.released();
};

const close = (part) => {
  for (const view of part.views) {
    part.channel.views.delete(view);
    view.close?.();
  }
  part.views = [];
};

const build = (part, place, data) => {
  const controls = JSON.stringify(data.controls);
  if (part.built !== controls) {
    part.built = controls;
    part.controls = {};
    for (const spec of data.controls) {
      const moved = (value) => change(part.channel, { [spec.key]: value });
      const control = CONTROLS[spec.kind](spec, moved, () => part.released());
      control.element.dataset.name = spec.name;
      part.controls[spec.key] = { ...control, locked: spec.locked };
    }
    const elements = Object.values(part.controls).map(({ element }) => element);
    place.querySelector('.kd-live-controls').replaceChildren(...elements);
    if (data.controls.length) part.channel.move = (values) => moveTo(part, values);
  }
  close(part);
  const publish = (values) => change(part.channel, values);
  part.views = data.views.map((given) => {
    const own = settled(given);
    const view = VIEWS[given.kind](own, publish, part.channel);
    view.element.classList.add(`kd-live-${given.size ?? 'whole'}`);
    if (given.file) view.element.append(saver(own, data.save, () => known(part.channel)));
    return { ...view, settle: (answered) => Object.assign(own, settled(given, answered)) };
  });
  for (const view of part.views) part.channel.views.add(view);
  const views = place.querySelector('.kd-live-views');
  views.parentElement.dataset.views = data.views.map(({ kind, size }) => `${kind} ${size ?? ''}`).join(' ');
  views.replaceChildren(...part.views.map(({ element }) => element));
};

const show = (part, place, data) => {
  const { channel } = part;
  if (data.values && channel.given !== data.given) {
    channel.given = data.given;
    channel.values = { answered: channel.values.answered, ...data.values };
    part.sent = JSON.stringify(chosen(part));
  }
  if (data.facts) channel.facts = data.facts;
  let said = '';
  for (const [name, control] of Object.entries(part.controls)) {
    control.show(channel.values[name]);
    const why = control.locked || (data.facts?.rests[name] ?? '');
    control.rest?.(why, why !== said);
    said = why || said;
  }
  redraw(channel);
  const news = part.views.map((view) => view.news?.() ?? '').join('');
  if (news) say(place.querySelector('[aria-live=polite]'), news);
};

// While a menu of a part is open, or what a term means, the part stays as it is.
const update = (part, place, data) => {
  const open = place.querySelector(':popover-open');
  if (open) {
    open.ontoggle = () => update(part, place, data);
    return;
  }
  build(part, place, data);
  show(part, place, data);
};

export default ({ data, parentElement, setStateValue }) => {
  const place = parentElement.querySelector('.kd-live');
  let part = parts.get(place);
  if (!part) {
    part = begin(place, channelOf(data.channel));
    parts.set(place, part);
  }
  part.tell = setStateValue;
  const text = JSON.stringify(data);
  if (part.text !== text) {
    part.text = text;
    update(part, place, data);
  }
  return () => close(part);
};
