// The maths of soft targets, as kd/analysis has it: logits and probabilities are arrays, one number a class.

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const softmax = (logits, temperature = 1) => {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - largest) / temperature));
  const total = sum(powers);
  return powers.map((power) => power / total);
};

const logSoftmax = (logits, temperature = 1) => {
  const largest = Math.max(...logits);
  const shifted = logits.map((logit) => (logit - largest) / temperature);
  const total = Math.log(sum(shifted.map(Math.exp)));
  return shifted.map((logit) => logit - total);
};

const entropyBits = (probabilities) =>
  Math.max(0, -sum(probabilities.map((p) => (p > 0 ? p * Math.log2(p) : 0))));

// How far softmax(logits / T) is from softmax(target / T), in bits.
const divergenceBits = (target, logits, temperature = 1) => {
  const own = logSoftmax(logits, temperature);
  const parts = logSoftmax(target, temperature).map((log, at) => Math.exp(log) * (log - own[at]));
  return Math.max(0, sum(parts) / Math.LN2);
};

// The gradient of the loss in its two parts. s is T² if squared, else 1:
// α (softmax(z_s) − y)  and  (1 − α) s (softmax(z_s / T) − softmax(z_t / T)) / T
const lossGradient = (label, student, teacher, alpha, temperature, squared) => {
  const scale = (1 - alpha) * (squared ? temperature : 1 / temperature);
  const target = softmax(teacher, temperature);
  return {
    labels: softmax(student).map((p, at) => alpha * (p - (at === label ? 1 : 0))),
    teacher: softmax(student, temperature).map((p, at) => scale * (p - target[at])),
  };
};

const lengthOf = (vector) => Math.hypot(...vector);

const highest = (numbers) => numbers.indexOf(Math.max(...numbers));

const lowest = (numbers) => numbers.indexOf(Math.min(...numbers));
