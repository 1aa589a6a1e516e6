"""What an exported notebook is made of: Keras, TensorFlow and NumPy, and nothing of this project.

kd/export/plain/cells.py quotes the functions that a run needs. Nothing imports this file, so that no line of
it comes to depend on the rest.
"""

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops


def load_mnist():
    """MNIST's four arrays: from the file beside this notebook, or else from Keras, which downloads it."""
    if Path("mnist.npz").exists():
        with np.load("mnist.npz", allow_pickle=False) as arrays:
            return tuple(arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    return x_train, y_train, x_test, y_test


def load_pictures(file):
    """The four arrays of a data set from its file beside this notebook."""
    with np.load(file, allow_pickle=False) as arrays:
        return tuple(arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))


def prepared(images):
    """Pictures as the models take them: float32 (n, 28, 28, 1) in [0, 1]."""
    return (images.astype("float32") / np.float32(255))[..., np.newaxis]


def drawn(seed, count, every=60_000):
    """The places of so many of all training images, drawn with the run's seed; MNIST has 60,000."""
    return np.random.default_rng([seed, 4_000_000]).permutation(every)[:count]


def with_noise(labels, digits, share, seed):
    """These labels, a share of them replaced by any of these digits, drawn with the run's seed."""
    random = np.random.default_rng([seed, 1_000_000])
    order = random.permutation(len(labels))
    drawn = random.choice(digits, len(labels))
    replaced = order[: round(share * len(labels))]
    noisy = labels.copy()
    noisy[replaced] = drawn[replaced]
    return noisy


def shuffled(pictures, places, seed):
    """The pictures at some places with the pixels of each in an order of its own: they show no digit."""
    random = np.random.default_rng([2**31, 0, *seed])
    flat = pictures[places].reshape(len(places), -1)
    return np.stack([random.permutation(each) for each in flat]).reshape(-1, 28, 28)


def noise(pictures, places, seed):
    """Pictures of which each pixel is that of a picture drawn for it alone: as grey, and independent."""
    random = np.random.default_rng([2**31, 1, *seed])
    flat = pictures.reshape(len(pictures), -1)
    made = [flat[random.integers(0, len(flat), 784), np.arange(784)] for _ in places]
    return np.stack(made).reshape(-1, 28, 28)


