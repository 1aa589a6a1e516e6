"""One training step, traced once and used for all trainings of its kind in a process.

An epoch of the notebook's student is 313 steps of about a millisecond, so what happens between steps matters
most: a tf.function loops over the steps and gathers its batches from tensors. The objective's numbers and the
order of the images are tensors, so the next training of the same kind starts without tracing again.
"""

import dataclasses
import gc
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
import tensorflow as tf

from kd.distillation.objectives import Objective, Outputs
from kd.networks.architectures import Architecture
from kd.networks.folding import folded_forward
from kd.pictures.changes import drawn, variants
from kd.training.messages import ATTENTION
from kd.training.networks import PICTURES, InParts, Network, network, to_images

# Kinds of training kept: a study may compare several objectives, and each learns beside a scratch student.
KINDS_KEPT = 6
_ALIGNED = 64  # TensorFlow's tensors begin at a multiple of so many bytes


@dataclass(frozen=True)
class LabelsAlone(Objective):
    """The cross-entropy with the labels, and no teacher."""

    term_labels: ClassVar = {}
    uses_teacher = False

    def loss(self, student_loss, terms) -> Any:
        return student_loss

    def prepare(self, teacher, labels) -> dict:
        return {}

    def terms(self, labels, student, prepared, labelled=None) -> dict:
        return {}


class Kind(NamedTuple):
    """What trainings have in common that share a traced step.

    objective: whatever its numbers. smoothed: whether labels are. shift: by how many pixels at most each
    image is shifted, anew in each epoch. consistent: whether the teacher's outputs are for the shifted
    images, too. precision: of the steps, "float32" or "mixed_bfloat16" (kd.networks.folding).
    in_parts: whether a step takes its images a part at a time: all at once, they would take much memory.
    """

    objective: Objective = LabelsAlone()
    smoothed: bool = False
    partly_labelled: bool = False
    shift: int = 0
    consistent: bool = False
    precision: str = "float32"
    in_parts: bool = False


