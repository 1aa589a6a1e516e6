// Strokes about as wide as MNIST's, whichever pen drew a digit: kd/pictures/strokes.py, number by number.

const [SIDE, LEAST_MEASURED, AROUND] = [100, 40, 8];
const [NARROWEST, WIDEST, KEPT, LEAST_INK] = [0.13, 0.15, 0.4, 0.25];

// From where to where each output pixel is the mean of the input: of pixels with centres in its part (Pillow's BOX filter).
const partsOf = (length, wanted) => {
  const scale = length / wanted;
  const wide = Math.max(1, scale);
  return Array.from({ length: wanted }, (_, at) => {
    const centre = (at + 0.5) * scale;
    const isIn = (pixel) => (pixel - centre + 0.5) / wide > -0.5 && (pixel - centre + 0.5) / wide <= 0.5;
    const ends = [centre - wide / 2 + 0.5, centre + wide / 2 + 0.5].map(Math.trunc);
    let [first, end] = [Math.max(0, ends[0]), Math.min(length, ends[1])];
    while (!isIn(first)) first += 1;
    while (!isIn(end - 1)) end -= 1;
    return [first, end];
  });
};

// The picture with so many columns, lying on its side.
const narrowed = ({ values, width, height }, wanted) => {
  const all = new Float32Array(wanted * height);
  partsOf(width, wanted).forEach(([first, end], column) => {
    const share = 1 / (end - first);
    for (let y = 0; y < height; y += 1) {
      let mean = 0;
      for (let x = first; x < end; x += 1) mean += share * values[y * width + x];
      all[column * height + y] = mean;
    }
  });
  return { values: all, width: height, height: wanted };
};

// As Python rounds: halves to the even number.
const rounded = (number) => {
  const up = Math.round(number);
  return up - number === 0.5 && up % 2 ? up - 1 : up;
};

const highestOf = (values) => values.reduce((most, value) => Math.max(most, value), 0);

// The digit with its longer side so long, each pixel the mean of those that it covers.
const scaled = (digit, side) => {
  const scale = side / Math.max(digit.width, digit.height);
  const [wide, high] = [digit.width, digit.height].map((length) => Math.max(1, rounded(length * scale)));
  return narrowed(narrowed(digit, wide), high);
};

const padded = ({ values, width, height }) => {
  const wide = width + 2 * AROUND;
  const all = new Float32Array(wide * (height + 2 * AROUND));
  for (let y = 0; y < height; y += 1) {
    all.set(values.subarray(y * width, (y + 1) * width), (y + AROUND) * wide + AROUND);
  }
  return { values: all, width: wide, height: height + 2 * AROUND };
};

// How far each pixel is from the nearest marked one: along its own row first, then over so many rows above and below.
const distancesTo = (marked, width, height, rowsAround) => {
  const along = new Float64Array(width * height);
  for (let row = 0; row < along.length; row += width) {
    let since = width + height;
    for (let at = row; at < row + width; at += 1) along[at] = since = marked[at] ? 0 : since + 1;
    for (let at = row + width - 1; at >= row; at -= 1) along[at] = since = Math.min(along[at], since + 1);
  }
  return along.map((distance, at) => {
    let least = distance ** 2;
    for (let rows = 1; rows <= rowsAround && rows ** 2 < least; rows += 1) {
      const [above, below] = [at - rows * width, at + rows * width];
      if (above >= 0) least = Math.min(least, along[above] ** 2 + rows ** 2);
      if (below < along.length) least = Math.min(least, along[below] ** 2 + rows ** 2);
    }
    return Math.sqrt(least);
  });
};

// How many pixels each pixel's middle lies within the ink, negative outside, where only what is near is right.
const depthsIn = ({ values, width, height }) => {
  const least = LEAST_INK * highestOf(values);
  const inked = values.map((value) => value > least);
  const fromInk = distancesTo(inked, width, height, AROUND);
  const fromPaper = distancesTo(inked.map((is) => 1 - is), width, height, height);
  return fromPaper.map((distance, at) => (inked[at] ? distance - 0.5 : 0.5 - fromInk[at]));
};

// The digit itself where its strokes are as wide, or it is small; else one with empty rows and columns around it.
const evened = (digit) => {
  const longer = Math.max(digit.width, digit.height);
  if (longer < LEAST_MEASURED) return digit;
  const smaller = padded(longer > SIDE ? scaled(digit, SIDE) : digit);
  const depths = depthsIn(smaller);
  const inside = depths.filter((depth) => depth > 0);
  const width = (4 * sum(inside)) / inside.length;
  const length = Math.min(longer, SIDE) - width;
  const tooWide = width - WIDEST * length;
  const wanted = tooWide > 0 ? WIDEST * length + KEPT * tooWide : Math.max(width, NARROWEST * length);
  if (wanted === width) return digit;
  const values = depths.map((depth) => Math.min(1, Math.max(0, depth + (wanted - width) / 2 + 0.5)));
  return { ...smaller, values: new Float32Array(values) };
};
