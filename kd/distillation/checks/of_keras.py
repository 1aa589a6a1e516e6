"""How a Distiller gets on with Keras: callbacks, numbers that change, saving, the teacher's own life."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import keras
import numpy as np

from kd.distillation.checks.case import (
    ROWS,
    Case,
    MakeDistiller,
    check,
    holds,
    refused,
    same,
)
from kd.text.translation import _


@check
def callbacks_find_what_they_watch(make_distiller: MakeDistiller) -> None:
    """EarlyStopping, ReduceLROnPlateau and ModelCheckpoint work as they are, on val_loss."""
    case = Case(make_distiller)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "best.keras"
        callbacks = [
            keras.callbacks.EarlyStopping(min_delta=1e9),
            keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=1e9),
            keras.callbacks.ModelCheckpoint(path, save_best_only=True),
        ]
        history = case.fit(validation_split=0.25, epochs=4, callbacks=callbacks)
        holds(path.exists(), _("ModelCheckpoint must find val_loss."))
    holds(len(history["loss"]) == 2, _("EarlyStopping must find val_loss."))
    rates = history["learning_rate"]
    same(
        float(case.distiller.optimizer.learning_rate), 0.1 * rates[0], _("The learning rate after a plateau")
    )


@check
def labels_alone_can_be_evaluated(make_distiller: MakeDistiller) -> None:
    """Without a teacher, evaluation has the student's own loss, so callbacks still find val_loss."""
    case = Case(make_distiller, with_teacher=False)
    loss = case.distiller.distillation_loss_fn
    if not getattr(loss, "uses_teacher", True):
        return
    logs = case.evaluate()
    holds("distillation_loss" not in logs, _("No distillation_loss can be known without a teacher."))
    same(logs["loss"], logs["student_loss"], _("loss and student_loss without a teacher"))
    refused(case.fit, _("Training without a teacher must be refused."))


@check
def numbers_may_change_while_it_trains(make_distiller: MakeDistiller) -> None:
    """α and T set by a callback count from then on, and values out of range are refused."""
    case, anew = Case(make_distiller), Case(make_distiller)
    case.fit(batch_size=ROWS, epochs=1)
    case.evaluate()  # both steps are traced now
    case.distiller.alpha, case.distiller.temperature = 0.75, 2.5
    anew.distiller.compile_from_config(case.distiller.get_compile_config())
    anew.distiller.student.set_weights(case.distiller.student.get_weights())
    for loss_of in (Case.evaluate, lambda one: one.fit(batch_size=ROWS, epochs=1)):
        same(loss_of(case)["loss"], loss_of(anew)["loss"], _("The loss with numbers set late and compiled"))
    for name, value in (("alpha", 1.5), ("temperature", 0.0), ("temperature", -3)):
        refused(
            partial(setattr, case.distiller, name, value),
            _("{name} = {value} must be refused.", name=name, value=value),
        )
    holds(case.distiller.temperature == 2.5, _("A refused number must leave the one before."))


@check
def it_survives_saving(make_distiller: MakeDistiller) -> None:
    """A loaded Distiller has both models, its numbers and its optimiser, and goes on as it would."""
    case = Case(make_distiller)
    case.fit()
    case.distiller.temperature = 2.5
    with tempfile.TemporaryDirectory() as folder:
        case.distiller.save(Path(folder) / "distiller.keras")
        loaded = Case(lambda _student, _teacher: keras.saving.load_model(Path(folder) / "distiller.keras"))
    for name in ("alpha", "temperature", "temperature_squared"):
        same(getattr(loaded.distiller, name), getattr(case.distiller, name), name)
    same(loaded.weights, case.weights, _("The student before and after saving"))
    same(loaded.evaluate()["loss"], case.evaluate()["loss"], _("The loss before and after saving"))
    same(loaded.fit()["loss"], case.fit()["loss"], _("What is learned after saving"))


@check
def the_teacher_stays_as_it_is(make_distiller: MakeDistiller) -> None:
    """No weight of the teacher changes, and it may still be trained."""
    case = Case(make_distiller)
    before = case.teacher.get_weights()
    case.fit()
    unchanged = all(map(np.array_equal, before, case.teacher.get_weights()))
    holds(unchanged and case.teacher.trainable, _("The teacher must not change."))
