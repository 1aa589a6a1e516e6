// Networks in the browser: kd/networks/packed.py says what their files hold. Values are a row of numbers, in C order.

const unpacked = (file) => {
  const length = new DataView(file).getUint32(0, true);
  let at = 4 + length;
  return JSON.parse(new TextDecoder().decode(new Uint8Array(file, 4, length))).layers.map((layer) => {
    const weights = layer.weights.map((count) => {
      at += 4 * count;
      return new Float32Array(file, at - 4 * count, count);
    });
    return { ...layer, weights };
  });
};

// Calls visit(place, under) for each place of a window and each pixel under it: where their channels begin in the
// output and in the input, and which pixel of the window it is.
const slide = ({ input, output, size, strides, margins }, visit) => {
  const [height, width, depth] = input;
  const [rows, columns, channels] = output;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const place = (row * columns + column) * channels;
      for (let down = 0; down < size[0]; down += 1) {
        const y = row * strides[0] + down - margins[0];
        if (y < 0 || y >= height) continue;
        for (let right = 0; right < size[1]; right += 1) {
          const x = column * strides[1] + right - margins[1];
          if (x >= 0 && x < width) visit(place, (y * width + x) * depth, down * size[1] + right);
        }
      }
    }
  }
};

// Adds value · row to the sums from a place on; most pixels of a drawing are 0. All in double precision: a loop over
// arrays of one kind is several times as fast.
const addRow = (sums, place, value, weights, row, length) => {
  if (value === 0) return;
  for (let at = 0; at < length; at += 1) sums[place + at] += value * weights[row + at];
};

const LAYERS = {
  Conv2D: (layer, values) => {
    const [kernel, bias] = layer.weights;
    const [depth, filters] = [layer.input[2], layer.output[2]];
    const sums = new Float64Array(layer.output[0] * layer.output[1] * filters);
    for (let place = 0; place < sums.length; place += filters) sums.set(bias, place);
    slide(layer, (place, from, pixel) => {
      for (let channel = 0; channel < depth; channel += 1) {
        addRow(sums, place, values[from + channel], kernel, (pixel * depth + channel) * filters, filters);
      }
    });
    return sums;
  },
  MaxPooling2D: (layer, values) => {
    const depth = layer.input[2];
    const largest = new Float64Array(layer.output[0] * layer.output[1] * depth).fill(-Infinity);
    slide(layer, (place, from) => {
      for (let at = 0; at < depth; at += 1) {
        if (values[from + at] > largest[place + at]) largest[place + at] = values[from + at];
      }
    });
    return largest;
  },
  LeakyReLU: ({ slope }, values) => values.map((value) => (value > 0 ? value : slope * value)),
  Dense: (layer, values) => {
    const [kernel, bias] = layer.weights;
    const sums = Float64Array.from(bias);
    for (let at = 0; at < values.length; at += 1) addRow(sums, 0, values[at], kernel, at * sums.length, sums.length);
    return sums;
  },
};

// A network's logits of a picture: 784 numbers from 0 to 1.
const logitsOf = (layers, picture) =>
  Array.from(layers.reduce((values, layer) => LAYERS[layer.kind](layer, values), Float64Array.from(picture)));
