"""What a Distiller refuses in one sentence: models, shapes and logits that would mislead."""

from __future__ import annotations

from functools import partial

import keras
import numpy as np

from kd.distillation.checks.case import (
    CLASSES,
    FEATURES,
    Case,
    MakeDistiller,
    check,
    holds,
    refused,
    small_model,
)
from kd.text.translation import _


@check
def shapes_that_do_not_fit_are_refused(make_distiller: MakeDistiller) -> None:
    """Nothing is broadcast by accident: logits of one column, of other classes, one-hot labels."""
    case = Case(make_distiller)
    wrong = {
        "(n, 1)": case.z[:, :1],
        "(n, 3)": case.z[:, :3],
        "(n,)": case.z[:, 0],
    }
    for shape, logits in wrong.items():
        refused(
            partial(case.fit, {"labels": case.y, "teacher_logits": logits}),
            _("Logits of the shape {shape} must be refused.", shape=shape),
        )
    refused(lambda: case.fit(np.eye(CLASSES)[case.y]), _("One-hot labels must be refused."))
    refused(lambda: case.fit([case.y, case.z]), _("Targets in a list must be refused."))


@check
def logits_that_teach_nothing_are_refused(make_distiller: MakeDistiller) -> None:
    """NaN, probabilities, rows without any class; a class that is ruled out costs no NaN, or is refused."""
    case = Case(make_distiller)
    nan, masked, empty = case.z.copy(), case.z.copy(), case.z.copy()
    nan[3, 1], masked[:, 0], empty[2] = np.nan, -np.inf, -np.inf
    probabilities = np.full_like(case.z, 1 / CLASSES)
    for name, logits in (("NaN", nan), ("−inf", empty), ("softmax", probabilities)):
        refused(
            partial(case.fit, {"labels": case.y, "teacher_logits": logits}),
            _("Logits with {name} must be refused.", name=name),
        )
    targets = {"labels": case.y, "teacher_logits": masked}
    if getattr(case.distiller.distillation_loss_fn, "allows_masked_classes", True):
        holds(bool(np.isfinite(case.fit(targets)["loss"]).all()), _("A ruled-out class must cost no NaN."))
        holds(bool(np.isfinite(case.weights).all()), _("A ruled-out class must cost no NaN."))
    else:
        refused(lambda: case.fit(targets), _("Logits with {name} must be refused.", name="−inf"))


@check
def models_that_give_no_logits_are_refused(make_distiller: MakeDistiller) -> None:
    """Probabilities, one output unit, and a student that is its own teacher."""
    softmax = keras.Sequential([small_model(), keras.layers.Softmax()])
    one_unit = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(1)])
    good = small_model()
    for student, teacher in (
        (softmax, small_model()),
        (small_model(), softmax),
        (one_unit, one_unit),
        (good, good),
    ):
        refused(
            partial(make_distiller, student, teacher),
            _("Models that do not give logits of two classes or more must be refused."),
        )
