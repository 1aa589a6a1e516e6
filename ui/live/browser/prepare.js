// A drawing → the 28 × 28 picture that the models see, step by step as kd/pictures/drawing.py prepares it, number by
// number in the same precision. Only for clean paper, such as a canvas: where it is not, the server answers.

const [FIELD, BOX, CENTRE] = [28, 20, 14];
const LEAST_CONTRAST = 24;
const [DOT_FILL, DOT_ASPECT, LEAST_SIDE, LEAST_SHARE] = [0.785, 1.4, 5, 0.04];
const TIE = 1e-4;

// The least rectangle around all values above a level: { left, top, width, height }, or null.
const boxOf = ({ values, width, height }, level) => {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (values[y * width + x] <= level) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), y];
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
};

const cropped = ({ values, width }, box) => {
  const own = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y += 1) {
    const from = (box.top + y) * width + box.left;
    own.set(values.subarray(from, from + box.width), y * box.width);
  }
  return { values: own, width: box.width, height: box.height };
};

const isADot = (ink, whole) => {
  const box = boxOf(ink, 0.5);
  const dense = cropped(ink, box).values.filter((value) => value > 0.5).length / (box.width * box.height);
  const [longer, shorter] = [Math.max(box.width, box.height), Math.min(box.width, box.height)];
  const solid = dense > DOT_FILL && longer < DOT_ASPECT * shorter;
  return solid || longer < Math.max(LEAST_SIDE, LEAST_SHARE * whole);
};

// Where a digit starts along one axis, so that its centre of mass is in the middle.
const offsetOf = (profile) => {
  const centre = sum(profile.map((ink, at) => ink * at)) / sum(profile);
  return Math.min(FIELD - profile.length, Math.max(0, Math.floor(CENTRE - centre + 0.5 + TIE)));
};

// The picture, 784 numbers from 0 to 1; null for one that the server would refuse, or prepare as a photograph.
// drawn: grey levels { values, width, height } of light ink on dark paper. pen: its width.
const prepared = (drawn, pen) => {
  const { values, width, height } = drawn;
  const depth = Math.max(1, Math.floor(Math.min(width, height) / 50));
  let [border, inked] = [0, 0];
  for (let y = 0; y < height; y += 1) {
    const isWhole = y < depth || y >= height - depth;
    for (let x = 0; x < width; x += !isWhole && x === depth - 1 ? width - 2 * depth + 1 : 1) {
      border += 1;
      inked += values[y * width + x] > 0;
    }
  }
  const contrast = highestOf(values);
  if (2 * inked >= border || contrast <= LEAST_CONTRAST) return null;
  const box = boxOf(drawn, 0);
  const ink = { values: values.map((level) => level / contrast), width, height };
  if (Math.max(box.width, box.height) - 1 < 1.5 * pen || isADot(ink, Math.max(width, height))) return null;
  const evenly = evened(cropped(ink, box));
  const { values: digit, width: wide, height: high } = scaled(cropped(evenly, boxOf(evenly, 0)), BOX);
  const strongest = highestOf(digit);
  const fitted = digit.map((value) => value / strongest);
  const along = (length, value) => Array.from({ length }, (_, at) => value(at));
  const top = offsetOf(along(high, (y) => sum(along(wide, (x) => fitted[y * wide + x]))));
  const left = offsetOf(along(wide, (x) => sum(along(high, (y) => fitted[y * wide + x]))));
  const field = new Float32Array(FIELD * FIELD);
  for (let y = 0; y < high; y += 1) field.set(fitted.subarray(y * wide, (y + 1) * wide), (top + y) * FIELD + left);
  return field;
};
