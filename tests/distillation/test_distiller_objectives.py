"""What a Distiller takes as a loss, against formulas in NumPy and float64; and what it refuses."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest

from kd import Distiller
from kd.distillation.losses import (
    FunctionLoss,
    check_teacher_logits,
    distillation_objective,
    numbers_of_classes,
    student_loss,
    weighted_by_class,
)
from kd.distillation.objectives import OBJECTIVES, Objective, Outputs
from kd.distillation.soft_targets import SoftTargetDivergence
from tests.distillation.formulas import softmax
from tests.distillation.small import (
    ALPHA,
    CLASSES,
    ROWS,
    STORED,
    WEIGHTS,
    X,
    Y,
    Z,
    distiller_of,
    expected,
    model,
)

layers = keras.layers
OF_LOGITS = tuple(name for name, objective in OBJECTIVES.items() if not objective.compares_attention)
OTHER = {
    "decoupled": {"target_weight": 2.0, "nontarget_weight": 3.0},
    "relations": {"inter_weight": 2.0, "intra_weight": 3.0},
    "standardized": {"published_weight": True},
    "virtual_teacher": {"virtual_confidence": 0.9},
}
"""Own fields away from their defaults."""


def objective(name: str) -> Objective:
    return OBJECTIVES[name](**OTHER.get(name, {}))


def own_fields(name: str) -> dict[str, object]:
    return {field.name: getattr(objective(name), field.name) for field in OBJECTIVES[name].own_fields()}


def compiled(name: str) -> Distiller:
    return distiller_of(distillation_loss_fn=objective(name), temperature_squared=True, run_eagerly=True)


def formula(name: str, distiller: Distiller, teacher=Z, weights=None):
    found = expected(distiller, teacher, weights, name=name, scale=16.0, **own_fields(name))
    return pytest.approx(found, rel=1e-4)


@pytest.mark.parametrize("name", OF_LOGITS)
def test_training_and_evaluation_have_the_loss_of_the_formula(name):
    distiller = compiled(name)
    said = formula(name, distiller)
    assert distiller.evaluate(X, STORED, batch_size=ROWS, verbose=0, return_dict=True) == said
    assert distiller.train_on_batch(X, STORED, return_dict=True) == said
    later = distiller.fit(X, STORED, epochs=3, verbose=0).history["loss"]
    assert later[-1] < later[0]


@pytest.mark.parametrize("name", OF_LOGITS)
def test_a_class_may_be_ruled_out_or_that_is_refused(name):
    distiller = compiled(name)
    masked = np.where(np.arange(CLASSES) == 3, -np.inf, Z)
    targets = {"labels": Y, "teacher_logits": masked}
    if not OBJECTIVES[name].allows_masked_classes:
        with pytest.raises(ValueError, match="finite"):
            distiller.train_on_batch(X, targets)
        return
    said = formula(name, distiller, masked)
    assert distiller.train_on_batch(X, targets, return_dict=True) == said
    assert all(np.isfinite(weights).all() for weights in distiller.student.get_weights())


@pytest.mark.parametrize("name", OF_LOGITS)
def test_rows_count_as_often_as_they_weigh_or_are_refused(name):
    """Some rows weigh nothing; class_weight is the weight of a row by its label."""
    distiller = compiled(name)
    by_class = {label: 1.5 if label % 2 else 0.0 for label in range(CLASSES)}
    of_rows = np.array([by_class[label] for label in Y])
    if not OBJECTIVES[name].takes_weights:
        for settings in ({"sample_weight": WEIGHTS}, {"class_weight": by_class}):
            with pytest.raises(ValueError, match=f"{name} .*sample_weight"):
                distiller.fit(X, STORED, verbose=0, **settings)
        return
    for weights, settings in (
        (WEIGHTS, {"sample_weight": WEIGHTS}),
        (WEIGHTS * of_rows, {"sample_weight": WEIGHTS, "class_weight": by_class}),
    ):
        said = formula(name, distiller, weights=weights)
        assert distiller.train_on_batch(X, STORED, return_dict=True, **settings) == said


@pytest.mark.parametrize("name", OF_LOGITS)
def test_it_survives_saving_and_loading(name, tmp_path):
    distiller = compiled(name)
    distiller.temperature = 2.0
    distiller.save(tmp_path / "distiller.keras")
    loaded = keras.saving.load_model(tmp_path / "distiller.keras")
    assert type(loaded.distillation_loss_fn) is OBJECTIVES[name]
    numbers = {"alpha": ALPHA, "temperature": 2.0, "scale": 4.0}
    assert dataclasses.asdict(loaded.distillation_loss_fn) == {**numbers, **own_fields(name)}
    both = [each.train_on_batch(X, STORED, return_dict=True)["loss"] for each in (distiller, loaded)]
    assert both[0] == pytest.approx(both[1], rel=1e-6)


def test_a_virtual_teacher_needs_no_other():
    distiller = compiled("virtual_teacher")
    said = formula("virtual_teacher", distiller)
    assert distiller.evaluate(X, Y, batch_size=ROWS, verbose=0, return_dict=True) == said
    assert distiller.train_on_batch(X, Y, return_dict=True) == said
    with pytest.raises(ValueError, match=r"no teacher.*'teacher_logits'"):
        compiled("decoupled").fit(X, Y, verbose=0)


TEACHER, LOGITS = Z / 3, np.roll(Z, 1, axis=0) / 3  # so small that Keras clips no probability
P, Q = softmax(TEACHER.astype(float)), softmax(LOGITS.astype(float))


def squares(targets, predictions):
    return keras.ops.mean(keras.ops.square(targets - predictions), axis=-1)


class SquaresOfLogits(keras.losses.Loss):
    """Keras's own losses go back from a softmax to its logits by themselves."""

    from_logits = True

    def call(self, y_true, y_pred):
        return squares(y_true, y_pred)


