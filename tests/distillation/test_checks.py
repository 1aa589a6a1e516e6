"""The contract of every Distiller: each check over all objectives, and against Distillers that break one."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import pytest

from kd import Distiller
from kd.distillation.checks import CHECKS, check_distiller
from kd.distillation.objectives import OBJECTIVES

LOSSES = {
    "default": lambda: None,
    "kl_divergence": lambda: "kl_divergence",
    **{name: objective for name, objective in OBJECTIVES.items() if not objective.compares_attention},
}


def maker(loss, kind: type[Distiller] = Distiller):
    """Makes Distillers of this kind that compare student and teacher by this loss."""

    def make(student, teacher):
        distiller = kind(student=student, teacher=teacher)
        distiller.compile(
            keras.optimizers.Adam(0.01),
            distillation_loss_fn=loss(),
            alpha=0.3,
            temperature=4,
            temperature_squared=True,
            # tracing takes most of the time, so only the plain Distiller is traced
            run_eagerly=loss is not LOSSES["default"],
        )
        return distiller

    return make


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_objective_keeps_the_contract(loss, check):
    CHECKS[check](maker(LOSSES[loss]))


class LosesWeights(Distiller):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, y, y_pred, None, training)


class WeighsLabelsAlone(Distiller):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is not None:
            ones = keras.ops.ones_like(y if not isinstance(y, dict) else y["labels"], "float32")
            weights = sample_weight["labels"] if isinstance(sample_weight, dict) else sample_weight
            sample_weight = {"labels": weights, "teacher_logits": ones}
        return super().compute_loss(x, y, y_pred, sample_weight, training)


@keras.saving.register_keras_serializable(package="tests")
class ForgetsItsTemperature(Distiller):
    def get_compile_config(self):
        return {**super().get_compile_config(), "temperature": 4.0}


class KeepsItsFirstNumbers(Distiller):
    def compile(self, *arguments, **settings):
        super().compile(*arguments, **settings)
        for number in (self._alpha, self._temperature):
            number.tensor = lambda dtype, first=number.value: keras.ops.cast(first, dtype)


class TrainsItsTeacher(Distiller):
    def train_step(self, data):
        for weight in [] if self.teacher is None else self.teacher.weights:
            weight.assign_add(keras.ops.ones_like(weight))
        return super().train_step(data)


class EvaluatesTheLabelsAlone(Distiller):
    def test_step(self, data):
        results = super().test_step(data)
        return {"student_loss": results["student_loss"], "distillation_loss": results["student_loss"]}


class ForgetsThePenalty(Distiller):
    @property
    def losses(self):
        return []


class TakesAnything(Distiller):
    def look_at(self, y):
        pass


class OnlyLooks(Distiller):
    def train_step(self, data):
        return self.test_step(data)


class MakesUpATeacher(Distiller):
    def test_step(self, data):
        return {**super().test_step(data), "distillation_loss": 0.0}


class CountsWeightsTwice(Distiller):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        twice = None if sample_weight is None else 2 * sample_weight
        return super().compute_loss(x, y, y_pred, twice, training)


class ForgetsClasses(Distiller):
    def _weigh_classes(self, class_weight):
        pass


class ReadsLogitsBackwards(Distiller):
    def _teacher_logits(self, x, given):
        return super()._teacher_logits(x, given if given is None else given[::-1])


class TakesLabelsForIntegers(Distiller):
    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if not isinstance(y, dict) and "float" in keras.backend.standardize_dtype(y.dtype):
            y = keras.ops.zeros_like(y)
        return super().compute_loss(x, y, y_pred, sample_weight, training)


class LeavesOutWhatDoesNotFit(Distiller):
    def fit(self, *arguments, **settings):
        try:
            return super().fit(*arguments, **settings)
        except ValueError:
            return SimpleNamespace(history={})


class TakesAnyModel(Distiller):
    def __init__(self, *, student, teacher=None, **settings):
        kept = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
        super().__init__(student=kept, teacher=None, **settings)
        self.student, self.teacher = student, teacher


BROKEN = {
    OnlyLooks: {"it_learns"},
    MakesUpATeacher: {"labels_alone_can_be_evaluated"},
    CountsWeightsTwice: {"weights_of_one_change_nothing"},
    ForgetsClasses: {"class_weights_are_weights_of_rows"},
    ReadsLogitsBackwards: {"stored_logits_teach_as_the_teacher_does"},
    TakesLabelsForIntegers: {"any_type_of_number_will_do"},
    LeavesOutWhatDoesNotFit: {"shapes_that_do_not_fit_are_refused"},
    TakesAnyModel: {"models_that_give_no_logits_are_refused"},
    LosesWeights: {"weights_of_zero_take_no_step"},
    WeighsLabelsAlone: {"weights_of_zero_take_no_step"},
    ForgetsItsTemperature: {"it_survives_saving"},
    KeepsItsFirstNumbers: {"numbers_may_change_while_it_trains"},
    TrainsItsTeacher: {"the_teacher_stays_as_it_is"},
    EvaluatesTheLabelsAlone: {"evaluation_has_the_loss_of_training", "callbacks_find_what_they_watch"},
    ForgetsThePenalty: {"the_loss_is_what_it_says"},
    TakesAnything: {"logits_that_teach_nothing_are_refused"},
}


@pytest.mark.parametrize(
    ("kind", "check"),
    [(kind, check) for kind, checks in BROKEN.items() for check in sorted(checks)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_broken_distiller_fails_its_check(kind, check):
    with pytest.raises((AssertionError, KeyError)):
        CHECKS[check](maker(OBJECTIVES["soft_targets"], kind))


def test_every_check_has_a_distiller_that_fails_it():
    assert set().union(*BROKEN.values()) == {*CHECKS}


def test_all_checks_run_at_once(monkeypatch):
    done = []
    for name in CHECKS:
        monkeypatch.setitem(CHECKS, name, lambda make, name=name: done.append((name, make)))
    check_distiller(maker)
    assert done == [(name, maker) for name in CHECKS]
