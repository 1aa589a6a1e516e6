"""T softens the teacher's answers alone."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.distillation.objectives.objective import Outputs
from kd.text.translation import N_


@dataclass(frozen=True)
class OneTemperature(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s))."""

    code = "one_temperature"
    label = N_("T on the teacher's side only")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        undivided = Outputs(student.logits * self.temperature)
        return super().terms(labels, undivided, prepared, labelled, weights)
