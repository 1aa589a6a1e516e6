"""One training step, traced once and used for all runs of a process.

An epoch of the notebook's student is 313 steps of about a millisecond, so what happens between steps
matters most: here a tf.function loops over the steps, gathers its batches from tensors, and takes α, T and
the order of the images as tensors, so the next run of the same architecture starts without tracing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from kd.networks.architectures import CLASSES, IMAGE_SHAPE, build_student, build_teacher
from kd.networks.folding import folded_forward
from kd.training.adam import FusedAdam

# Pictures evaluated at once: the teacher's first activations take 200 kB for each.
EVALUATION_BATCH = 500


class StepTotals(NamedTuple):
    """Sums over the images of some steps; divided by the number of images, they are an epoch's means."""

    loss: float
    student_loss: float
    distillation_loss: float
    correct: float
    images: float

    def __add__(self, other: StepTotals) -> StepTotals:
        return StepTotals(*(a + b for a, b in zip(self, other, strict=True)))


NO_STEPS = StepTotals(0.0, 0.0, 0.0, 0.0, 0.0)


class CompiledTraining:
    """A model, its Adam, and the traced functions that train and evaluate it.

    Args:
        build: makes the model; called once. Losses that its layers add (regularisers, `add_loss`) are not
            part of a step.
        distilled: whether a step has the teacher's term. Without it, the loss is the cross-entropy alone.
        precision: of the steps, "float32" or "mixed_bfloat16" (kd.networks.folding). Evaluation is float32.
    """

    def __init__(self, build: Callable[[], keras.Sequential], distilled: bool, precision: str = "float32"):
        self.model = build()
        self.distilled = distilled
        self._forward = folded_forward(self.model, precision)
        self._optimizer = FusedAdam(self.model.trainable_variables)
        scalar = tf.TensorSpec((), tf.float32)
        integer = tf.TensorSpec((), tf.int32)
        images = tf.TensorSpec((None, *IMAGE_SHAPE), tf.float32)
        logits = tf.TensorSpec((None, CLASSES), tf.float32)
        vector = tf.TensorSpec((None,), tf.int32)
        self._steps = tf.function(
            self._run_steps,
            input_signature=[images, vector, logits, vector, integer, integer, integer, *[scalar] * 3],
        )
        self._evaluate = tf.function(folded_forward(self.model, training=False), input_signature=[images])
        self.single_picture = tf.function(
            self.model, input_signature=[tf.TensorSpec((1, *IMAGE_SHAPE), tf.float32)]
        )

    def reset(self, weights: list[np.ndarray]) -> None:
        """Start again from these weights, with a fresh optimiser."""
        self.model.set_weights(weights)
        self._optimizer.reset()

    def trace(self) -> None:
        """Trace training and evaluation, unless this was done before: some seconds, once for each process."""
        self._steps.get_concrete_function()
        self._evaluate.get_concrete_function()

    def state(self) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """The weights and the optimiser's state, for `restore`."""
        return tuple(self.model.get_weights()), self._optimizer.state()

    def restore(self, weights: Sequence[np.ndarray], optimizer: Sequence[np.ndarray]) -> None:
        """Go on from what `state` returned."""
        self.model.set_weights(list(weights))
        self._optimizer.restore(optimizer)

    def run_steps(self, batches: Batches, order: tf.Tensor, first: int, last: int, terms) -> StepTotals:
        """Steps `first` to `last` (exclusive) of the epoch that visits the images in `order`.

        Args:
            batches: the images, labels, soft targets and batch size.
            order: int32 (n,), a permutation of the images.
            terms: (alpha, temperature, scale) as floats.
        """
        totals = self._steps(
            batches.images,
            batches.labels,
            batches.teacher_logits,
            order,
            tf.constant(batches.batch_size, tf.int32),
            tf.constant(first, tf.int32),
            tf.constant(last, tf.int32),
            *(tf.constant(term, tf.float32) for term in terms),
        )
        return StepTotals(*totals.numpy().tolist())

    def logits(self, images: tf.Tensor) -> np.ndarray:
        """Logits float32 (n, 10) of images (n, 28, 28, 1), as in inference, without dropout."""
        parts = [
            self._evaluate(images[start : start + EVALUATION_BATCH]).numpy()
            for start in range(0, len(images), EVALUATION_BATCH)
        ]
        return np.concatenate(parts)

    def _run_steps(
        self, images, labels, teacher_logits, order, batch_size, first, last, alpha, temperature, scale
    ):
        # float64 holds these sums of float32 exactly, however many calls an epoch is cut into
        totals = tf.zeros((5,), tf.float64)
        if self.distilled:
            soft_targets, doubts = _soften(teacher_logits, temperature)
        for step in tf.range(first, last):
            # the next step must not read weights that this one is still writing
            tf.autograph.experimental.set_loop_options(parallel_iterations=1)
            chosen = order[step * batch_size : (step + 1) * batch_size]
            batch_labels = tf.gather(labels, chosen)
            with tf.GradientTape() as tape:
                logits = self._forward(tf.gather(images, chosen))
                student_loss = tf.reduce_mean(
                    tf.nn.sparse_softmax_cross_entropy_with_logits(batch_labels, logits)
                )
                if self.distilled:
                    divergence = tf.nn.softmax_cross_entropy_with_logits(
                        tf.gather(soft_targets, chosen), logits / temperature
                    ) - tf.gather(doubts, chosen)
                    distillation_loss = scale * tf.reduce_mean(divergence)
                    loss = alpha * student_loss + (1.0 - alpha) * distillation_loss
                else:
                    loss, distillation_loss = student_loss, tf.zeros(())
            gradients = tape.gradient(loss, self.model.trainable_variables)
            self._optimizer.apply(gradients)
            correct = tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) == batch_labels, tf.float32)
            count = tf.cast(tf.size(chosen), tf.float32)
            sums = [loss * count, student_loss * count, distillation_loss * count]
            totals += tf.cast(tf.stack([*sums, tf.reduce_sum(correct), count]), tf.float64)
        return totals


