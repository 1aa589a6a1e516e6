"""One step against NumPy in float64: labels for some pictures, smoothed labels, pictures left out."""

from __future__ import annotations

import numpy as np
import pytest

from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.networks.architectures import Architecture
from kd.pictures.shifts import drawn, shifted, variants
from kd.pictures.training_set import places
from kd.training.compiled import CompiledTraining
from kd.training.networks import Network
from tests.distillation.formulas import FORMULAS
from tests.training.helpers import BRIEF, history_of, made_up, trained

RATE, PICTURES = 0.5, 24
LINEAR = Architecture("linear")
SOFT_TARGETS = OBJECTIVES["soft_targets"]


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


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def one_step(kernel, bias, images, labels, *, alpha, t, scale, teacher, labelled, smoothing):
    """The new weights and the means, in float64: a network of one layer, by hand."""
    flat = images.reshape(len(images), -1) / 255.0
    n = len(flat)
    logits = flat @ kernel + bias
    targets = (1 - smoothing) * np.eye(10)[labels] + smoothing / 10
    losses = -(targets * np.log(softmax(logits))).sum(axis=1)
    upstream = alpha * (softmax(logits) - targets) * labelled[:, None] / n
    loss, divergence = alpha * (losses * labelled).sum() / n, None
    if teacher is not None:
        theirs, ours = softmax(teacher / t), softmax(logits / t)
        divergence = scale * (theirs * np.log(theirs / ours)).sum(axis=1).mean()
        upstream += (1 - alpha) * scale / t * (ours - theirs) / n
        loss += (1 - alpha) * divergence
    means = {"loss": loss, "distillation_loss": divergence}
    if labelled.any():
        means["student_loss"] = (losses * labelled).sum() / labelled.sum()
        means["accuracy"] = ((logits.argmax(axis=1) == labels) * labelled).sum() / labelled.sum()
    return kernel - RATE * flat.T @ upstream, bias - RATE * upstream.sum(axis=0), means


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("with_label", [0, 1, 9, PICTURES])
def test_labels_count_where_there_are_some_and_the_teacher_everywhere(network, mnist, alpha, with_label):
    images, labels = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
    labelled = np.arange(PICTURES) < with_label
    teacher = made_up(PICTURES).logits
    objective = SOFT_TARGETS(alpha=alpha, temperature=5.0, scale=25.0)
    kernel, bias = (w.astype(np.float64) for w in network.model.get_weights())
    compiled = CompiledTraining(network, objective, partly_labelled=True)
    lesson = compiled.lesson(
        images, labels, PICTURES, labelled=labelled, objective=objective, teacher=Outputs(teacher)
    )
    found = compiled.means(compiled.run_steps(lesson, lesson.order(0, 1), 0, 1))
    kernel, bias, means = one_step(
        kernel,
        bias,
        images,
        labels,
        alpha=alpha,
        t=5.0,
        scale=25.0,
        teacher=teacher.astype(np.float64),
        labelled=labelled,
        smoothing=0.0,
    )
    for name, value in means.items():
        assert found[name] == pytest.approx(value, rel=1e-5), name
    if not with_label:
        assert found["student_loss"] is found["accuracy"] is None
    np.testing.assert_allclose(network.model.get_weights()[0], kernel, atol=1e-6)
    np.testing.assert_allclose(network.model.get_weights()[1], bias, atol=1e-6)


@pytest.mark.parametrize("name", ["decoupled", "virtual_teacher"])
def test_an_objective_that_needs_labels_is_told_which_there_are(network, mnist, name):
    images, labels = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
    labelled, teacher = np.arange(PICTURES) % 3 > 0, made_up(PICTURES).logits
    objective = OBJECTIVES[name](alpha=0.3, temperature=5.0, scale=25.0)
    kernel, bias = (w.astype(np.float64) for w in network.model.get_weights())
    logits = images.reshape(PICTURES, -1) / 255.0 @ kernel + bias
    own = {field.name: getattr(objective, field.name) for field in objective.own_fields()}
    expected = FORMULAS[name](labels, logits, teacher.astype(np.float64), labelled, 5.0, 25.0, **own)
    compiled = CompiledTraining(network, objective, partly_labelled=True)
    said = Outputs(teacher) if objective.uses_teacher else None
    lesson = compiled.lesson(images, labels, PICTURES, labelled=labelled, objective=objective, teacher=said)
    found = compiled.means(compiled.run_steps(lesson, lesson.order(0, 1), 0, 1))
    assert {term: found[term] for term in expected} == pytest.approx(expected, rel=1e-5)


