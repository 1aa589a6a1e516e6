"""The teacher ends in a softmax, and its probabilities are taken for logits."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.distillation.objectives.objective import Outputs
from kd.text.translation import N_


@dataclass(frozen=True)
class TeacherProbabilities(Mistake):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(z_s / T))."""

    code = "teacher_probabilities"
    label = N_("the teacher's probabilities taken for logits")

    def prepare(self, teacher, labels) -> dict:
        from keras import ops

        return super().prepare(Outputs(ops.softmax(teacher.logits, axis=-1)), labels)