@pytest.mark.parametrize(
    "given",
    [
        None,
        "sparse_categorical_crossentropy",
        "SparseCategoricalCrossentropy",
        keras.losses.sparse_categorical_crossentropy,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        lambda y, z: keras.losses.sparse_categorical_crossentropy(y, z, from_logits=True),
        "categorical_crossentropy",
    ],
)
def test_the_students_cross_entropy_is_of_logits_however_it_is_given(given):
    labels = np.eye(CLASSES)[Y] if given == "categorical_crossentropy" else Y
    cross_entropy = -np.log(P[np.arange(ROWS), Y]).mean()
    assert float(student_loss(given)(labels, TEACHER)) == pytest.approx(cross_entropy, rel=1e-6)


def test_a_function_is_averaged_over_the_rows_weighted_named_and_saved():
    """As `Model.compile(loss=function)`: a sum over the rows would make the step larger with the batch."""
    rows, loss = ((P - Q) ** 2).mean(axis=1), student_loss(squares)
    assert isinstance(loss, FunctionLoss)
    assert loss.name == "squares"
    assert float(loss(P, Q)) == pytest.approx(rows.mean(), rel=1e-6)
    assert float(loss(P, Q, sample_weight=WEIGHTS)) == pytest.approx((WEIGHTS * rows).mean(), rel=1e-5)
    summed = FunctionLoss(keras.losses.kl_divergence, reduction="sum")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(summed))
    assert float(again(P, Q)) == float(summed(P, Q)) > 0


def compared(given, teacher=TEACHER, student=LOGITS) -> float:
    """Returns the teacher's part, of logits at T = 1."""
    loss = distillation_objective(given)
    prepared = loss.prepare(Outputs(keras.ops.convert_to_tensor(teacher)), None)
    [term] = loss.terms(None, Outputs(keras.ops.convert_to_tensor(student)), prepared).values()
    return float(term)


