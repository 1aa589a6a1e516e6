"""The Distiller with the objectives of runs: one step, saving and loading, what it refuses."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest

from kd import Distiller
from kd.distillation.objectives import OBJECTIVES
from tests.distillation.formulas import FORMULAS, softmax

OF_LOGITS = tuple(name for name, objective in OBJECTIVES.items() if not objective.compares_attention)
OWN = {
    "decoupled": {"target_weight": 2.0, "nontarget_weight": 3.0},
    "relations": {"inter_weight": 2.0, "intra_weight": 3.0},
    "standardized": {"published_weight": True},
    "virtual_teacher": {"virtual_confidence": 0.9},
}


def small_model() -> keras.Model:
    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])


@pytest.fixture(scope="module")
def pictures(mnist):
    return mnist.train(32)


@pytest.fixture(scope="module")
def teacher() -> keras.Model:
    keras.utils.set_random_seed(1)
    return small_model()


def compiled(name: str, teacher: keras.Model | None, **changes) -> Distiller:
    keras.utils.set_random_seed(2)
    distiller = Distiller(student=small_model(), teacher=teacher)
    numbers = {"alpha": 0.3, "temperature": 5, "temperature_squared": True}
    numbers["optimizer"] = keras.optimizers.SGD(0.01)
    distiller.compile(
        distillation_loss_fn=OBJECTIVES[name](**OWN.get(name, {})),
        **{**numbers, **changes},
    )
    return distiller


@pytest.mark.parametrize("squared", [True, False])
@pytest.mark.parametrize("name", OF_LOGITS)
def test_a_step_has_the_objectives_loss_at_the_distillers_own_numbers(name, squared, teacher, pictures):
    x, y = pictures
    distiller = compiled(name, teacher, temperature_squared=squared)
    logits = [model.predict(x, verbose=0).astype(float) for model in (distiller.student, teacher)]
    scale = 25.0 if squared else 1.0
    terms = FORMULAS[name](y, *logits, np.ones(32), 5.0, scale, **OWN.get(name, {}))
    said = distiller.train_on_batch(x, y, return_dict=True)
    cross_entropy = -np.log(softmax(logits[0])[np.arange(32), y]).mean()
    assert said["student_loss"] == pytest.approx(cross_entropy, rel=1e-5)
    assert said["distillation_loss"] == pytest.approx(sum(terms.values()), rel=1e-4)
    weight = 9.0 if name == "standardized" else 0.7
    assert said["loss"] == pytest.approx(0.3 * cross_entropy + weight * sum(terms.values()), rel=1e-4)


@pytest.mark.parametrize("name", ["soft_targets", "virtual_teacher"])
def test_the_whole_loss_is_as_precise_as_the_students_own(name, teacher, pictures):
    x, y = pictures
    precise = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    distiller = compiled(name, teacher, student_loss_fn=precise, alpha=0.5)
    logits = [np.asarray(model(x)).astype(float) for model in (distiller.student, teacher)]
    (term,) = FORMULAS[name](y, *logits, np.ones(32), 5.0, 25.0, **OWN.get(name, {})).values()
    cross_entropy = -np.log(softmax(logits[0])[np.arange(32), y]).mean()
    found = np.asarray(distiller.compute_loss(x, y, distiller.student(x)))
    assert found == pytest.approx((cross_entropy + term) / 2, rel=1e-12)


@pytest.mark.parametrize("name", OF_LOGITS)
def test_it_learns_and_stored_logits_give_the_same(name, teacher, pictures):
    x, y = pictures
    losses = []
    for with_teacher, targets in (
        (teacher, y),
        (None, {"labels": y, "teacher_logits": teacher.predict(x, verbose=0)}),
    ):
        distiller = compiled(name, with_teacher, optimizer=keras.optimizers.Adam(1e-3))
        losses.append(distiller.fit(x, targets, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-4)
    assert losses[0][-1] < losses[0][0]


@pytest.mark.parametrize("name", OF_LOGITS)
def test_it_survives_saving_and_loading(name, teacher, pictures, tmp_path):
    x, y = pictures
    distiller = compiled(name, teacher)
    distiller.fit(x, y, epochs=1, verbose=0)
    distiller.save(tmp_path / "distiller.keras")
    loaded = keras.saving.load_model(tmp_path / "distiller.keras")
    assert type(loaded.distillation_loss_fn) is OBJECTIVES[name]
    assert loaded.distillation_loss_fn == distiller.distillation_loss_fn
    assert dataclasses.asdict(loaded.distillation_loss_fn) == {
        **{"alpha": 0.3, "temperature": 5.0, "scale": 25.0},
        **OWN.get(name, {}),
    }
    both = [model.fit(x, y, shuffle=False, verbose=0).history["loss"] for model in (distiller, loaded)]
    np.testing.assert_allclose(*both, rtol=1e-6)


def test_a_virtual_teacher_needs_no_other(pictures):
    distiller = compiled("virtual_teacher", None)
    before = distiller.evaluate(*pictures, verbose=0, return_dict=True)
    losses = distiller.fit(*pictures, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0] == pytest.approx(before["loss"], rel=1e-5)
    terms = 0.3 * before["student_loss"] + 0.7 * before["distillation_loss"]
    assert before["loss"] == pytest.approx(terms, rel=1e-5)
    with pytest.raises(ValueError, match="has no teacher") as caught:
        compiled("decoupled", None).fit(*pictures, verbose=0)
    assert str(caught.value) == (
        "The Distiller has no teacher: give it one, or fit with targets {'labels': y, 'teacher_logits': z}."
    )


def test_an_objective_of_more_than_logits_is_refused_in_one_sentence(teacher):
    with pytest.raises(ValueError, match="must compare logits") as caught:
        compiled("attention", teacher)
    assert str(caught.value) == (
        "distillation_loss_fn must compare logits, and attention compares more: choose one of "
        "soft_targets, logit_matching, decoupled, relations, standardized, virtual_teacher, "
        "or train a run with it."
    )


def test_weighted_pictures_are_refused_in_one_sentence(teacher, pictures):
    said = "sample_weight must be None with the objective relations, whose terms are of whole batches"
    with pytest.raises(ValueError, match=f"^{said}[.]$"):
        compiled("relations", teacher).fit(*pictures, sample_weight=np.ones(32), verbose=0)
