"""What every objective has: a name, a paper, its own fields, and the terms that it adds to the loss.

An objective's numbers are its attributes. In a Distiller they are Python's; in a traced training step they
are tensors, so another value does not trace again. Importing this module loads no TensorFlow: pages and the
command line read the labels and the fields.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

from kd.base.keras_parts import Outputs, ops
from kd.text.words import quoted


@dataclass(frozen=True)
class Objective:
    """A way to learn from a teacher.

    loss = α · student_loss + teacher_weight() · the sum of terms(…)

    alpha: weight of the true labels, in [0, 1]. temperature: T > 0. scale: the factor of softened terms, T²
    or 1. Fields with a FieldSpec (`kd.base.fields.field`) are the objective's own, and fields of RunConfig.

    Raises:
        ValueError: when alpha or temperature is a number out of range; those of tensors are not known yet.
    """

    alpha: Any = 0.1
    temperature: Any = 1.0
    scale: Any = 1.0

    # The code in addresses and flags; and marked for translation, what it is called, what it is in a sentence
    # or two, and where it was published.
    name: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str]
    source: ClassVar[str]
    # Term → what charts call it, marked for translation.
    term_labels: ClassVar[Mapping[str, str]]
    uses_temperature: ClassVar[bool] = True
    uses_temperature_squared: ClassVar[bool] = True
    uses_teacher: ClassVar[bool] = True
    compares_attention: ClassVar[bool] = False
    # Whether `terms` also takes `weights`, float (n,): what each picture counts.
    takes_weights: ClassVar[bool] = False
    # Whether a batch gets what was prepared for the pictures in its place, and not for its own: a mistake.
    answers_by_place: ClassVar[bool] = False
    # Whether a class may be ruled out by a logit of −inf.
    allows_masked_classes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if isinstance(self.alpha, Real | str):
            checked_alpha(self.alpha)
        if isinstance(self.temperature, Real | str):
            checked_temperature(self.temperature)

    @classmethod
    def own_fields(cls) -> list[dataclasses.Field]:
        """Returns the fields that only this objective has."""
        return [field for field in dataclasses.fields(cls) if "spec" in field.metadata]

    def label_weight(self) -> Any:
        """Returns the weight of the student's own loss."""
        return self.alpha

    def teacher_weight(self) -> Any:
        """Returns the weight of the teacher's terms; 0 at α = 1."""
        return 1.0 - self.alpha

    def loss(self, student_loss: Any, terms: Mapping[str, Any]) -> Any:
        """Returns the loss of a batch, from the student's own loss and the teacher's terms."""
        first, *others = terms.values()
        return self.label_weight() * student_loss + self.teacher_weight() * sum(others, first)

    def prepare(self, teacher: Outputs, labels: Any) -> dict[str, Any]:
        """Computes once, for all images, whatever depends on the teacher and the labels alone.

        Args:
            teacher: its outputs; with logits None where `uses_teacher` is False.
            labels: int (n,), as for `terms`.

        Returns:
            Tensors by name, each with a row for every image.
        """
        return {"teacher_logits": teacher.logits}

    def terms(self, labels: Any, student: Outputs, prepared: Mapping[str, Any], labelled: Any = None) -> dict:
        """Computes the teacher's terms of the loss for a batch.

        Args:
            labels: int (n,), the labels as given; a picture without one has 0.
            student: the student's outputs.
            prepared: the batch's rows of what `prepare` returned.
            labelled: float (n,), 1 for a picture with a label and 0 for one without; None if all have one.

        Returns:
            Scalars by the names of `term_labels`, averaged over the batch.
        """
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Returns the numbers, for Keras' serialisation of a compiled Distiller."""
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Objective:
        """Makes the objective whose `get_config` returned this."""
        return cls(**config)


def checked_alpha(alpha: Any) -> float:
    """Returns α as a float; raises a ValueError when it is not a number in [0, 1]."""
    if not _is_finite_number(alpha) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be a number between 0 and 1, got {quoted(alpha)}.")
    return float(alpha)


def checked_temperature(temperature: Any) -> float:
    """Returns T as a float; raises a ValueError when it is not a finite number above 0."""
    if not _is_finite_number(temperature) or temperature <= 0:
        raise ValueError(f"temperature must be a finite number above 0, got {quoted(temperature)}.")
    return float(temperature)


def _is_finite_number(value: Any) -> bool:
    try:
        return not isinstance(value, bool | str) and math.isfinite(value)
    except (TypeError, OverflowError):
        return False


def batch_mean(rows: Any, *weights: Any) -> Any:
    """Returns the mean over the batch of rows (n,), each times its weights (n,); None counts as 1.

    As in Keras, the sum is divided by the number of pictures, not by the sum of the weights.
    """
    for weight in weights:
        rows = rows if weight is None else rows * weight
    return ops.mean(rows)


def root(squares: Any) -> Any:
    """Returns the square root, with a finite gradient even where float32 rounds the squares to 0."""
    return ops.sqrt(squares + 1e-36)