def smooth(_pictures, places, seed):
    """The lines along which smooth random numbers are near 0: they show no digit."""
    random = np.random.default_rng([2**31, 2, *seed])
    weights = np.exp(-((np.subtract.outer(np.arange(28), np.arange(28)) / 4.5) ** 2) / 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    numbers = np.stack([weights @ random.standard_normal((28, 28)) @ weights.T for _ in places])
    return np.rint(255 * np.clip(2 - 5 * np.abs(numbers), 0, 1)).astype("uint8")


def moved(pictures, most, seed, epoch):
    """Each picture moved by up to so many whole pixels, drawn anew in each epoch; the border is black."""
    side = 2 * most + 1
    ways = np.random.default_rng([seed, 2_000_000, epoch]).integers(0, side**2, len(pictures))
    bordered = np.pad(pictures, ((0, 0), (most, most), (most, most), (0, 0)))
    rows = (2 * most - ways // side)[:, np.newaxis] + np.arange(28)
    columns = (2 * most - ways % side)[:, np.newaxis] + np.arange(28)
    each = np.arange(len(pictures))[:, np.newaxis, np.newaxis]
    return bordered[each, rows[:, :, np.newaxis], columns[:, np.newaxis, :]]


def permuted(logits, orders):
    """Logits with all but the largest of each row in another order: as sure, but of other classes."""
    largest = tf.one_hot(tf.argmax(logits, axis=1), logits.shape[1], dtype="int32")
    places = tf.argsort(largest, axis=1, stable=True)  # the largest comes last
    others = tf.gather(places[:, :-1], orders, batch_dims=1)
    values = tf.gather(logits, tf.concat([others, places[:, -1:]], axis=1), batch_dims=1)
    return tf.gather(values, tf.argsort(places, axis=1), batch_dims=1)


def in_training(model, images, share, seed):
    """What a model says with dropout at work before its last layer, as in training."""
    *features, last = model.layers
    dropping = keras.Sequential([*features, layers.Dropout(share, seed=seed), last])
    # dropout is drawn anew for each part
    parts = [images[first : first + 130] for first in range(0, len(images), 130)]
    return np.concatenate([dropping(tf.constant(part), training=True) for part in parts])


def network(hidden, name, classes=10):
    """These layers, and a dense layer for the logits."""
    return keras.Sequential([keras.Input((28, 28, 1)), *hidden, layers.Dense(classes)], name=name)


def started(model, seed):
    """The model with its first weights: Glorot-uniform kernels, each from a seed of its own; biases are 0."""
    trained = [layer for layer in model.layers if layer.weights]
    seeds = np.random.SeedSequence(seed).generate_state(len(trained))
    for layer, layer_seed in zip(trained, seeds, strict=True):
        initializer = keras.initializers.GlorotUniform(seed=int(layer_seed))
        layer.kernel.assign(initializer(layer.kernel.shape))
    return model


def train(model, images, loss, epochs, batch_size, seed, as_shown=None):
    """Adam with Keras' defaults. Epoch e visits the pictures in the order that [seed, e] gives.

    loss: takes what the model says of a batch, and the batch: its pictures as shown, their places among all,
    and their turns in this epoch; returns a scalar. as_shown: takes all pictures in order, and the epoch.
    """
    variables = model.trainable_variables
    optimizer = keras.optimizers.Adam()
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(batch):
        with tf.GradientTape() as tape:
            value = loss(model(batch["pictures"], training=True), batch)
        optimizer.apply(tape.gradient(value, variables), variables)
        return value

    for epoch in range(1, epochs + 1):
        order = np.random.default_rng([seed, epoch]).permutation(len(images)).astype("int32")
        pictures = images[order] if as_shown is None else as_shown(images[order], epoch)
        total = 0.0
        for first in range(0, len(order), batch_size):
            turns = np.arange(first, min(first + batch_size, len(order)), dtype="int32")
            batch = {"pictures": pictures[turns], "places": order[turns], "turns": turns}
            total += float(step({name: tf.constant(part) for name, part in batch.items()})) * len(turns)
        print(f"{model.name}: epoch {epoch} of {epochs}, loss {total / len(order):.4f}")


def cross_entropies(labels, logits, smoothing=0.0):
    """The cross-entropy of each picture with its label, a share of which may be spread over all classes."""
    targets = ops.one_hot(labels, logits.shape[-1])
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)


def from_labels(labels, smoothing=0.0):
    """Returns the loss of a model without a teacher: the mean cross-entropy with the labels."""
    labels = tf.constant(labels, tf.int32)

    def loss(logits, batch):
        return ops.mean(cross_entropies(tf.gather(labels, batch["places"]), logits, smoothing))

    return loss


def divergence(targets_log, logs):
    """KL(p ‖ q) of each row, from the logarithms of p and q."""
    return ops.sum(ops.exp(targets_log) * (targets_log - logs), axis=-1)


def soft_targets(teacher, student, temperature, scale):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s / T)): Hinton, Vinyals and Dean 2015, section 2."""
    targets = ops.log_softmax(teacher / temperature)
    return scale * ops.mean(divergence(targets, ops.log_softmax(student / temperature)))


def logit_matching(teacher, student):
    """½ · ‖z_s − z_t‖²: Ba and Caruana 2014, equation 1."""
    return 0.5 * ops.mean(ops.sum(ops.square(student - teacher), axis=-1))


def decoupled(teacher, student, labels, labelled, temperature, scale, target_weight, nontarget_weight):
    """How sure the teacher is of the right class, and how it ranks the others: DKD, Zhao et al. 2022."""
    right = ops.one_hot(labels, student.shape[-1])

    def parts(logits):
        logs = ops.log_softmax(logits / temperature)
        others = logs - 1e9 * right  # nothing is left of the right class
        binary = [ops.sum(logs * right, axis=-1), ops.logsumexp(others, axis=-1)]
        return ops.stack(binary, axis=-1), ops.log_softmax(others)

    (target, ranking), (own_target, own_ranking) = parts(teacher), parts(student)
    of_target, of_others = divergence(target, own_target), divergence(ranking, own_ranking)
    return scale * ops.mean(labelled * (target_weight * of_target + nontarget_weight * of_others))


def relations(teacher, student, temperature, scale, inter_weight, intra_weight):
    """1 − correlation, between classes and between pictures: DIST, Huang et al. 2022, section 3."""
    theirs, ours = ops.softmax(teacher / temperature), ops.softmax(student / temperature)

    def distance(axis):
        first = theirs - ops.mean(theirs, axis=axis, keepdims=True)
        second = ours - ops.mean(ours, axis=axis, keepdims=True)
        squares = ops.sum(ops.square(first), axis=axis) * ops.sum(ops.square(second), axis=axis)
        correlations = ops.sum(first * second, axis=axis) / (ops.sqrt(squares + 1e-36) + 1e-8)
        return 1 - ops.mean(correlations)

    return scale * (inter_weight * distance(axis=1) + intra_weight * distance(axis=0))


def standardized(teacher, student, temperature, scale):
    """Soft targets of logits with mean 0 and deviation 1: Sun et al. 2024, section 4.2."""

    def standard(logits):
        centred = logits - ops.mean(logits, axis=-1, keepdims=True)
        variances = ops.sum(ops.square(centred), axis=-1, keepdims=True) / (logits.shape[-1] - 1)
        return centred / (1e-7 + ops.sqrt(variances + 1e-36))

    targets = ops.log_softmax(standard(teacher) / temperature)
    return scale * ops.mean(divergence(targets, ops.log_softmax(standard(student) / temperature)))


def virtual_teacher(student, labels, labelled, temperature, virtual_confidence):
    """A made-up teacher that is always right: Tf-KD_reg, Yuan et al. 2020, section 4."""
    right = ops.one_hot(labels, student.shape[-1])
    others = (1 - virtual_confidence) / (student.shape[-1] - 1)
    targets = virtual_confidence * right + others * (1 - right)
    losses = divergence(ops.log_softmax(targets / temperature), ops.log_softmax(student))
    return ops.mean(labelled * losses)


def attention(teacher_maps, student_maps, attention_weight):
    """The maps of both convolutions, 14 · 14 and 7 · 7: Zagoruyko and Komodakis 2017, section 3.1."""
    return attention_weight * sum(
        ops.mean(ops.square(ours - theirs)) for theirs, ours in zip(teacher_maps, student_maps, strict=True)
    )


def with_attention(model):
    """The model with three outputs: its logits, and where it is active after each of two convolutions."""

    def length_one(values):
        activity = ops.reshape(ops.mean(ops.square(values), axis=3), (-1, values.shape[1] * values.shape[2]))
        squares = ops.sum(ops.square(activity), axis=1, keepdims=True)
        return activity / ops.sqrt(ops.maximum(squares, 1e-24))

    _first, activation, *_others, second, _flatten, _dense = model.layers
    maps = [length_one(activation.output), length_one(second.output)]
    return keras.Model(model.inputs, [*model.outputs, *maps], name=model.name)


def no_t_squared(teacher, student, temperature):
    """A mistake: the teacher's part is not multiplied by T²."""
    return soft_targets(teacher, student, temperature, 1.0)


