"""What an exported notebook is made of: Keras, TensorFlow and NumPy, and nothing of this project.

kd/export/notebook_cells.py quotes from here, one definition after the other, those that a run needs. Nobody
imports this file, so that a line of it cannot come to depend on the rest.
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


def prepared(images):
    """Pictures as the models take them: float32 (n, 28, 28, 1) in [0, 1]."""
    return (images.astype("float32") / np.float32(255))[..., np.newaxis]


def with_noise(labels, digits, share, seed):
    """These labels, a share of them replaced by any of these digits, drawn with the run's seed."""
    random = np.random.default_rng([seed, 1_000_000])
    order = random.permutation(len(labels))
    drawn = random.choice(digits, len(labels))
    replaced = order[: round(share * len(labels))]
    noisy = labels.copy()
    noisy[replaced] = drawn[replaced]
    return noisy


def convolutional(filters, name):
    """Two convolutions, the second with twice as many filters, and a dense layer for the ten logits."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(filters, 3, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(2, strides=1, padding="same"),
            layers.Conv2D(2 * filters, 3, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dense(10),
        ],
        name=name,
    )


def dense(units, name):
    """One hidden layer, and a dense layer for the ten logits."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(units),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(10),
        ],
        name=name,
    )


def linear(name):
    """A dense layer for the ten logits, and nothing before it."""
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)], name=name)


def started(model, seed):
    """The model with its first weights: Glorot-uniform kernels, each from a seed of its own; biases are 0."""
    trained = [layer for layer in model.layers if layer.weights]
    seeds = np.random.SeedSequence(seed).generate_state(len(trained))
    for layer, layer_seed in zip(trained, seeds, strict=True):
        initializer = keras.initializers.GlorotUniform(seed=int(layer_seed))
        layer.kernel.assign(initializer(layer.kernel.shape))
    return model


def train(model, images, loss, epochs, batch_size, seed):
    """Adam with Keras' defaults. Epoch e visits the pictures in the order that [seed, e] gives.

    loss: takes what the model says of a batch, and the places of its pictures; returns a scalar.
    """
    images = tf.constant(images)
    variables = model.trainable_variables
    optimizer = keras.optimizers.Adam()
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)
    def step(places):
        with tf.GradientTape() as tape:
            value = loss(model(tf.gather(images, places), training=True), places)
        optimizer.apply(tape.gradient(value, variables), variables)
        return value

    for epoch in range(1, epochs + 1):
        order = np.random.default_rng([seed, epoch]).permutation(len(images)).astype("int32")
        batches = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
        total = sum(float(step(tf.constant(places))) * len(places) for places in batches)
        print(f"{model.name}: epoch {epoch} of {epochs}, loss {total / len(order):.4f}")


def cross_entropies(labels, logits, smoothing=0.0):
    """Of each picture with its label, of which a share may be spread evenly over all ten digits."""
    targets = ops.one_hot(labels, 10)
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)


def from_labels(labels, smoothing=0.0):
    """The loss of whoever has no teacher: the mean cross-entropy with the labels."""
    labels = tf.constant(labels, tf.int32)

    def loss(logits, places):
        return ops.mean(cross_entropies(tf.gather(labels, places), logits, smoothing))

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
    right = ops.one_hot(labels, 10)

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
        variances = ops.sum(ops.square(centred), axis=-1, keepdims=True) / 9
        return centred / (1e-7 + ops.sqrt(variances + 1e-36))

    targets = ops.log_softmax(standard(teacher) / temperature)
    return scale * ops.mean(divergence(targets, ops.log_softmax(standard(student) / temperature)))


def virtual_teacher(student, labels, labelled, temperature, virtual_confidence):
    """A made-up teacher that is always right: Tf-KD_reg, Yuan et al. 2020, section 4."""
    right = ops.one_hot(labels, 10)
    targets = virtual_confidence * right + (1 - virtual_confidence) / 9 * (1 - right)
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

    _first, activation, _pooling, second = model.layers[:4]
    maps = [length_one(activation.output), length_one(second.output)]
    return keras.Model(model.inputs, [*model.outputs, *maps], name=model.name)
