"""How the shipped teachers are trained: one function for each, and nothing else.

This module loads TensorFlow; kd.teachers.shipped, which finds the results, does not.
"""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kd.networks.architectures import build_teacher
from kd.networks.folding import folded_forward
from kd.pictures import augmentation

Report = Callable[[str], None]

STRONG: dict[str, Any] = {
    "epochs": 35,
    "images": 60_000,
    "batch_size": 128,
    "optimizer": "Adam",
    "schedule": "in each phase: linear warm-up over the first 3 % of the steps, then cosine decay to 0",
    "weight_average": "exponential in each phase; the teacher is the mean of both phases' averages",
    "label_smoothing": 0.0,
    "phases": {  # averaged_share: how far the weight average reaches back, as a share of the phase's steps
        "learn": {"strength": 1.0, "learning_rate": 1e-3, "averaged_share": 0.071},
        "refine": {"strength": 0.4, "learning_rate": 5e-4, "averaged_share": 0.05},
    },
    "refine_one_epoch_in": 7,
    "augmentation": augmentation.SETTINGS,
}
NOTEBOOK = {
    "epochs": 5,
    "images": 10_000,
    "batch_size": 32,
    "optimizer": "Adam",
    "learning_rate": 1e-3,
    "schedule": "constant",
    "weight_average": None,
    "label_smoothing": 0.0,
    "augmentation": None,
}


def train_strong(
    images: np.ndarray, labels: np.ndarray, epochs: int, seed: int, report: Report
) -> keras.Sequential:
    """Trains on new variants of all images in every epoch: wild ones first, then some close to MNIST.

    This network cannot fit the wild variants as well as MNIST, and it overfits the tame ones; the mean of the
    weights before and after the second phase makes fewer errors than either (Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models", section 3). There is no label smoothing: it erases what a teacher knows
    about the wrong classes (Müller, Kornblith and Hinton 2019, section 4).

    images: float32 (n, 28, 28, 1) in [0, 1]. labels: int32 (n,). seed: decides initial weights, order and
    variants. report: takes one line of progress for each epoch.
    """
    keras.utils.set_random_seed(seed)
    model = build_teacher()
    refining = epochs // STRONG["refine_one_epoch_in"]
    data = tf.constant(images), tf.constant(labels)
    _train_phase(model, data, "learn", epochs - refining, seed, report)
    if refining:
        learnt = model.get_weights()
        _train_phase(model, data, "refine", refining, seed + 1, report)
        refined = model.get_weights()
        model.set_weights([(first + second) / 2 for first, second in zip(learnt, refined, strict=True)])
    return model


def _train_phase(
    model: keras.Sequential,
    data: tuple[tf.Tensor, tf.Tensor],
    name: str,
    epochs: int,
    seed: int,
    report: Report,
) -> None:
    """Trains with the settings of one phase; leaves the exponential average of the weights in place."""
    phase = STRONG["phases"][name]
    count = len(data[1])
    steps = epochs * -(-count // STRONG["batch_size"])
    warm_up = max(1, round(0.03 * steps))
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(
            0.0, max(1, steps - warm_up), warmup_target=phase["learning_rate"], warmup_steps=warm_up
        ),
        use_ema=True,
        ema_momentum=1 - 1 / (1 + phase["averaged_share"] * steps),
    )
    optimizer.build(model.trainable_variables)
    train_epoch = _augmented_epoch(model, optimizer, *data, phase["strength"])
    random = np.random.default_rng(seed)
    for epoch in range(epochs):
        started = time.perf_counter()
        order = tf.constant(random.permutation(count).astype(np.int32))
        loss, accuracy = train_epoch(order, tf.constant([seed, epoch]))
        report(
            f"{name}, epoch {epoch + 1}/{epochs}: loss {loss:.4f}, accuracy {accuracy:.4f} "
            f"on augmented images, {time.perf_counter() - started:.0f} s"
        )
    optimizer.finalize_variable_values(model.trainable_variables)


def train_notebook(
    images: np.ndarray, labels: np.ndarray, epochs: int, seed: int, report: Report
) -> keras.Sequential:
    """Trains the notebook's own teacher: plain Keras `compile` and `fit`, batches of 32, Adam's defaults."""
    keras.utils.set_random_seed(seed)
    model = build_teacher()
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
    )
    line = "epoch {epoch}/{epochs}: loss {loss:.4f}, accuracy {accuracy:.4f} on training images"
    progress = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: report(line.format(epoch=epoch + 1, epochs=epochs, **logs))
    )
    size = NOTEBOOK["batch_size"]
    model.fit(images, labels, batch_size=size, epochs=epochs, verbose=0, callbacks=[progress])
    return model


def classify(model: keras.Sequential, images: np.ndarray) -> np.ndarray:
    """Returns the model's answers, int64 (n,), to images float32 (n, 28, 28, 1)."""
    forward = tf.function(folded_forward(model, training=False), reduce_retracing=True)
    logits = [forward(images[first : first + 500]) for first in range(0, len(images), 500)]
    return np.concatenate(logits).argmax(axis=1)


RECIPES: dict[str, tuple[dict[str, Any], Callable[..., keras.Sequential]]] = {
    "strong": (STRONG, train_strong),
    "notebook": (NOTEBOOK, train_notebook),
}


def _augmented_epoch(
    model: keras.Sequential,
    optimizer: keras.optimizers.Optimizer,
    images: tf.Tensor,
    labels: tf.Tensor,
    strength: float,
) -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Returns a compiled epoch: (order of the images, seed) → (mean loss, accuracy) on their variants.

    The loop over batches stays inside TensorFlow, and `folded_forward` runs the large convolution on ten
    pictures for each step instead of on the whole batch: an epoch takes half a minute instead of two.
    """
    forward = folded_forward(model)
    variables = model.trainable_variables
    batch_size = STRONG["batch_size"]

    @tf.function
    def epoch(order: tf.Tensor, seed: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        count = tf.shape(order)[0]
        total_loss, right = tf.constant(0.0), tf.constant(0.0)
        for first in tf.range(0, count, batch_size):
            # the next step must not read weights that this one is still writing
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            index = order[first : first + batch_size]
            truth = tf.gather(labels, index)
            variants = augmentation.augment(
                tf.gather(images, index),
                tf.random.experimental.stateless_fold_in(seed, first),
                strength,
            )
            with tf.GradientTape() as tape:
                logits = forward(variants)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits)
                loss = tf.reduce_mean(losses)
            optimizer.apply(tape.gradient(loss, variables), variables)
            total_loss += tf.reduce_sum(losses)
            hits = tf.equal(tf.argmax(logits, 1, output_type=tf.int32), truth)
            right += tf.reduce_sum(tf.cast(hits, tf.float32))
        count = tf.cast(count, tf.float32)
        return total_loss / count, right / count

    return epoch