class Lesson(NamedTuple):
    """What a model learns from, as tensors that stay in place for the whole training.

    images: uint8 (n, 28, 28). labels: int32 (n,). labelled: float32 (n,) of 0 and 1; empty if all have a
    label. prepared: of the objective, a row for each picture or variant. numbers: the objective's, and last
    the label smoothing.
    """

    images: tf.Tensor
    labels: tf.Tensor
    labelled: tf.Tensor
    prepared: dict[str, tf.Tensor]
    numbers: tf.Tensor
    batch_size: int
    shift: int = 0

    @property
    def steps(self) -> int:
        """How many steps an epoch has; the last may have fewer images."""
        return -(-len(self.labels) // self.batch_size)

    def order(self, seed: int, epoch: int) -> tf.Tensor:
        """Returns the order in which an epoch visits the images: the same for all models with this seed.

        Where they are shifted, a number is the image's times the number of variants, plus its own variant.
        """
        places = np.random.default_rng([seed, epoch]).permutation(len(self.labels))
        if self.shift:
            places = places * len(variants(self.shift)) + drawn(self.shift, len(places), seed, epoch)
        return tf.constant(places, tf.int32)


class CompiledTraining:
    """The traced step of one kind of training, on a network that others may use in between.

    loss = α · the mean over the batch of the cross-entropy of pictures with a label
           + teacher_weight() · the sum of the objective's terms over all pictures

    Losses that the network's layers add (regularisers, `add_loss`) are no part of a step.
    """

    def __init__(self, network: Network, kind: Kind):
        self.network, self.model, self._kind = network, network.model, kind
        self._classes = int(self.model.output_shape[-1])
        self.terms, self._numbers = tuple(kind.objective.term_labels), tuple(_numbers(kind.objective))
        self._attends = kind.objective.compares_attention
        self._forward = folded_forward(self.model, kind.precision, attention=self._attends)
        self._parts = InParts(self._forward, self.model) if kind.in_parts else None
        self._prepare = self._traced_prepare()
        integer, integers = (tf.TensorSpec(shape, tf.int32) for shape in ((), (None,)))
        self._steps = tf.function(
            self._run_steps,
            input_signature=[
                PICTURES,
                integers,
                tf.TensorSpec((None,), tf.float32),
                self._prepared_specs(),
                tf.TensorSpec((len(self._numbers) + 1,), tf.float32),
                integers,
                *[integer] * 3,
                tf.TensorSpec((len(self.terms) + 5,), tf.float64),
            ],
            autograph=False,  # it would rewrite loops that are TensorFlow's already, for half a second
        )

    def trace(self) -> None:
        """Traces training and evaluation, unless this was done before: a second or two, once a process."""
        self._steps.get_concrete_function()
        self.network.trace()

    def lesson(
        self,
        images: Any,
        labels: Any,
        batch_size: int,
        *,
        labelled: np.ndarray | None = None,
        objective: Objective = LabelsAlone(),
        teacher: Outputs | None = None,
        smoothing: float = 0.0,
    ) -> Lesson:
        """Returns what `run_steps` takes, with this training's numbers.

        labelled: bool (n,), if there are pictures without a label. teacher: a row for each picture or, where
        it is consistent, for each variant of the first picture, then of the second, and so on.
        """
        numbers = tf.constant([*_numbers(objective).values(), smoothing], tf.float32)
        outputs = (tf.constant(part, tf.float32) for part in teacher or () if part is not None)
        each = np.repeat(labels, len(variants(self._kind.shift))) if self._kind.consistent else labels
        return Lesson(
            in_place(images),
            tf.convert_to_tensor(labels),
            tf.constant(np.zeros(0) if labelled is None else labelled, tf.float32),
            self._prepare(numbers, tf.constant(each, tf.int32), *outputs),
            numbers,
            batch_size,
            self._kind.shift,
        )

    def no_sums(self) -> np.ndarray:
        """Returns the sums of no steps."""
        return np.zeros(len(self.terms) + 5)

    def run_steps(
        self, lesson: Lesson, order: tf.Tensor, first: int, last: int, sums: np.ndarray | None = None
    ) -> np.ndarray:
        """Takes steps `first` to `last` (exclusive) of an epoch; returns the sums of all so far."""
        bounds = (tf.constant(number, tf.int32) for number in (lesson.batch_size, first, last))
        sums = tf.constant(self.no_sums() if sums is None else sums)
        return self._steps(*lesson[:5], order, *bounds, sums).numpy()

    def means(self, sums: np.ndarray) -> dict[str, float | None]:
        """Returns means over pictures; student_loss and accuracy are of those with a label, or None."""
        loss, student_loss, *terms, correct, images, labelled = sums.tolist()

        def mean(total: float, count: float) -> float | None:
            return total / count if count else None

        return {
            "loss": mean(loss, images),
            "student_loss": mean(student_loss, labelled),
            **{name: mean(total, images) for name, total in zip(self.terms, terms, strict=True)},
            "accuracy": mean(correct, labelled),
        }

    def _traced_prepare(self) -> Any:
        def prepare(numbers, labels, logits=None, attention=None):
            return self._with(numbers).prepare(Outputs(logits, attention), labels)

        rows = [self._classes, ATTENTION] if self._attends else [self._classes]
        rows = rows if self._kind.objective.uses_teacher else []
        outputs = [tf.TensorSpec((None, size), tf.float32) for size in rows]
        numbers = tf.TensorSpec((len(self._numbers) + 1,), tf.float32)
        labels = tf.TensorSpec((None,), tf.int32)
        return tf.function(prepare, input_signature=[numbers, labels, *outputs], autograph=False)

    def _prepared_specs(self) -> dict[str, tf.TensorSpec]:
        prepared = self._prepare.get_concrete_function().structured_outputs
        return {name: tf.TensorSpec((None, *t.shape[1:]), t.dtype) for name, t in prepared.items()}

    def _with(self, numbers: tf.Tensor) -> Objective:
        """Returns the objective with these numbers."""
        values = tf.unstack(numbers)[: len(self._numbers)]
        return dataclasses.replace(self._kind.objective, **dict(zip(self._numbers, values, strict=True)))

    def _run_steps(self, images, labels, labelled, prepared, numbers, order, batch_size, first, last, sums):
        kind, ways = self._kind, len(variants(self._kind.shift))

        def go_on(step, _sums):
            return step < last

        def take(step, sums):
            variant = order[step * batch_size : (step + 1) * batch_size]
            chosen = variant // ways if kind.shift else variant
            batch = tf.gather(labels, chosen)
            has_label = tf.gather(labelled, chosen) if kind.partly_labelled else None
            taught = variant if kind.consistent else chosen
            if kind.objective.answers_by_place:
                taught = step * batch_size + tf.range(tf.size(chosen))
            rows = {name: tf.gather(values, taught) for name, values in prepared.items()}
            pictures = tf.gather(images, chosen)
            if kind.shift:
                pictures = shifted_each(pictures, variant % ways, kind.shift)
            step_sums = self._step(to_images(pictures), batch, has_label, rows, numbers)
            # Added one after the other, wherever an epoch is cut into calls
            return step + 1, sums + tf.cast(tf.stack(step_sums), tf.float64)

        # the next step must not read weights that this one is still writing
        return tf.while_loop(go_on, take, (first, sums), parallel_iterations=1)[1]

    def _step(self, images, labels, has_label, prepared: Mapping[str, Any], numbers) -> list[tf.Tensor]:
        """Takes one step of the optimiser; returns what it adds to the sums."""
        count = tf.cast(tf.size(labels), tf.float32)
        in_parts: tuple[Any, Any] = self._parts(images) if self._parts else (None, None)
        said, backwards = in_parts
        with tf.GradientTape() as tape:
            if backwards:
                tape.watch(said)
            else:
                said = self._forward(images)
            outputs = said if self._attends else Outputs(said)
            losses = self._cross_entropies(labels, outputs.logits, numbers)
            if has_label is None:
                student_loss = tf.reduce_mean(losses)
                student_sum, with_label = student_loss * count, count
            else:
                student_sum, with_label = tf.reduce_sum(has_label * losses), tf.reduce_sum(has_label)
                student_loss = student_sum / count
            objective = self._with(numbers)
            terms = objective.terms(labels, outputs, prepared, has_label)
            loss = objective.loss(student_loss, terms)
        if backwards:
            gradients = backwards(tape.gradient(loss, said))
        else:
            gradients = tape.gradient(loss, self.model.trainable_variables)
        self.network.optimizer.apply(gradients)
        correct = tf.cast(tf.argmax(outputs.logits, axis=1, output_type=tf.int32) == labels, tf.float32)
        if has_label is not None:
            correct *= has_label
        means = [loss * count, student_sum, *(terms[name] * count for name in self.terms)]
        return [*means, tf.reduce_sum(correct), count, with_label]

    def _cross_entropies(self, labels, logits, numbers) -> tf.Tensor:
        """Returns (n,), with the labels or with smoothed ones (Szegedy et al. 2016, section 7)."""
        if not self._kind.smoothed:
            return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        smoothing = numbers[-1]
        smoothed = (1.0 - smoothing) * tf.one_hot(labels, self._classes) + smoothing / self._classes
        return tf.nn.softmax_cross_entropy_with_logits(smoothed, logits)


def in_place(pictures: np.ndarray) -> tf.Tensor:
    """Returns pictures, uint8, as a tensor: in the same memory where MNIST is mapped, else in a copy.

    `tf.constant` would copy them twice: 92 MB for 60,000.
    """
    if not pictures.size:
        return tf.constant(pictures, tf.uint8)
    base = pictures
    while isinstance(base.base, np.ndarray):
        base = base.base
    can_share = isinstance(base, np.memmap) and base.flags.writeable and pictures.flags.c_contiguous
    if can_share and pictures.ctypes.data % _ALIGNED == 0:
        memory, start = base.view(np.ndarray), pictures.ctypes.data - base.ctypes.data
        shared = memory.reshape(-1)[start : start + pictures.size].reshape(pictures.shape)
    else:
        memory = np.empty(pictures.size + _ALIGNED, np.uint8)
        start = -memory.ctypes.data % _ALIGNED
        shared = memory[start : start + pictures.size].reshape(pictures.shape)
        shared[...] = pictures
    return tf.experimental.dlpack.from_dlpack(shared.__dlpack__())


def shifted_each(pictures: tf.Tensor, chosen: tf.Tensor, most: int) -> tf.Tensor:
    """Returns each picture (n, height, width) as `shifted` makes it by its chosen row of `variants(most)`."""
    size = pictures.shape[1]
    bordered = tf.pad(pictures, [[0, 0], [most, most], [most, most]])
    moved = tf.gather(tf.constant(variants(most)), chosen)
    steps = most + tf.range(size) - moved[..., tf.newaxis]
    rows = tf.gather(bordered, steps[:, 0], axis=1, batch_dims=1)
    columns = tf.gather(tf.transpose(rows, [0, 2, 1]), steps[:, 1], axis=1, batch_dims=1)
    return tf.transpose(columns, [0, 2, 1])


def _numbers(objective: Objective) -> dict[str, float]:
    """Returns the objective's numbers, which trace nothing again, as its switches and choices do."""
    return {
        field.name: getattr(objective, field.name)
        for field in dataclasses.fields(objective)
        if isinstance(field.default, float)
    }


def compiled_training(architecture: Architecture, kind: Kind) -> CompiledTraining:
    """Returns this process' only CompiledTraining of this kind, whatever the objective's numbers."""
    defaults = {field.name: field.default for field in dataclasses.fields(kind.objective)}
    numbers = {name: defaults[name] for name in _numbers(kind.objective)}
    objective = dataclasses.replace(kind.objective, **numbers)
    return _compiled_training(architecture, kind._replace(objective=objective))


@lru_cache(maxsize=KINDS_KEPT)
def _compiled_training(architecture: Architecture, kind: Kind) -> CompiledTraining:
    gc.collect()  # traced functions refer to themselves, so those that were let go are still there
    return CompiledTraining(network(architecture), kind)