def test_what_a_distillation_loss_compares():
    divergence = (P * np.log(P / Q)).sum(axis=1).mean()
    entropy = -(P * np.log(P)).sum(axis=1).mean()
    for given in ("kl_divergence", keras.losses.KLDivergence(), None, SoftTargetDivergence()):
        assert compared(given) == pytest.approx(divergence, rel=1e-4)
    for given in ("categorical_crossentropy", keras.losses.CategoricalCrossentropy(from_logits=True)):
        assert compared(given) == pytest.approx(divergence + entropy, rel=1e-4)
    assert compared(SquaresOfLogits()) == pytest.approx(((P - LOGITS) ** 2).mean(), rel=1e-4)
    for given in ("mse", squares):
        assert compared(given) == pytest.approx(((P - Q) ** 2).mean(), rel=1e-4)
    # Keras clips probabilities to 1e-7, from which no gradient goes back; logits need no clip
    sure, wrong = np.array([[60.0, 0.0, 0.0]], "float32"), np.array([[0.0, 60.0, 0.0]], "float32")
    assert compared("categorical_crossentropy", sure, wrong) == pytest.approx(60, rel=1e-6)


@pytest.mark.parametrize("resolve", [student_loss, distillation_objective])
def test_what_is_no_loss_is_refused(resolve):
    with pytest.raises(ValueError, match="soft targets"):
        resolve("soft targets")
    with pytest.raises(ValueError, match="SparseCategoricalCrossentropy with from_logits=True"):
        student_loss(keras.losses.SparseCategoricalCrossentropy())
    with pytest.raises(ValueError, match=r"attention .*soft_targets, logit_matching"):
        compiled("attention")
    with pytest.raises(ValueError, match=r"compile\(\).* temperature=4"):  # the Distiller alone has one
        distillation_objective(SoftTargetDivergence(temperature=4))


@pytest.mark.parametrize("loss", [None, "kl_divergence", "relations"])
def test_maps_of_logits_are_refused(loss):
    maps = [keras.Sequential([keras.Input((3, 3, 2)), layers.Conv2D(4, 1)]) for _ in range(2)]
    distiller = Distiller(student=maps[0], teacher=maps[1])
    distiller.compile("sgd", distillation_loss_fn=loss)
    with pytest.raises(ValueError, match=r"\(n, classes\).*3, 3, 4"):
        distiller.fit(np.zeros((2, 3, 3, 2), "float32"), np.zeros((2, 3, 3)), verbose=0)


