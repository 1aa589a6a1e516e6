"""What every mistake has: a code, a name, and what it gets wrong about soft targets or their data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kd.distillation.objectives.objective import batch_mean
from kd.distillation.objectives.soft_targets import SoftTargets

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Mistake(SoftTargets):
    """Soft targets with one thing wrong."""

    # The code in records; what it is called in a list of settings, marked for translation.
    code: ClassVar[str]
    label: ClassVar[str]
    # The share of the features before the teacher's last layer that is dropped as it answers.
    teacher_dropout: ClassVar[float] = 0.0

    @classmethod
    def answers(cls, logits: np.ndarray, seed: int) -> np.ndarray:
        """The teacher's logits (n, 10) as the student is given them; seed: the run's."""
        return logits

    def term(self, rows: Any, weights: Any = None) -> dict[str, Any]:
        """The teacher's part of the loss, of one number for each picture, (n,)."""
        return {"distillation_loss": self.scale * batch_mean(rows, weights)}
