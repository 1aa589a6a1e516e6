"""The Distiller with every objective of runs, against the objective's formula in NumPy and float64."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest

from kd import Distiller
from kd.distillation.objectives import OBJECTIVES, Objective
from tests.distillation.formulas import FORMULAS, softmax

OF_LOGITS = tuple(name for name, objective in OBJECTIVES.items() if not objective.compares_attention)
OTHER = {
    "decoupled": {"target_weight": 2.0, "nontarget_weight": 3.0},
    "relations": {"inter_weight": 2.0, "intra_weight": 3.0},
    "standardized": {"published_weight": True},
    "virtual_teacher": {"virtual_confidence": 0.9},
}
"""Own fields away from their defaults."""
ROWS, ALPHA, T = 32, 0.3, 5.0
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(ROWS, 6)).astype("float32")
Y = GENERATOR.integers(0, 10, ROWS)
Z = GENERATOR.normal(0, 3, size=(ROWS, 10)).astype("float32")
STORED = {"labels": Y, "teacher_logits": Z}
WEIGHTS = np.where(np.arange(ROWS) % 3, GENERATOR.uniform(0, 3, ROWS), 0).astype("float32")


def objective(name: str) -> Objective:
    return OBJECTIVES[name](**OTHER.get(name, {}))


def own_fields(name: str) -> dict[str, object]:
    return {field.name: getattr(objective(name), field.name) for field in OBJECTIVES[name].own_fields()}


def compiled(name: str, **changes) -> Distiller:
    keras.utils.set_random_seed(2)
    distiller = Distiller(student=keras.Sequential([keras.Input((6,)), keras.layers.Dense(10)]))
    settings = {"optimizer": keras.optimizers.SGD(0.01), "temperature_squared": True, "run_eagerly": True}
    distiller.compile(
        distillation_loss_fn=objective(name), alpha=ALPHA, temperature=T, **{**settings, **changes}
    )
    return distiller


def expected(name: str, distiller: Distiller, weights=None, scale=T**2, teacher=Z) -> dict[str, float]:
    """Returns each reported loss; that of weighted rows from the formula of each row on its own."""
    logits = np.asarray(distiller.student(X)).astype(float)
    weights = np.ones(ROWS) if weights is None else weights.astype(float)

    def terms(rows) -> float:
        arguments = Y[rows], logits[rows], teacher[rows].astype(float), np.ones(ROWS)[rows], T, scale
        return sum(FORMULAS[name](*arguments, **own_fields(name)).values())

    if (weights == 1).all():
        distillation = terms(slice(None))
    else:
        distillation = sum(weights[i] * terms(slice(i, i + 1)) for i in range(ROWS)) / ROWS
    student = -(weights * np.log(softmax(logits)[np.arange(ROWS), Y])).mean()
    teacher_weight = 9.0 if name == "standardized" else 1 - distiller.alpha
    loss = distiller.alpha * student + teacher_weight * distillation
    return {"loss": loss, "student_loss": student, "distillation_loss": distillation}


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("name", OF_LOGITS)
def test_training_and_evaluation_have_the_loss_of_the_formula(name, squared):
    distiller = compiled(name, temperature_squared=squared)
    formula = pytest.approx(expected(name, distiller, scale=T**2 if squared else 1.0), rel=1e-4)
    assert distiller.evaluate(X, STORED, verbose=0, return_dict=True) == formula
    assert distiller.train_on_batch(X, STORED, return_dict=True) == formula
    later = distiller.fit(X, STORED, epochs=3, verbose=0).history["loss"]
    assert later[-1] < later[0]


@pytest.mark.parametrize("name", OF_LOGITS)
def test_a_class_may_be_ruled_out_or_that_is_refused(name):
    distiller = compiled(name)
    masked = np.where(np.arange(10) == 3, -np.inf, Z)
    targets = {"labels": Y, "teacher_logits": masked}
    if not OBJECTIVES[name].allows_masked_classes:
        with pytest.raises(ValueError, match="finite"):
            distiller.train_on_batch(X, targets)
        return
    formula = pytest.approx(expected(name, distiller, teacher=masked), rel=1e-4)
    assert distiller.train_on_batch(X, targets, return_dict=True) == formula
    assert all(np.isfinite(weights).all() for weights in distiller.student.get_weights())


@pytest.mark.parametrize("name", OF_LOGITS)
def test_rows_count_as_often_as_they_weigh_or_are_refused(name):
    """Some rows weigh nothing; class_weight is the weight of a row by its label."""
    distiller = compiled(name)
    by_class = {label: 1.5 if label % 2 else 0.0 for label in range(10)}
    of_rows = np.array([by_class[label] for label in Y])
    if not OBJECTIVES[name].takes_weights:
        for settings in ({"sample_weight": WEIGHTS}, {"class_weight": by_class}):
            with pytest.raises(ValueError, match=f"{name} .*sample_weight"):
                distiller.fit(X, STORED, verbose=0, **settings)
        return
    for weights, settings in (
        (WEIGHTS, {"sample_weight": WEIGHTS}),
        (of_rows, {"class_weight": by_class}),
        (WEIGHTS * of_rows, {"sample_weight": WEIGHTS, "class_weight": by_class}),
    ):
        formula = pytest.approx(expected(name, distiller, weights), rel=1e-4)
        assert distiller.train_on_batch(X, STORED, return_dict=True, **settings) == formula
    before = distiller.student.get_weights()
    distiller.fit(X, STORED, sample_weight=np.zeros(ROWS), verbose=0)
    for kept, found in zip(before, distiller.student.get_weights(), strict=True):
        np.testing.assert_array_equal(found, kept)


@pytest.mark.parametrize("name", ["soft_targets", "virtual_teacher"])
def test_the_whole_loss_is_as_precise_as_the_students_own(name):
    precise = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    distiller = compiled(name, student_loss_fn=precise)
    distiller.alpha = 0.5  # float32 has it to the last digit
    found = np.asarray(distiller.compute_loss(X, STORED, distiller.student(X)))
    assert found == pytest.approx(expected(name, distiller)["loss"], rel=1e-12)


@pytest.mark.parametrize("name", OF_LOGITS)
def test_it_survives_saving_and_loading(name, tmp_path):
    distiller = compiled(name)
    distiller.fit(X, STORED, verbose=0)
    distiller.temperature = 2.0
    distiller.save(tmp_path / "distiller.keras")
    loaded = keras.saving.load_model(tmp_path / "distiller.keras")
    assert type(loaded.distillation_loss_fn) is OBJECTIVES[name]
    numbers = {"alpha": ALPHA, "temperature": 2.0, "scale": 4.0}
    assert dataclasses.asdict(loaded.distillation_loss_fn) == {**numbers, **own_fields(name)}
    both = [model.fit(X, STORED, shuffle=False, verbose=0).history["loss"] for model in (distiller, loaded)]
    np.testing.assert_allclose(*both, rtol=1e-6)


def test_a_virtual_teacher_needs_no_other():
    distiller = compiled("virtual_teacher")
    formula = pytest.approx(expected("virtual_teacher", distiller), rel=1e-4)
    assert distiller.evaluate(X, Y, verbose=0, return_dict=True) == formula
    assert distiller.train_on_batch(X, Y, return_dict=True) == formula
    with pytest.raises(ValueError, match=r"no teacher.*'teacher_logits'"):
        compiled("decoupled").fit(X, Y, verbose=0)


def test_an_objective_of_more_than_logits_is_refused():
    with pytest.raises(ValueError, match=r"attention .*soft_targets, logit_matching"):
        compiled("attention")


def test_objectives_of_pictures_refuse_maps_of_logits():
    maps = keras.Sequential([keras.Input((3, 3, 2)), keras.layers.Conv2D(4, 1)])
    distiller = Distiller(student=maps, teacher=keras.models.clone_model(maps))
    pictures, labels = np.zeros((2, 3, 3, 2), "float32"), np.zeros((2, 3, 3))
    distiller.compile("sgd")
    distiller.fit(pictures, labels, verbose=0)
    distiller.compile("sgd", distillation_loss_fn="relations")
    with pytest.raises(ValueError, match=r"relations .*\(n, classes\).*3, 3, 4\)"):
        distiller.fit(pictures, labels, verbose=0)