def _soften(teacher_logits: tf.Tensor, temperature: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The teacher's soft targets (n, 10) and their entropies (n,), in nats.

    KL(p ‖ q) is the cross-entropy of p and q minus the entropy of p. With p and its entropy known for all
    images, a step needs only one fused operation for `soft_target_divergence`
    (kd/distillation/soft_targets.py), so a distilled step costs little more than one without a teacher.
    """
    logs = tf.nn.log_softmax(teacher_logits / temperature)
    soft_targets = tf.exp(logs)
    return soft_targets, -tf.reduce_sum(soft_targets * logs, axis=1)


class Batches(NamedTuple):
    """What a model learns from, as tensors that stay in place for the whole run."""

    images: tf.Tensor
    labels: tf.Tensor
    teacher_logits: tf.Tensor
    batch_size: int

    @classmethod
    def of(cls, images, labels, teacher_logits, batch_size: int) -> Batches:
        """From arrays or tensors; `teacher_logits` is None if there is no teacher."""
        if teacher_logits is None:
            teacher_logits = np.zeros((0, CLASSES), np.float32)
        return cls(
            tf.convert_to_tensor(images),
            tf.convert_to_tensor(labels),
            tf.constant(teacher_logits, tf.float32),
            batch_size,
        )

    @property
    def steps(self) -> int:
        """How many steps an epoch has; the last may have fewer images."""
        return -(-len(self.labels) // self.batch_size)

    def order(self, seed: int, epoch: int) -> tf.Tensor:
        """The order in which an epoch goes through the images: the same for all models with this seed."""
        return tf.constant(np.random.default_rng([seed, epoch]).permutation(len(self.labels)), tf.int32)


_BUILDERS = {"teacher": build_teacher, "distilled": build_student, "scratch": build_student}


def compiled_training(model_name: str, precision: str = "float32") -> CompiledTraining:
    """This process' only CompiledTraining for 'teacher', 'distilled' or 'scratch' in this precision."""
    return _compiled_training(model_name, precision)


@cache
def _compiled_training(model_name: str, precision: str) -> CompiledTraining:
    builder = _BUILDERS[model_name]
    return CompiledTraining(lambda: builder(name=model_name), model_name == "distilled", precision)


@cache
def _uninitialized(model_name: str) -> keras.Sequential:
    """Built once: building takes longer than the first hundred steps of a student."""
    return _BUILDERS[model_name]()


@lru_cache(maxsize=64)
def initial_weights(model_name: str, seed: int) -> tuple[np.ndarray, ...]:
    """The weights that a model starts from, by architecture and seed alone, so students start alike."""
    model = _uninitialized(model_name)
    layers = [layer for layer in model.layers if hasattr(layer, "kernel_initializer")]
    seeds = np.random.SeedSequence(seed).generate_state(len(layers))
    for layer, layer_seed in zip(layers, seeds, strict=True):
        # Each layer gets its own seed: Keras' default draws from Python's global generator, from which other
        # threads of a worker draw too.
        initializer = layer.kernel_initializer
        settings = {**initializer.get_config(), "seed": int(layer_seed)}
        layer.kernel.assign(type(initializer).from_config(settings)(layer.kernel.shape))
    return tuple(model.get_weights())
