"""The losses that a Distiller takes: by name, as a function, as a loss of Keras, as an objective."""

from __future__ import annotations

import inspect
from typing import Any

import keras

from kd.distillation.objectives import OBJECTIVES, Objective
from kd.distillation.soft_targets import SoftTargetDivergence
from kd.text.translation import _
from kd.text.words import quoted

OF_NUMBERS = keras.losses.SparseCategoricalCrossentropy
"""The loss whose labels are the numbers of classes; all others of Keras have a value for each class."""

for _objective in OBJECTIVES.values():
    keras.saving.register_keras_serializable(package="kd")(_objective)


@keras.saving.register_keras_serializable(package="kd")
class FunctionLoss(keras.losses.Loss):
    """A function of targets and predictions, averaged over the rows and weighted, as `Model.compile` has it.

    Args:
        function: of two tensors; it returns a loss for each row, or one number.
    """

    def __init__(self, function, name: str | None = None, **kwargs):
        super().__init__(name=name or getattr(function, "__name__", "loss").strip("<>"), **kwargs)
        self.function = function

    def call(self, y_true, y_pred):
        return self.function(y_true, y_pred)

    def get_config(self):
        return {**super().get_config(), "function": keras.saving.serialize_keras_object(self.function)}

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "function": keras.saving.deserialize_keras_object(config["function"])})


def student_loss(given: Any) -> keras.losses.Loss:
    """The loss of labels and the student's logits.

    Args:
        given: None for the cross-entropy with labels that are numbers of classes; a loss of Keras; its name
            or its function, which then gets logits (`from_logits=True`) if it can; any other function.

    Raises:
        ValueError: when it is none of these, or a loss that would take the logits for probabilities.
    """
    if given is None:
        return OF_NUMBERS(from_logits=True)
    loss = _loss("student_loss_fn", given)
    if getattr(loss, "from_logits", True) is False:
        raise ValueError(
            _(
                "student_loss_fn gets logits, and {name} takes them for probabilities: "
                "make it with from_logits=True.",
                name=type(loss).__name__,
            )
        )
    return loss


def distillation_loss(given: Any) -> keras.losses.Loss | Objective:
    """The loss of teacher and student.

    Args:
        given: None for the divergence of soft targets; an objective or its name; or as for `student_loss`.

    Raises:
        ValueError: when it is none of these, or cannot compare the logits of two models.
    """
    if given is None:
        return SoftTargetDivergence()
    if isinstance(given, str) and given in OBJECTIVES:
        given = OBJECTIVES[given]()
    if isinstance(given, Objective):
        return _of_logits(given)
    loss = _loss("distillation_loss_fn", given)
    if isinstance(loss, OF_NUMBERS):
        raise ValueError(
            _(
                "distillation_loss_fn compares two distributions, and {name} takes the numbers of classes: "
                "CategoricalCrossentropy takes distributions.",
                name=type(loss).__name__,
            )
        )
    if isinstance(loss, SoftTargetDivergence) and (loss.temperature != 1 or not loss.divided):
        raise ValueError(
            _(
                "Give temperature and temperature_squared to compile(), not to SoftTargetDivergence, "
                "got temperature={value}.",
                value=quoted(loss.temperature),
            )
        )
    return loss


def compared(loss: keras.losses.Loss, teacher_logits: Any, student_logits: Any) -> tuple[Any, Any]:
    """What a loss compares, of logits that have been divided by T.

    `SoftTargetDivergence` and whatever else has `compares_logits` set get the logits. A loss with
    `from_logits` set takes logits as predictions, but as targets it wants probabilities. All others get
    probabilities.
    """
    if getattr(loss, "compares_logits", False):
        return teacher_logits, student_logits
    targets = keras.ops.softmax(teacher_logits, axis=-1)
    if getattr(loss, "from_logits", False):
        return targets, student_logits
    return targets, keras.ops.softmax(student_logits, axis=-1)


def _loss(role: str, given: Any) -> keras.losses.Loss:
    try:
        loss = None if isinstance(given, dict) else keras.losses.get(given)
    except ValueError:
        loss = None
    if loss is None:
        raise ValueError(
            _(
                "{role} must be a loss of Keras, a name such as 'kl_divergence', or a function, got {value}.",
                role=role,
                value=quoted(given),
            )
        )
    if loss is not given or inspect.isfunction(given):
        loss = _told_of_logits(role, loss)
    return loss if isinstance(loss, keras.losses.Loss) else FunctionLoss(loss)


def _told_of_logits(role: str, loss: Any) -> Any:
    """A loss that was only named, which left no place for from_logits=True; one that cannot take it stays."""
    if getattr(loss, "__module__", "").startswith("keras."):
        if not isinstance(loss, keras.losses.Loss) and "from_logits" in inspect.signature(loss).parameters:
            loss = keras.losses.get(loss.__name__.title().replace("_", ""))
        # a teacher's probabilities over all classes are no answers of yes or no for each class
        wanted = role == "student_loss_fn" or "Categorical" in type(loss).__name__
        if wanted and getattr(loss, "from_logits", True) is False:
            loss = type(loss)(from_logits=True)
    return loss


def _of_logits(objective: Objective) -> Objective:
    if objective.compares_attention:
        others = [name for name, other in OBJECTIVES.items() if not other.compares_attention]
        raise ValueError(
            _(
                "distillation_loss_fn must compare logits, and {name} compares more: choose one of {names}, "
                "or train a run with it.",
                name=objective.name,
                names=", ".join(others),
            )
        )
    return objective
