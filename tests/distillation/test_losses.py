"""What a Distiller takes as a loss, and what not: a name, a function, a loss of Keras, an objective."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd.distillation.losses import FunctionLoss, compared, distillation_loss, student_loss
from kd.distillation.objectives import OBJECTIVES
from kd.distillation.soft_targets import SoftTargetDivergence

GENERATOR = np.random.default_rng(0)
LABELS = np.array([0, 3, 1, 2, 3])
LOGITS, OTHERS = GENERATOR.normal(0, 3, (2, 5, 4)).astype("float32")


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(float) - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def squares(targets, predictions):
    return keras.ops.mean(keras.ops.square(targets - predictions), axis=-1)


class SquaresOfLogits(keras.losses.Loss):
    """Keras's own losses go back from a softmax to its logits by themselves."""

    from_logits = True

    def call(self, y_true, y_pred):
        return squares(y_true, y_pred)


CROSS_ENTROPY = -np.log(softmax(LOGITS)[np.arange(5), LABELS]).mean()


@pytest.mark.parametrize(
    "given",
    [
        None,
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        keras.losses.sparse_categorical_crossentropy,
        keras.losses.SparseCategoricalCrossentropy,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda y, z: keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True),
    ],
)
def test_the_students_cross_entropy_is_of_logits_however_it_is_given(given):
    assert float(student_loss(given)(LABELS, LOGITS)) == pytest.approx(CROSS_ENTROPY, rel=1e-6)


@pytest.mark.parametrize("given", ["categorical_crossentropy", "CategoricalCrossentropy"])
def test_one_hot_labels_have_a_name_too(given):
    assert float(student_loss(given)(np.eye(4)[LABELS], LOGITS)) == pytest.approx(CROSS_ENTROPY, rel=1e-6)


def test_a_function_is_averaged_over_the_rows_and_weighted():
    """As `Model.compile(loss=function)`: a sum over the rows would make the step larger with the batch."""
    weights = np.array([1.0, 0.0, 2.0, 0.5, 1.0])
    rows = ((OTHERS.astype(float) - LOGITS) ** 2).mean(axis=1)
    loss = student_loss(squares)
    assert isinstance(loss, FunctionLoss)
    assert float(loss(OTHERS, LOGITS)) == pytest.approx(rows.mean(), rel=1e-6)
    weighted = float(loss(OTHERS, LOGITS, sample_weight=weights))
    assert weighted == pytest.approx((weights * rows).mean(), rel=1e-6)


@pytest.mark.parametrize(
    "loss",
    [student_loss("kl_divergence"), FunctionLoss(keras.losses.kl_divergence, reduction="sum")],
    ids=["named", "summed"],
)
def test_a_function_of_keras_survives_saving(loss):
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    ours, theirs = softmax(OTHERS), softmax(LOGITS)
    assert float(again(ours, theirs)) == float(loss(ours, theirs)) > 0
    assert again.reduction == loss.reduction


def values(loss, teacher=OTHERS, student=LOGITS) -> float:
    return float(loss(*compared(loss, teacher, student)))


def test_what_a_distillation_loss_compares():
    """KL and cross-entropy of the same probabilities, each by NumPy in float64."""
    p, q = softmax(OTHERS), softmax(LOGITS)
    divergence = (p * np.log(p / q)).sum(axis=1).mean()
    entropy = -(p * np.log(p)).sum(axis=1).mean()
    for given in (None, SoftTargetDivergence()):
        assert values(distillation_loss(given)) == pytest.approx(divergence, rel=1e-5)
    for given in ("kl_divergence", "KLDivergence", keras.losses.KLDivergence()):
        assert values(distillation_loss(given)) == pytest.approx(divergence, rel=1e-5)
    for given in (
        "categorical_crossentropy",
        keras.losses.CategoricalCrossentropy(),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    ):
        assert values(distillation_loss(given)) == pytest.approx(divergence + entropy, rel=1e-5)
    of_logits = ((p - LOGITS.astype(float)) ** 2).mean()
    assert values(distillation_loss(SquaresOfLogits())) == pytest.approx(of_logits, rel=1e-5)
    squared = ((p - q) ** 2).mean()
    for given in ("mse", squares):
        assert values(distillation_loss(given)) == pytest.approx(squared, rel=1e-5)


def test_a_named_cross_entropy_clips_no_probability():
    """Keras clips probabilities to 1e-7, from which no gradient goes back; logits need no clip."""
    sure, wrong = np.array([[60.0, 0.0, 0.0]], "float32"), np.array([[0.0, 60.0, 0.0]], "float32")
    assert values(distillation_loss("categorical_crossentropy"), sure, wrong) == pytest.approx(60, rel=1e-6)


def test_an_objective_may_be_named():
    for name, objective in OBJECTIVES.items():
        if not objective.compares_attention:
            assert distillation_loss(name) == objective()


@pytest.mark.parametrize("resolve", [student_loss, distillation_loss])
def test_what_is_no_loss_is_refused(resolve):
    with pytest.raises(ValueError, match="soft targets"):
        resolve("soft targets")


@pytest.mark.parametrize("kind", ["SparseCategoricalCrossentropy", "CategoricalCrossentropy"])
def test_a_loss_that_takes_logits_for_probabilities_is_refused(kind):
    with pytest.raises(ValueError, match=f"{kind} with from_logits=True"):
        student_loss(getattr(keras.losses, kind)())


@pytest.mark.parametrize("settings", [{"temperature": 4}, {"divided": False}])
def test_the_distiller_alone_has_a_temperature(settings):
    [(name, value)] = settings.items()
    with pytest.raises(ValueError, match=rf"compile\(\).* {name}={value}"):
        distillation_loss(SoftTargetDivergence(**settings))


def test_a_function_gives_its_loss_a_name_and_a_named_loss_is_told_of_logits():
    class Nameless:
        def __call__(self, targets, predictions):
            return squares(targets, predictions)

    losses = (student_loss(given) for given in (squares, lambda y, z: squares(y, z), Nameless()))
    assert [loss.name for loss in losses] == ["squares", "lambda", "loss"]
    assert student_loss("binary_crossentropy").from_logits
