// Shares on one scale, a row each: what is known, from several seeds, what is not known yet, and a guess that moves.

const scale = (data) => {
  const figure = figureOf(data.title);
  const place = (share) => Math.min(1, Math.max(0, (share - data.from) / (data.to - data.from)));
  const rows = data.rows.map(({ role, name, note, seeds = [], guess = false, unknown = '' }) => {
    const value = made('span', { class: 'kd-live-number' });
    const dots = seeds.map((share) => made('i', { class: 'kd-live-seed', style: `--at: ${place(share)}` }));
    const mark = made('i', { class: `kd-live-mean kd-live-${role}` });
    const track = made('span', { class: 'kd-live-rail', 'aria-hidden': 'true' }, ...dots, mark);
    const head = made('span', {}, roleOf(role, name), made('span', { class: 'kd-live-note' }, note));
    const show = (share) => {
      mark.style.setProperty('--at', place(share).toFixed(4));
      say(value, `${(100 * share).toFixed(0)}\u00a0%`);
    };
    if (seeds.length) show(sum(seeds) / seeds.length);
    else if (!guess) {
      mark.remove();
      say(value, unknown);
    }
    return { item: made('li', { class: `kd-${role}` }, head, track, value), guess, show };
  });
  const ticks = data.ticks.map((share) => made('span', { style: `--at: ${place(share)}` }, percentTick(share)));
  const axis = made('div', { class: 'kd-live-axis', 'aria-hidden': 'true' }, made('div', {}, ...ticks));
  const list = made('ul', { class: 'kd-live-scale' }, ...rows.map(({ item }) => item));
  figure.element.append(list, axis);
  return {
    element: figure.element,
    draw: (values) => rows.forEach(({ guess, show }) => guess && show(values[data.control] / 100)),
  };
};

const percentTick = (share) => `${plain(100 * share)}\u00a0%`;
