"""Steps against NumPy in float64, and Adam in one pass against Keras' own."""

from __future__ import annotations

import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.config import RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.networks.architectures import Architecture
from kd.pictures.changes import drawn, shifted, variants
from kd.training import networks, student
from kd.training.compiled import CompiledTraining, Kind, in_place
from kd.training.networks import FusedAdam, Network, initial_weights, needs_parts
from kd.training.networks import network as network_of
from tests.distillation.formulas import softmax
from tests.training.helpers import made_up

RATE, PICTURES = 0.5, 24
LINEAR = Architecture("linear")
SOFT_TARGETS = OBJECTIVES["soft_targets"]
T, SCALE = 5.0, 25.0


class PlainDescent:
    """Adam hides the length of a gradient; this shows it."""

    def __init__(self, model):
        self._model = model

    def apply(self, gradients) -> None:
        for variable, gradient in zip(self._model.trainable_variables, gradients, strict=True):
            variable.assign_sub(RATE * gradient)


@pytest.fixture
def network() -> Network:
    network = Network(lambda: LINEAR.build("model"))
    network.optimizer = PlainDescent(network.model)
    random = np.random.default_rng(5)
    network.model.set_weights([0.1 * random.normal(size=w.shape) for w in network.model.get_weights()])
    return network


@pytest.fixture
def data(mnist) -> tuple[np.ndarray, np.ndarray]:
    return mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)


class ByHand:
    """The network of one layer in float64, and its steps."""

    def __init__(self, network: Network):
        self.kernel, self.bias = (w.astype(np.float64) for w in network.model.get_weights())

    def step(self, images, labels, *, alpha=1.0, teacher=None, labelled=None) -> dict:
        """Takes one step, and returns the means."""
        flat, n = images.reshape(len(images), -1) / 255.0, len(images)
        labelled = np.ones(n) if labelled is None else labelled
        logits = flat @ self.kernel + self.bias
        targets = np.eye(10)[labels]
        losses = -(targets * np.log(softmax(logits))).sum(axis=1)
        upstream = alpha * (softmax(logits) - targets) * labelled[:, None] / n
        means = {"loss": alpha * (losses * labelled).sum() / n}
        if teacher is not None:
            theirs, ours = softmax(teacher.astype(np.float64) / T), softmax(logits / T)
            means["distillation_loss"] = SCALE * (theirs * np.log(theirs / ours)).sum(axis=1).mean()
            upstream += (1 - alpha) * SCALE / T * (ours - theirs) / n
            means["loss"] += (1 - alpha) * means["distillation_loss"]
        if labelled.any():
            means["student_loss"] = (losses * labelled).sum() / labelled.sum()
            means["accuracy"] = ((logits.argmax(axis=1) == labels) * labelled).sum() / labelled.sum()
        self.kernel -= RATE * flat.T @ upstream
        self.bias -= RATE * upstream.sum(axis=0)
        return means

    def is_where(self, network: Network) -> None:
        for found, expected in zip(network.model.get_weights(), (self.kernel, self.bias), strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-6)


def first_step(compiled: CompiledTraining, data, **settings) -> dict:
    lesson = compiled.lesson(*data, PICTURES, **settings)
    return compiled.means(compiled.run_steps(lesson, lesson.order(0, 1), 0, 1))


@pytest.mark.parametrize(
    ("chosen", "in_their_memory"),
    [
        (slice(None), True),
        (slice(100), True),
        (slice(4, 50, 1), True),
        (slice(3, 50), False),  # not where TensorFlow can have it
        (slice(None, None, 700), False),
        ([5, 1, 5], False),
        (slice(0), False),
    ],
)
def test_pictures_become_a_tensor_without_a_copy_where_they_are_mapped(mnist, chosen, in_their_memory):
    pictures = mnist.x_train[chosen]
    tensor = in_place(pictures)
    np.testing.assert_array_equal(tensor, pictures)
    np.testing.assert_array_equal(tf.gather(tensor, range(len(pictures))[-2:]), pictures[-2:])
    if sys.platform != "win32":  # which has no nameless files
        assert np.shares_memory(memoryview(tensor), pictures) is in_their_memory
    with pytest.raises(ValueError, match="read-only"):
        mnist.x_train[0] = 0


@pytest.mark.parametrize(
    ("alpha", "with_label"), [(0.0, 9), (0.3, 0), (0.3, 1), (0.3, 9), (1.0, 9), (0.3, 24)]
)
def test_labels_count_where_there_are_some_and_the_teacher_everywhere(network, data, alpha, with_label):
    labelled, teacher = np.arange(PICTURES) < with_label, made_up(PICTURES).logits
    objective = SOFT_TARGETS(alpha=alpha, temperature=T, scale=SCALE)
    hand, compiled = ByHand(network), CompiledTraining(network, Kind(objective, partly_labelled=True))
    found = first_step(compiled, data, labelled=labelled, objective=objective, teacher=Outputs(teacher))
    means = hand.step(*data, alpha=alpha, teacher=teacher, labelled=labelled)
    assert {name: found[name] for name in means} == pytest.approx(means, rel=1e-5)
    if not with_label:
        assert found["student_loss"] is found["accuracy"] is None
    hand.is_where(network)


