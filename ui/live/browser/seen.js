// The picture that the models see, and what they answer to it: the source of the logits of all figures of its channel.

const networks = new Map();
let answersGiven = 0;

const networkAt = (address) => {
  if (!networks.has(address)) {
    const file = fetch(address).then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)));
    networks.set(address, file.then(unpacked));
    file.catch(() => networks.delete(address));
  }
  return networks.get(address);
};

const seen = (data, publish) => {
  const element = made('img', { class: 'kd-pixels', alt: data.title });
  const paper = made('canvas', { width: FIELD, height: FIELD }).getContext('2d', { willReadFrequently: true });
  const models = Object.keys(data.networks);
  let [isClosed, engine] = [false, null];
  const paint = (picture) => {
    const image = paper.createImageData(FIELD, FIELD);
    picture.forEach((level, at) => image.data.set([...Array(3).fill(Math.round(255 * level)), 255], 4 * at));
    paper.putImageData(image, 0, 0);
    element.src = paper.canvas.toDataURL();
  };
  const answer = (picture, byPen) => {
    paint(picture);
    const logits = models.map((model, at) => [model, logitsOf(engine[at], picture)]);
    publish({ answered: { logits: Object.fromEntries(logits), byPen, number: (answersGiven += 1) } });
  };
  // A stroke may be taken back before the server has heard of it: then the server has nothing new to say.
  const draw = (levels) => {
    if (engine && !boxOf(levels, 0)) answer(data.picture, false);
    const picture = engine && prepared(levels, data.pen);
    if (picture) answer(picture, true);
  };
  paint(data.picture);
  const stop = data.canvas ? followPen(data.canvas, draw) : () => {};
  Promise.all(Object.values(data.networks).map(networkAt)).then((all) => {
    if (isClosed) return;
    engine = all;
    answer(data.picture, false);
  }, () => {}); // then the server answers
  return {
    element,
    draw: () => {},
    close: () => {
      isClosed = true;
      stop();
      publish({ answered: undefined });
    },
  };
};

// A figure's data with the logits of the picture that is seen now. What a pen draws has no label.
const settled = (given, answered) => {
  const now = (role, logits) => answered?.logits[role] ?? logits;
  const { models, students, teacher, logits, label, of } = given;
  const changed = {};
  if (models) changed.models = models.map((model) => ({ ...model, logits: now(model.role, model.logits) }));
  if (students) changed.students = Object.fromEntries(Object.entries(students).map(([role, own]) => [role, now(role, own)]));
  if (teacher) changed.teacher = now('teacher', teacher);
  if (of === 'softTarget') changed.logits = now('teacher', logits);
  if (label !== undefined) changed.label = answered?.byPen ? null : label;
  return { ...given, ...changed };
};
