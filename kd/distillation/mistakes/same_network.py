"""Both sides of the divergence come from the same network."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class SameNetwork(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_t / T)), which is 0 whatever the student says."""

    code = "same_network"
    label = N_("the same network on both sides")

    def prepare(self, teacher, labels) -> dict:
        prepared = super().prepare(teacher, labels)
        return {"divergences": self.divergences(teacher, prepared)}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        return self.term(prepared["divergences"], weights)
