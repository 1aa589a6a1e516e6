"""The fields of a run: what each is called, what it allows, when it counts and which models it decides."""

from dataclasses import dataclass

from kd.run_fields.conditions import (
    CONVOLUTIONAL,
    DENSE,
    FRESH,
    LINEAR,
    SHIPPED_TEACHERS,
    TEST_IMAGES,
    TRAIN_IMAGES,
    epochs_for,
    has_fresh_teacher,
    has_nonsense,
    has_teaching,
    is_consistent,
    learns_from_teacher,
    why_idle,
)
from kd.run_fields.rarer import RarerFields
from kd.run_fields.usual import UsualFields

__all__ = [
    "CONVOLUTIONAL",
    "DENSE",
    "FRESH",
    "LINEAR",
    "SHIPPED_TEACHERS",
    "TEST_IMAGES",
    "TRAIN_IMAGES",
    "RunFields",
    "epochs_for",
    "has_fresh_teacher",
    "has_nonsense",
    "has_teaching",
    "is_consistent",
    "learns_from_teacher",
    "why_idle",
]


@dataclass(frozen=True, kw_only=True)
class RunFields(RarerFields, UsualFields):
    """All fields but an objective's own and a student's size."""

    @property
    def steps(self) -> int:
        """How many steps a student takes that learns from all of so many images."""
        return self.epochs * -(-self.train_size // self.batch_size)