def mean_reduction(teacher, student, temperature, scale):
    """A mistake: the divergence is averaged over the classes, too, and not summed over them."""
    return soft_targets(teacher, student, temperature, scale) / student.shape[-1]


def reversed_divergence(teacher, student, temperature, scale):
    """A mistake: the divergence is taken from the student to the teacher."""
    return soft_targets(student, teacher, temperature, scale)


def one_temperature(teacher, student, temperature, scale):
    """A mistake: T softens the teacher's answers alone."""
    return scale * ops.mean(divergence(ops.log_softmax(teacher / temperature), ops.log_softmax(student)))


def teacher_probabilities(teacher, student, temperature, scale):
    """A mistake: the teacher's probabilities are taken for logits."""
    return soft_targets(ops.softmax(teacher), student, temperature, scale)


def both_probabilities(teacher, student, temperature, scale):
    """A mistake: probabilities are taken for logits on both sides."""
    return soft_targets(ops.softmax(teacher), ops.softmax(student), temperature, scale)


def log_probabilities(teacher, student, temperature, scale):
    """A mistake: Keras' divergence gets log-probabilities, and wants probabilities."""
    both = (ops.log_softmax(logits / temperature) for logits in (teacher, student))
    return scale * ops.mean(keras.losses.kl_divergence(*both))


def same_network(teacher, temperature, scale):
    """A mistake: both sides of the divergence come from the teacher."""
    return soft_targets(teacher, teacher, temperature, scale)


def keras_default(teacher, student, temperature):
    """A mistake: no softmax and no T², as in Keras 3.15's LogitsDistillation by default."""
    return ops.mean(keras.losses.kl_divergence(teacher / temperature, student / temperature))
