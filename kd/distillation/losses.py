"""The losses that a Distiller takes, however they are given, and the targets and weights beside them."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from kd.distillation.objectives import OBJECTIVES, Objective, Outputs
from kd.distillation.soft_targets import RULED_OUT, SoftTargetDivergence, alike

for _objective in OBJECTIVES.values():
    keras.saving.register_keras_serializable(package="kd")(_objective)


@keras.saving.register_keras_serializable(package="kd")
class FunctionLoss(keras.losses.Loss):
    """A function of targets and predictions, averaged over weighted rows as by `Model.compile`."""

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


@dataclass(frozen=True)
class KerasObjective(Objective):
    """A loss of Keras as an objective: it compares probabilities at T, or takes the student's logits / T.

    function: the loss; one with `from_logits` set takes logits as predictions, and probabilities as targets.
    """

    function: Any = None
    takes_weights = True

    def terms(self, labels, student: Outputs, prepared, labelled=None, weights=None) -> dict:
        targets = ops.softmax(prepared["teacher_logits"] / self.temperature, axis=-1)
        predictions = student.logits / self.temperature
        if not getattr(self.function, "from_logits", False):
            predictions = ops.softmax(predictions, axis=-1)
        return {"distillation_loss": self.scale * self.function(targets, predictions, sample_weight=weights)}


def student_loss(given: Any) -> keras.losses.Loss:
    """Returns the loss of labels and the student's logits; for None, the cross-entropy of class numbers.

    A loss of Keras that is only named gets `from_logits=True`. Raises a ValueError for what is no loss, and
    for a loss that would take the logits for probabilities.
    """
    loss = keras.losses.get("sparse_categorical_crossentropy" if given is None else given)
    if loss is not given or inspect.isfunction(given):
        loss = _of_logits(loss)
    if getattr(loss, "from_logits", True) is False:
        name = type(loss).__name__
        raise ValueError(f"student_loss_fn gets logits: make {name} with from_logits=True.")
    return _as_loss(loss)


def distillation_objective(given: Any) -> Objective:
    """Returns what a Distiller's student learns from its teacher, with numbers of no meaning.

    None or a SoftTargetDivergence stand for soft targets; a loss of Keras, its name or any function becomes
    an objective. Raises a ValueError for anything else, and for an objective that compares more than logits.
    """
    if isinstance(given, SoftTargetDivergence):
        if given.temperature != 1 or not given.divided:
            raise ValueError(
                "Give temperature and temperature_squared to compile(), not to SoftTargetDivergence, "
                f"got temperature={given.temperature}, divided={given.divided}."
            )
        given = None
    if given is None or (isinstance(given, str) and given in OBJECTIVES):
        given = OBJECTIVES[given or "soft_targets"]()
    if not isinstance(given, Objective):
        return KerasObjective(function=_as_loss(keras.losses.get(given)))
    if given.compares_attention:
        names = ", ".join(name for name, other in OBJECTIVES.items() if not other.compares_attention)
        raise ValueError(f"{given.name} compares more than logits; a Distiller takes one of {names}.")
    return given


def teachers_terms(
    objective: Objective, labels: Any, teacher_logits: Any, student_logits: Any, weights: Any
) -> dict[str, Any]:
    """Returns the teacher's terms of the loss of a batch, as scalars.

    labels: numbers of classes, or one-hot. weights: of each row, (n,) or (n, 1), or None. Raises a ValueError
    when the logits are not of one shape (n, classes), or the objective takes no weights.
    """
    if teacher_logits is None:
        teacher_logits = student_logits  # which an objective without a teacher does not look at
    if weights is not None and not objective.takes_weights:
        raise ValueError(f"{objective.name} has terms of whole batches: leave out sample_weight.")
    # a teacher that shares layers with the student is no way for gradients to go
    both = alike(ops.stop_gradient(teacher_logits), student_logits, objective.temperature.dtype)
    if len(student_logits.shape) != 2:
        raise ValueError(f"A Distiller compares logits (n, classes), got {tuple(student_logits.shape)}.")
    if objective.allows_masked_classes:
        both = [ops.maximum(logits, RULED_OUT) for logits in both]
    labels = numbers_of_classes(labels)
    prepared = objective.prepare(Outputs(both[0]), labels)
    weighted = {} if weights is None else {"weights": ops.reshape(weights, (-1,))}
    return objective.terms(labels, Outputs(both[1]), prepared, **weighted)


def _of_logits(loss: Any) -> Any:
    """Returns a loss of Keras that was only named, which left no place for from_logits=True, with it."""
    if not getattr(loss, "__module__", "").startswith("keras."):
        return loss
    if inspect.isfunction(loss) and "from_logits" in inspect.signature(loss).parameters:
        loss = keras.losses.get(loss.__name__.title().replace("_", ""))
    return type(loss)(from_logits=True) if hasattr(loss, "from_logits") else loss


def _as_loss(loss: Any) -> keras.losses.Loss:
    return loss if isinstance(loss, keras.losses.Loss) else FunctionLoss(loss)


def split_targets(targets: Any) -> tuple[Any, Any]:
    """Returns the labels, and the teacher's logits if they were given with them (else None)."""
    if isinstance(targets, dict):
        return targets["labels"], targets["teacher_logits"]
    return targets, None


def split_weights(weights: Any) -> tuple[Any, Any]:
    """Returns what each row counts for the labels, and for the teacher; one array counts for both."""
    if isinstance(weights, dict):
        return weights["labels"], weights["teacher_logits"]
    return weights, weights


def check_teacher_logits(targets: Any, objective: Objective) -> None:
    """Raises a ValueError for an array of teacher's logits with NaN, infinity or probabilities.

    A logit of −inf rules a class out, if the objective allows that and the row leaves another class.
    """
    logits = targets.get("teacher_logits") if isinstance(targets, dict) else None
    if not hasattr(logits, "__array__"):
        return
    logits = np.asarray(logits)
    finite = np.isfinite(logits)
    allowed = finite | np.isneginf(logits) if objective.allows_masked_classes else finite
    if not (allowed.all() and finite.any(axis=-1).all()):
        but = " with this objective"
        if objective.allows_masked_classes:
            but = ", but for classes that a row rules out with −inf"
        raise ValueError(f"teacher_logits must be finite{but}; some are NaN or infinite.")
    if (logits >= 0).all() and np.allclose(logits.sum(axis=-1), 1.0, atol=1e-3):
        raise ValueError("teacher_logits must be logits, not probabilities: leave out the teacher's softmax.")


def numbers_of_classes(labels: Any) -> Any:
    """Returns labels as int32 (n,), from numbers (n,) or (n, 1), or one-hot ones (n, classes)."""
    if len(labels.shape) > 1 and labels.shape[-1] != 1:
        return ops.argmax(labels, axis=-1)
    return ops.cast(ops.reshape(labels, (-1,)), "int32")


def weighted_by_class(weights: Any, labels: Any, class_weight: Mapping[int, float]) -> Any:
    """Returns `sample_weight` times the weight of each row's class; 1 for a class without one."""
    numbers, of_rows = numbers_of_classes(labels), 1.0
    for number, weight in class_weight.items():
        of_rows = ops.where(numbers == number, float(weight), of_rows)
    of_rows *= ops.ones_like(numbers, dtype="float32")
    if isinstance(weights, dict):
        return {part: of_rows * ops.reshape(rows, (-1,)) for part, rows in weights.items()}
    return of_rows if weights is None else of_rows * ops.reshape(weights, (-1,))
