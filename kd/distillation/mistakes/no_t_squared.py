"""The teacher's part is not multiplied by T²."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class NoTSquared(Mistake):
    """KL(softmax(z_t / T) ‖ softmax(z_s / T)), whose gradient is 1/T² of the right one's."""

    code = "no_t_squared"
    label = N_("without T²")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / self.scale for name, term in right.items()}
