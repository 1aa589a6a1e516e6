// Controls of the browser's own: each is { element, show(value) } and calls moved(value) while it moves, and
// released() once it is let go.

let controlsMade = 0;

const SCALES = {
  log: { place: Math.log10, value: (place) => Number((10 ** place).toPrecision(2)), step: 'any' },
  linear: { place: (value) => value, value: (place) => place },
};

// Stops that stand equally far from each other, whatever their values.
const stepped = (stops) => ({ place: (value) => stops.indexOf(value), value: (place) => stops[place], step: 1 });

const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 1, PageDown: -1 };

// Keys pressed one after another are one move over stops, in milliseconds: what follows may be a training.
const KEY_PAUSE = 300;

// The stop next to a value, upwards (1) or downwards (−1); the last one at the end.
const nextStop = (stops, value, direction) => {
  const beyond = stops.filter((stop) => direction * (stop - value) > 1e-9);
  if (!beyond.length) return value;
  return direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
};

const labelled = (spec, id, input, field = input, value = '') => {
  const label = made('label', { for: id }, spec.label);
  const head = made('div', { class: 'kd-live-head' }, label, value);
  const element = made('div', { class: `kd-live-control kd-live-${spec.kind}`, title: spec.help }, head, field);
  if (spec.help) {
    const help = made('span', { popover: '', class: 'kd-explains', id: `${id}-help` }, spec.help);
    label.after(made('button', { type: 'button', class: 'kd-live-help', popovertarget: help.id, 'aria-label': `${spec.label}: ?` }, '?'));
    element.append(help);
    input.setAttribute('aria-describedby', help.id);
  }
  return element;
};

// A control that makes no difference rests, and says why under it, once for several.
const resting = (element, input) => {
  const why = made('p', { class: 'kd-quiet kd-live-why' });
  return (words, aloud) => {
    input.disabled = Boolean(words);
    for (const button of element.querySelectorAll('.kd-live-play')) button.disabled = input.disabled;
    say(why, words);
    if (words && aloud) element.append(why);
    else why.remove();
  };
};

const CONTROLS = {
  range: (spec, moved, released) => {
    const id = `kd-live-${(controlsMade += 1)}`;
    const scale = SCALES[spec.scale] ?? stepped(spec.stops);
    const [first, last] = [scale.place(spec.lowest), scale.place(spec.highest)];
    const input = made('input', {
      type: 'range', id, min: first, max: last, step: scale.step ?? spec.step, autocomplete: 'off',
    });
    const number = made('output', { class: 'kd-live-value', for: id, 'aria-hidden': 'true' });
    const text = (value) => spec.texts?.[scale.place(value)] ?? filled(spec.says, { value: plain(value) });
    const marks = (spec.marks ?? []).map((mark) => {
      const share = (scale.place(mark) - first) / (last - first);
      const element = made('span', { style: `--share: ${share}` }, plain(mark));
      element.addEventListener('click', () => {
        if (input.disabled) return;
        move(mark);
        released();
      });
      return element;
    });
    let value = spec.lowest;
    const show = (to) => {
      value = to;
      input.value = scale.place(to);
      input.style.setProperty('--share', (scale.place(to) - first) / (last - first));
      set(input, 'aria-valuetext', text(to));
      say(number, text(to));
    };
    const move = (to) => {
      show(Math.min(spec.highest, Math.max(spec.lowest, to)));
      moved(value);
    };
    let key = false;
    let waits = null;
    let isNew = false;
    // only what this control has moved: another one may be on its way when this one loses the focus
    const letGo = () => {
      clearTimeout(waits);
      if (isNew) released();
      isNew = false;
    };
    input.addEventListener('input', () => {
      isNew = true;
      move(scale.value(Number(input.value)));
    });
    input.addEventListener('change', () => key || letGo());
    input.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const to = { Home: spec.lowest, End: spec.highest }[event.key];
      if (to === undefined && !KEYS[event.key]) return;
      key = true;
      clearTimeout(waits);
      if (!spec.stops) return;
      const stops = event.key.startsWith('Page') && spec.marks ? spec.marks : spec.stops;
      isNew = true;
      move(to ?? nextStop(stops, value, KEYS[event.key]));
      event.preventDefault();
    });
    for (const end of ['keyup', 'blur', 'pointerup', 'pointercancel']) {
      input.addEventListener(end, () => {
        key = false;
        clearTimeout(waits);
        if (end === 'keyup' && spec.scale === 'stops') waits = setTimeout(letGo, KEY_PAUSE);
        else letGo();
      });
    }
    const track = made('div', { class: marks.length ? 'kd-live-track kd-live-marked' : 'kd-live-track' }, input);
    if (marks.length) track.append(made('div', { class: 'kd-live-marks', 'aria-hidden': 'true' }, ...marks));
    const element = labelled(spec, id, input, track, number);
    if (spec.play) {
      element.classList.add('kd-live-plays');
      element.append(player(spec, () => value, move, released, input));
    }
    return { element, show, rest: resting(element, input) };
  },

  switch: (spec, moved, released) => {
    const id = `kd-live-${(controlsMade += 1)}`;
    const input = made('input', { type: 'checkbox', role: 'switch', id });
    input.addEventListener('change', () => {
      moved(input.checked);
      released();
    });
    const element = labelled(spec, id, input);
    return {
      element,
      rest: resting(element, input),
      show: (value) => {
        input.checked = value;
      },
    };
  },

  choice: (spec, moved, released) => {
    const id = `kd-live-${(controlsMade += 1)}`;
    const options = spec.options.map(({ code, name }) => made('option', { value: code }, name));
    const input = made('select', { id }, ...options);
    input.addEventListener('change', () => {
      moved(input.value);
      released();
    });
    const element = labelled(spec, id, input);
    return {
      element,
      rest: resting(element, input),
      show: (value) => {
        input.value = value;
      },
    };
  },
};

// Play and pause. Where less motion is asked for, each press goes one point further instead.
const player = (spec, at, move, released, input) => {
  const { play, pause, next, seconds } = spec.play;
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const button = made('button', { type: 'button', class: 'kd-live-play' });
  let timer = null;
  const show = () => {
    button.dataset.plays = timer ? 'yes' : 'no';
    say(button, timer ? pause : still.matches ? next : play);
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    show();
  };
  const step = () => {
    if (!button.isConnected) return stop();
    move(at() + 1);
    if (at() === spec.highest && timer) {
      stop();
      released();
    }
    return undefined;
  };
  button.addEventListener('click', () => {
    if (timer || still.matches) {
      if (!timer) move(at() === spec.highest ? spec.lowest : at() + 1);
      stop();
      released();
      return;
    }
    if (at() === spec.highest) move(spec.lowest);
    timer = setInterval(step, 1000 * seconds);
    show();
  });
  for (const taken of ['pointerdown', 'keydown']) input.addEventListener(taken, stop);
  still.addEventListener('change', stop);
  show();
  return button;
};
