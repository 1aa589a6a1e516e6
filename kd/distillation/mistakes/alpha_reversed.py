"""α weighs the teacher's part, and 1 − α the labels'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class AlphaReversed(Mistake):
    """(1 − α) · student_loss + α · the teacher's part: soft targets at 1 − α."""

    code = "alpha_reversed"
    label = N_("α reversed")

    def label_weight(self) -> Any:
        return 1.0 - self.alpha

    def teacher_weight(self) -> Any:
        return self.alpha
