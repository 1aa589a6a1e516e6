"""The divergence is taken from the student to the teacher."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class ReversedDivergence(Mistake):
    """s · KL(softmax(z_s / T) ‖ softmax(z_t / T))."""

    code = "reversed_divergence"
    label = N_("divergence the wrong way round")

    def prepare(self, teacher, labels) -> dict:
        from keras import ops

        return {"teacher_logs": ops.log_softmax(teacher.logits / self.temperature, axis=-1)}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import ops

        logs = ops.log_softmax(student.logits / self.temperature, axis=-1)
        return self.term(ops.sum(ops.exp(logs) * (logs - prepared["teacher_logs"]), axis=-1), weights)
