// A control that is a chart: a value for each place on its axis, drawn with a finger or a mouse in one stroke, or set
// place by place with the keyboard. Its value is a list of numbers, or null as long as nothing is drawn.

const minus = (number) => plain(number).replace('-', '−');

CONTROLS.curve = (spec, moved, released) => {
  const { x: across, y: up } = spec;
  const id = `kd-live-${(controlsMade += 1)}`;
  const middle = (up.from + up.to) / 2;
  const onStep = (value) => Math.min(up.to, Math.max(up.from, up.from + Math.round((value - up.from) / up.step) * up.step));
  const rounded = (value) => Number(onStep(value).toFixed(6));
  let values = null;
  let size = null;
  const x = (place) => ROOM.left + 14 + place * (size.width - ROOM.left - ROOM.right - 28);
  const y = (value) => size.height - size.bottom - ((value - up.from) / (up.to - up.from)) * (size.height - ROOM.top - size.bottom);
  const svg = drawn('svg', { class: 'kd-live-svg', 'aria-hidden': 'true' });
  const inputs = across.map(({ name }, at) => {
    const input = made('input', {
      type: 'range', class: 'kd-live-place', min: up.from, max: up.to, step: up.step, autocomplete: 'off',
      'aria-label': filled(spec.of, { place: name }), 'aria-describedby': `${id}-help`,
    });
    let key = false;
    input.addEventListener('input', () => change(at, Number(input.value)));
    input.addEventListener('change', () => key || released());
    input.addEventListener('keydown', () => {
      key = true;
    });
    for (const end of ['keyup', 'blur']) {
      input.addEventListener(end, () => {
        key = false;
        paint();
        if (values) released();
      });
    }
    input.addEventListener('focus', () => paint());
    return input;
  });
  const hint = made('p', { class: 'kd-live-hint', 'aria-hidden': 'true' }, spec.hint);
  const field = made('div', { class: 'kd-live-drawn' }, svg, hint, ...inputs);

  const change = (at, value) => {
    const next = (values ?? across.map(() => rounded(middle))).slice();
    next[at] = rounded(value);
    show(next);
    moved(next);
  };
  const paint = () => {
    hint.hidden = Boolean(values);
    across.forEach((_, at) => {
      inputs[at].value = values ? values[at] : middle;
      set(inputs[at], 'aria-valuetext', values ? filled(spec.says, { value: minus(values[at]) }) : spec.nothing);
    });
    if (!size) return;
    const [end, ground] = [size.width - ROOM.right, size.height - size.bottom];
    const grid = up.ticks.map(([value]) => drawn('line', { class: 'kd-live-gridline', x1: ROOM.left, x2: end, y1: y(value), y2: y(value) }));
    const texts = up.ticks.map(([value, text]) => drawn('text', { x: ROOM.left - 8, y: y(value) + 5, 'text-anchor': 'end' }, text));
    let taken = -Infinity;
    const apart = across.filter(({ name, place }) => {
      const half = 0.28 * size.letter * name.length;
      if (x(place) - half < taken + 6) return false;
      taken = x(place) + half;
      return true;
    });
    const names = apart.map(({ name, place }) => drawn('text', { x: x(place), y: ground + 1.4 * size.letter, 'text-anchor': 'middle' }, name));
    const title = drawn('text', { x: (ROOM.left + end) / 2, y: size.height - 4, 'text-anchor': 'middle' }, spec.title);
    const at = (number) => `${x(across[number].place).toFixed(1)} ${y(values ? values[number] : middle).toFixed(1)}`;
    const rails = across.map(({ place }) => drawn('line', { class: 'kd-live-rule', x1: x(place), x2: x(place), y1: ROOM.top, y2: ground }));
    const line = drawn('path', { class: 'kd-live-guessed', d: `M${across.map((_, number) => at(number)).join('L')}` });
    const dots = across.map((_, number) =>
      drawn('circle', {
        class: `kd-live-handle${inputs[number] === document.activeElement ? ' kd-live-focused' : ''}`,
        r: 8, transform: `translate(${at(number)})`,
      }),
    );
    const tags = values && size.width / across.length > 56
      ? across.map(({ place }, number) =>
        drawn('text', { class: 'kd-live-tag', x: x(place), y: y(values[number]) - 14, 'text-anchor': 'middle' }, filled(spec.says, { value: minus(values[number]) })),
      )
      : [];
    svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    set(svg, 'class', `kd-live-svg${values ? '' : ' kd-live-undrawn'}`);
    svg.replaceChildren(...grid, ...rails, ...texts, ...names, title, line, ...dots, ...tags);
  };
  const show = (to) => {
    values = to ?? null;
    paint();
  };

  let before = null;
  const touched = (event) => {
    const box = svg.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const share = (size.height - size.bottom - py) / (size.height - ROOM.top - size.bottom);
    return { px, value: up.from + share * (up.to - up.from) };
  };
  const draw = (event) => {
    const now = touched(event);
    const [from, to] = [before ?? now, now];
    const nearest = (px) => across.reduce((best, { place }, at) => (Math.abs(x(place) - px) < Math.abs(x(across[best].place) - px) ? at : best), 0);
    const passed = across.map((_, at) => at).filter((at) => {
      const here = x(across[at].place);
      return here >= Math.min(from.px, to.px) && here <= Math.max(from.px, to.px);
    });
    for (const at of new Set([...passed, nearest(now.px)])) {
      const share = to.px === from.px ? 1 : Math.min(1, Math.max(0, (x(across[at].place) - from.px) / (to.px - from.px)));
      change(at, from.value + share * (to.value - from.value));
    }
    before = now;
  };
  svg.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    before = null;
    draw(event);
    event.preventDefault();
  });
  svg.addEventListener('pointermove', (event) => {
    if (before) draw(event);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    svg.addEventListener(end, () => {
      if (!before) return;
      before = null;
      released();
    });
  }
  new ResizeObserver(([{ contentRect }]) => {
    if (!contentRect.width) return;
    const letter = parseFloat(getComputedStyle(svg).fontSize);
    size = { width: contentRect.width, height: contentRect.height, letter, bottom: Math.max(ROOM.bottom, 3 * letter) };
    across.forEach(({ place }, at) => inputs[at].style.setProperty('left', `${x(place)}px`));
    paint();
  }).observe(svg);
  const element = made(
    'fieldset', { class: 'kd-live-control kd-live-curve' },
    made('legend', {}, spec.label), made('p', { class: 'kd-unseen', id: `${id}-help` }, spec.help), field,
  );
  return { element, show };
};
