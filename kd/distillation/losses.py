"""The losses that a Distiller takes, by name, as a function, as a loss of Keras or as an objective."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import keras
from keras import ops

from kd.distillation.objectives import OBJECTIVES, Objective, Outputs
from kd.distillation.soft_targets import SoftTargetDivergence, alike, without_infinities
from kd.distillation.targets import numbers_of_classes

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
    """Returns the loss of labels and the student's logits.

    Args:
        given: None for the cross-entropy with labels that are numbers of classes; a loss of Keras; its name
            or its function, which then gets logits (`from_logits=True`) if it can; any other function.

    Raises:
        ValueError: when it is none of these, or a loss that would take the logits for probabilities.
    """
    loss = keras.losses.get("sparse_categorical_crossentropy" if given is None else given)
    if loss is not given or inspect.isfunction(given):
        loss = _of_logits(loss)
    if getattr(loss, "from_logits", True) is False:
        name = type(loss).__name__
        raise ValueError(f"student_loss_fn gets logits: make {name} with from_logits=True.")
    return _as_loss(loss)


def distillation_loss(given: Any) -> keras.losses.Loss | Objective:
    """Returns the loss of teacher and student.

    Args:
        given: None for the divergence of soft targets; an objective or its name; a loss of Keras, its name or
            its function; any other function.

    Raises:
        ValueError: when it is none of these, or an objective that compares more than logits.
    """
    if given is None:
        return SoftTargetDivergence()
    objective = OBJECTIVES[given]() if isinstance(given, str) and given in OBJECTIVES else given
    if isinstance(objective, Objective):
        if objective.compares_attention:
            names = ", ".join(name for name, other in OBJECTIVES.items() if not other.compares_attention)
            raise ValueError(f"{objective.name} compares more than logits; a Distiller takes one of {names}.")
        return objective
    loss = _as_loss(keras.losses.get(given))
    if isinstance(loss, SoftTargetDivergence) and (loss.temperature != 1 or not loss.divided):
        raise ValueError(
            "Give temperature and temperature_squared to compile(), not to SoftTargetDivergence, "
            f"got temperature={loss.temperature}, divided={loss.divided}."
        )
    return loss


def numbered(loss: Any, alpha: Any, temperature: Any, squared: bool) -> Objective:
    """Returns the objective at these numbers; for a loss of Keras, one without terms of its own."""
    objective = loss if isinstance(loss, Objective) else Objective()
    scale = temperature**2 if squared else 1.0
    return dataclasses.replace(objective, alpha=alpha, temperature=temperature, scale=scale)


def has_teaching(loss: Any, teacher: Any, given: Any) -> bool:
    """Tells whether there is something to learn besides labels: a teacher, its logits, a virtual teacher."""
    return not (teacher is given is None) or (isinstance(loss, Objective) and not loss.uses_teacher)


def teachers_terms(
    loss: Any, objective: Objective, labels: Any, teacher_logits: Any, student_logits: Any, weights: Any
) -> dict[str, Any]:
    """Returns the teacher's terms of the loss of a batch, as scalars.

    Args:
        loss: as `distillation_loss` returns it.
        objective: what `numbered` made of it.
        labels: numbers of classes, or one-hot.
        teacher_logits: (n, classes); None for an objective without a teacher.
        student_logits: (n, classes).
        weights: what each row counts, (n,) or (n, 1), or None.

    Raises:
        ValueError: when the logits differ in shape, or the objective takes no such logits or weights.
    """
    if teacher_logits is None:
        teacher_logits = student_logits  # which an objective without a teacher does not look at
    # a teacher that shares layers with the student is no way for gradients to go
    both = alike(ops.stop_gradient(teacher_logits), student_logits, objective.temperature.dtype)
    if not isinstance(loss, Objective):
        softened = compared(loss, *(logits / objective.temperature for logits in both))
        return {"distillation_loss": objective.scale * loss(*softened, sample_weight=weights)}
    if weights is not None and not objective.takes_weights:
        raise ValueError(f"{objective.name} has terms of whole batches: leave out sample_weight.")
    if len(student_logits.shape) != 2:
        shape = tuple(student_logits.shape)
        raise ValueError(f"{objective.name} compares logits of the shape (n, classes), got {shape}.")
    teacher_logits, student_logits = (
        map(without_infinities, both) if objective.allows_masked_classes else both
    )
    labels = numbers_of_classes(labels)
    prepared = objective.prepare(Outputs(teacher_logits), labels)
    weighted = {} if weights is None else {"weights": ops.reshape(weights, (-1,))}
    return objective.terms(labels, Outputs(student_logits), prepared, **weighted)


def compared(loss: keras.losses.Loss, teacher_logits: Any, student_logits: Any) -> tuple[Any, Any]:
    """Returns what a loss compares, of logits that have been divided by T.

    `SoftTargetDivergence` and whatever else has `compares_logits` set get the logits. A loss with
    `from_logits` set takes logits as predictions, but as targets it wants probabilities. All others get
    probabilities.
    """
    if getattr(loss, "compares_logits", False):
        return teacher_logits, student_logits
    targets = ops.softmax(teacher_logits, axis=-1)
    if getattr(loss, "from_logits", False):
        return targets, student_logits
    return targets, ops.softmax(student_logits, axis=-1)


def _of_logits(loss: Any) -> Any:
    """Returns a loss of Keras that was only named, which left no place for from_logits=True, with it."""
    if not getattr(loss, "__module__", "").startswith("keras."):
        return loss
    if inspect.isfunction(loss) and "from_logits" in inspect.signature(loss).parameters:
        loss = keras.losses.get(loss.__name__.title().replace("_", ""))
    return type(loss)(from_logits=True) if hasattr(loss, "from_logits") else loss


def _as_loss(loss: Any) -> keras.losses.Loss:
    return loss if isinstance(loss, keras.losses.Loss) else FunctionLoss(loss)