@pytest.mark.parametrize(("case", "rows"), [("kept", 1), ("consistent", 9), ("fixed", 1)])
def test_each_picture_has_its_own_row_of_the_teacher_unless_answers_were_kept(network, data, case, rows):
    """Over an epoch of three batches; any other row, variant or picture would not fit.

    Kept answers, a mistake, go by the place in the epoch and not by the picture.
    """
    images, labels = data
    shift, kind = 0 if case == "kept" else 1, MISTAKES["cached_answers"] if case == "kept" else SOFT_TARGETS
    objective, said = kind(alpha=0.3, temperature=T, scale=SCALE), made_up(rows * PICTURES).logits
    hand = ByHand(network)
    compiled = CompiledTraining(network, Kind(objective, shift=shift, consistent=case == "consistent"))
    lesson = compiled.lesson(images, labels, 10, objective=objective, teacher=Outputs(said))
    compiled.run_steps(lesson, lesson.order(3, 1), 0, 3)
    order = np.random.default_rng([3, 1]).permutation(PICTURES)
    ways = drawn(1, PICTURES, 3, 1) if shift else np.zeros(PICTURES, int)
    for first in range(0, PICTURES, 10):
        chosen, way = order[first : first + 10], ways[first : first + 10]
        moved = [shifted(images[[p]], *variants(shift)[w])[0] for p, w in zip(chosen, way, strict=True)]
        taught = {"kept": first + np.arange(len(chosen)), "consistent": 9 * chosen + way, "fixed": chosen}
        hand.step(np.array(moved), labels[chosen], alpha=0.3, teacher=said[taught[case]])
    hand.is_where(network)


@pytest.mark.parametrize("attends", [False, True])
def test_a_step_in_parts_is_the_same_step_and_the_last_part_may_be_smaller(mnist, monkeypatch, attends):
    pictures = 28  # so many fit in a step, and half of them in a part
    monkeypatch.setattr(networks, "BYTES_AT_ONCE", pictures // 2 * 4 * 14 * 14 * 4)
    objective = OBJECTIVES["attention"]() if attends else SOFT_TARGETS()
    said = made_up(PICTURES)
    teacher = Outputs(said.logits, said.attention if attends else None)
    architecture = Architecture("convolutional", 4)
    assert not needs_parts(network_of(architecture).model, pictures)
    assert needs_parts(network_of(architecture).model, pictures + 1)
    steps = []
    for in_parts in (False, True):
        compiled = CompiledTraining(network_of(architecture), Kind(objective, in_parts=in_parts))
        compiled.network.optimizer = PlainDescent(compiled.model)
        compiled.network.model.set_weights([*initial_weights(architecture, 1)])
        data = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
        means = first_step(compiled, data, objective=objective, teacher=teacher)
        steps.append((means, compiled.model.get_weights()))
    (whole, expected), (means, found) = steps
    assert means == pytest.approx(whole, rel=1e-5)
    for new, old in zip(found, expected, strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-5, atol=1e-6)


def test_a_student_whose_layers_put_out_much_takes_its_steps_in_parts():
    wide = RunConfig(student="convolutional", student_width=64, batch_size=1024)
    for config, name, expected in (
        (RunConfig(teacher="fresh"), "teacher", False),
        (RunConfig(), "distilled", False),
        (wide.replace(batch_size=32), "distilled", False),
        (wide, "distilled", True),
    ):
        recipe = student._recipe(config, name)
        assert recipe.kind(student._pictures(config, name), config).in_parts is expected


SHAPES = [(3, 3, 1, 4), (4,), (20, 10)]


def variables() -> list[keras.Variable]:
    generator = np.random.default_rng(0)
    return [keras.Variable(generator.normal(size=shape).astype(np.float32)) for shape in SHAPES]


def gradients(steps: int) -> list[list[np.ndarray]]:
    """Large, tiny and zero gradients, so that ε matters."""
    generator = np.random.default_rng(1)
    sizes = np.array([1.0, 1e-6, 0.0], np.float32)
    return [
        [
            (generator.normal(size=shape) * size).astype(np.float32)
            for shape, size in zip(SHAPES, sizes, strict=True)
        ]
        for _ in range(steps)
    ]


def test_sixty_steps_end_where_kerass_adam_ends():
    ours, theirs = variables(), variables()
    fused, adam = FusedAdam(ours), keras.optimizers.Adam()
    for step in gradients(60):
        fused.apply([keras.ops.convert_to_tensor(gradient) for gradient in step])
        adam.apply([keras.ops.convert_to_tensor(gradient) for gradient in step], theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=0, atol=1e-6)
    moved = [np.abs(a.numpy() - b.numpy()).max() for a, b in zip(ours, variables(), strict=True)]
    assert min(moved[:2]) > 0.001
    assert moved[2] == 0