def test_kept_answers_go_by_the_place_in_the_epoch_and_not_by_the_picture(network, mnist):
    """The mistake, over an epoch of three batches; its teacher's rows, in any other order, would not fit."""
    images, labels = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
    objective = MISTAKES["cached_answers"](alpha=0.3, temperature=5.0, scale=25.0)
    given = objective.answers(made_up(PICTURES).logits, 3)
    kernel, bias = (w.astype(np.float64) for w in network.model.get_weights())
    compiled = CompiledTraining(network, objective)
    lesson = compiled.lesson(images, labels, 10, objective=objective, teacher=Outputs(given))
    order = lesson.order(3, 1)
    compiled.run_steps(lesson, order, 0, 3)
    numbers = {"alpha": 0.3, "t": 5.0, "scale": 25.0, "smoothing": 0.0}
    for first in range(0, PICTURES, 10):
        chosen = order.numpy()[first : first + 10]
        batch = {"teacher": given[first : first + 10].astype(np.float64), "labelled": np.ones(len(chosen))}
        kernel, bias, _means = one_step(kernel, bias, images[chosen], labels[chosen], **batch, **numbers)
    np.testing.assert_allclose(network.model.get_weights()[0], kernel, atol=1e-6)
    np.testing.assert_allclose(network.model.get_weights()[1], bias, atol=1e-6)


@pytest.mark.parametrize("consistent", [True, False])
def test_a_shifted_picture_has_its_own_row_of_a_consistent_teacher(network, mnist, consistent):
    """Over an epoch of three batches; any other variant's row, or another picture's, would not fit."""
    images, labels = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
    objective = SOFT_TARGETS(alpha=0.3, temperature=5.0, scale=25.0)
    said = made_up(9 * PICTURES if consistent else PICTURES).logits
    kernel, bias = (w.astype(np.float64) for w in network.model.get_weights())
    compiled = CompiledTraining(network, objective, shift=1, consistent=consistent)
    lesson = compiled.lesson(images, labels, 10, objective=objective, teacher=Outputs(said))
    compiled.run_steps(lesson, lesson.order(3, 1), 0, 3)
    order, ways = np.random.default_rng([3, 1]).permutation(PICTURES), drawn(1, PICTURES, 3, 1)
    numbers = {"alpha": 0.3, "t": 5.0, "scale": 25.0, "smoothing": 0.0}
    for first in range(0, PICTURES, 10):
        chosen, way = order[first : first + 10], ways[first : first + 10]
        moved = [shifted(images[[one]], *variants(1)[each])[0] for one, each in zip(chosen, way, strict=True)]
        rows = 9 * chosen + way if consistent else chosen
        batch = {"teacher": said[rows].astype(np.float64), "labelled": np.ones(len(chosen))}
        kernel, bias, _means = one_step(kernel, bias, np.array(moved), labels[chosen], **batch, **numbers)
    np.testing.assert_allclose(network.model.get_weights()[0], kernel, atol=1e-6)
    np.testing.assert_allclose(network.model.get_weights()[1], bias, atol=1e-6)


@pytest.mark.parametrize("consistent", [True, False])
def test_every_row_of_a_teacher_is_prepared_with_the_label_of_its_picture(network, mnist, consistent):
    labels, times = mnist.y_train[:PICTURES].astype(np.int32), 9 if consistent else 1
    objective = OBJECTIVES["decoupled"]()
    lesson = CompiledTraining(network, objective, shift=1, consistent=consistent).lesson(
        mnist.x_train[:PICTURES],
        labels,
        10,
        objective=objective,
        teacher=Outputs(made_up(times * PICTURES).logits),
    )
    np.testing.assert_array_equal(lesson.prepared["target"], np.eye(10)[labels.repeat(times)])


