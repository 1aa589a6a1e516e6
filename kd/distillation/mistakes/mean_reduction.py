"""The divergence is averaged over the classes, too, and not summed over them."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class MeanReduction(Mistake):
    """The teacher's part divided by the number of classes, as PyTorch's reduction "mean" has it."""

    code = "mean_reduction"
    label = N_("mean over pictures and classes")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / student.logits.shape[-1] for name, term in right.items()}