class Subclassed(keras.Model):
    """Ends in an operation that is no layer."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(CLASSES)

    def call(self, inputs):
        return keras.ops.softmax(self.dense(inputs))


def two_outputs() -> keras.Model:
    inputs = keras.Input((6,))
    return keras.Model(inputs, [layers.Dense(CLASSES)(inputs), layers.Dense(CLASSES)(inputs)])


def test_a_model_that_ends_in_probabilities_is_refused_and_others_are_not():
    sigmoid = model(layers.Dense(CLASSES, activation="sigmoid"))
    for role, student, teacher in (("student", sigmoid, model()), ("teacher", model(), Subclassed())):
        with pytest.raises(ValueError, match=f"{role} must give logits"):
            distiller_of(teacher, student, run_eagerly=True).train_on_batch(X, Y)
    ends = [layers.Dense(CLASSES, activation="log_softmax")], [layers.Softmax(), layers.Dense(CLASSES)]
    distiller_of(*(model(*others) for others in ends), run_eagerly=True).train_on_batch(X, Y)


def test_what_are_not_two_models_is_refused():
    same = model()
    for student, teacher, named in (
        (3, None, "student .*keras.Model.*int"),
        (None, None, "student .*keras.Model.*None"),
        (model(), 3, "teacher .*keras.Model.*int"),
        (same, same, "two models"),
    ):
        with pytest.raises(ValueError, match=named):
            Distiller(student=student, teacher=teacher)
    with pytest.raises(TypeError, match="positional"):  # Keras' own Distiller takes the teacher first
        Distiller(model(), model())


def test_models_that_do_not_belong_together_are_refused():
    for student, teacher, named in (
        (model(classes=1), model(classes=1), r"two classes or more, got \(None, 1\)"),
        (model(classes=5), model(), r"one shape, got \(None, 5\) and \(None, 10\)"),
        (two_outputs(), model(), "student must have one output.* 2"),
        (model(), two_outputs(), "teacher must have one output.* 2"),
    ):
        with pytest.raises(ValueError, match=named):
            distiller_of(teacher, student).fit(X, Y * 0, verbose=0)


def test_stored_logits_that_teach_nothing_right_are_refused_before_anything_is_learned():
    distiller = distiller_of(run_eagerly=True)
    before = distiller.student.get_weights()
    for logits, named in (
        (Z[:, :3], r"one shape, got .*, 10\) and .*, 3\)"),
        (Z[:, 0], r"\(n, classes\)"),
        (P, "teacher_logits must be logits, not probabilities"),
    ):
        wrong = {"labels": Y, "teacher_logits": logits}
        for use in (distiller.fit, distiller.evaluate, distiller.train_on_batch):
            with pytest.raises(ValueError, match=named):
                use(X, wrong)
    with pytest.raises(ValueError, match=named):  # which is seen without the student
        distiller.fit(X, STORED, validation_data=(X, wrong), verbose=0)
    for kept, found in zip(before, distiller.student.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


INF = np.inf


def test_which_logits_teach():
    for logits, name, named in (
        ([[1, INF, 0, 2]], "soft_targets", "finite"),
        ([[1, 2, 3, 4], [-INF] * 4], "soft_targets", "−inf"),
        ([[-INF, 1, 2, 3]], "logit_matching", "finite"),
        ([[0.0, 0.25, 0.25, 0.5], [0.1, 0.2, 0.3, 0.4005]], "soft_targets", "probabilities"),
    ):
        with pytest.raises(ValueError, match=f"^teacher_logits must .*{named}"):
            check_teacher_logits({"labels": None, "teacher_logits": np.array(logits, float)}, objective(name))
    # positive, or adding up to 1, or ruling a class out
    for logits in ([[0.5, 0.5, 0.5, 0.5]], [[2.0, -1.0, 0.0, 0.0]], [[-INF, 1.0, 2.0, 3.0]]):
        check_teacher_logits({"labels": None, "teacher_logits": np.array(logits)}, objective("soft_targets"))


def test_labels_and_weights_by_class():
    numbers, given = np.array([2, 0, 3]), np.array([[1.0], [2.0], [4.0]], "float32")
    for labels in (numbers[:, None].astype("float32"), np.eye(4)[numbers]):
        weights, labels = {"labels": given, "teacher_logits": 2 * given}, keras.ops.convert_to_tensor(labels)
        assert np.asarray(numbers_of_classes(labels)).tolist() == numbers.tolist()
        both = weighted_by_class(weights, labels, {2: 3.0, 3: 0.0})
        assert np.asarray(both["labels"]).tolist() == [3.0, 2.0, 0.0]
        assert np.asarray(both["teacher_logits"]).tolist() == [6.0, 4.0, 0.0]


def test_a_refused_compile_leaves_the_one_before():
    distiller = distiller_of(alpha=0.25, temperature=2)
    for settings, named in (
        ({"alpha": 0.5, "temperature": 0}, "temperature .*above 0"),
        ({"loss": "mse"}, "student_loss_fn.* not loss"),
        ({"loss_weights": [1]}, "student_loss_fn.* not loss_weights"),
    ):
        with pytest.raises(ValueError, match=named):
            distiller.compile("adam", **settings)
    assert (distiller.alpha, distiller.temperature) == (0.25, 2.0)
    assert isinstance(distiller.optimizer, keras.optimizers.SGD)
    with pytest.raises(KeyError, match="teacher_logits"):
        distiller.fit(X, {"labels": Y, "logits": Z}, verbose=0)