@pytest.mark.parametrize("smoothing", [0.1, 0.9])
def test_smoothed_labels(network, mnist, smoothing):
    images, labels = mnist.x_train[:PICTURES], mnist.y_train[:PICTURES].astype(np.int32)
    kernel, bias = (w.astype(np.float64) for w in network.model.get_weights())
    compiled = CompiledTraining(network, smoothed=True)
    lesson = compiled.lesson(images, labels, PICTURES, smoothing=smoothing)
    found = compiled.means(compiled.run_steps(lesson, lesson.order(0, 1), 0, 1))
    kernel, bias, means = one_step(
        kernel,
        bias,
        images,
        labels,
        alpha=1.0,
        t=1.0,
        scale=1.0,
        teacher=None,
        labelled=np.ones(PICTURES),
        smoothing=smoothing,
    )
    assert found["loss"] == found["student_loss"] == pytest.approx(means["loss"], rel=1e-5)
    assert found["accuracy"] == pytest.approx(means["accuracy"])
    np.testing.assert_allclose(network.model.get_weights()[0], kernel, atol=1e-6)
    np.testing.assert_allclose(network.model.get_weights()[1], bias, atol=1e-6)


def test_sums_are_over_pictures_whatever_the_size_of_the_last_batch(network, mnist):
    """Without learning, the means of 24 pictures in batches of 7 are those of all, whatever the calls."""
    network.optimizer.apply = lambda gradients: None
    labels = mnist.y_train[:PICTURES].astype(np.int32)
    labelled = np.arange(PICTURES) % 3 == 0
    objective = SOFT_TARGETS(alpha=0.3, temperature=5.0, scale=25.0)
    compiled = CompiledTraining(network, objective, partly_labelled=True)
    found = []
    for batch_size in (7, PICTURES):
        lesson = compiled.lesson(
            mnist.x_train[:PICTURES],
            labels,
            batch_size,
            labelled=labelled,
            objective=objective,
            teacher=Outputs(made_up(PICTURES).logits),
        )
        order = lesson.order(0, 1)
        first = compiled.run_steps(lesson, order, 0, 1)
        sums = compiled.run_steps(lesson, order, 1, lesson.steps, first)
        assert sums[-2:].tolist() == [PICTURES, labelled.sum()]
        found.append(compiled.means(sums))
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_no_step_begins_before_the_last_one_has_ended(network):
    """It might read weights that are still being written, which results show only now and then."""
    graph = CompiledTraining(network)._steps.get_concrete_function().graph
    loops = [op for op in graph.get_operations() if "While" in op.type]
    assert [loop.get_attr("parallel_iterations") for loop in loops] == [1]


def test_the_baseline_smooths_by_a_tenth():
    plain = trained(BRIEF.replace(epochs=1), "scratch")
    smoothed = trained(BRIEF.replace(epochs=1, baseline="label_smoothing"), "scratch")
    assert smoothed.history[0]["loss"] > plain.history[0]["loss"]
    with_baseline = BRIEF.replace(epochs=1, baseline="label_smoothing")
    one, other = (trained(c, "distilled", made_up()) for c in (BRIEF.replace(epochs=1), with_baseline))
    assert history_of(one) == history_of(other)  # it is the scratch student's alone


@pytest.mark.parametrize(("shift", "times"), [(0, 1), (1, 9)])
def test_a_student_learns_from_the_rows_of_its_own_pictures(shift, times, mnist):
    """A teacher who is wrong about every picture of a digit left out, however shifted, teaches the same."""
    config = BRIEF.replace(omitted_digits="38", epochs=1, shift=shift)
    right, wrong = made_up(320 * times), made_up(320 * times)
    left_out = np.isin(mnist.y_train[places(config)], [3, 8]).repeat(times)
    wrong.logits[left_out] = -100.0
    one, other = (trained(config, "distilled", teaching) for teaching in (right, wrong))
    assert history_of(one) == history_of(other)
    own = np.flatnonzero(~left_out)[:times]
    wrong.logits[own] = -100.0
    wrong.logits[own, 0] = 100.0
    assert history_of(trained(config, "distilled", wrong)) != history_of(one)


def test_the_scratch_student_learns_from_labelled_pictures_alone():
    few = trained(BRIEF.replace(labelled=50), "scratch")
    assert history_of(few) == history_of(trained(BRIEF.replace(train_size=50), "scratch"))
