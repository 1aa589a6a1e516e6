"""Teacher and student end in a softmax, and the teacher's part takes their probabilities for logits."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.teacher_probabilities import TeacherProbabilities
from kd.distillation.objectives.objective import Outputs
from kd.text.translation import N_


@dataclass(frozen=True)
class BothProbabilities(TeacherProbabilities):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(softmax(z_s) / T)); the labels' part is right."""

    code = "both_probabilities"
    label = N_("probabilities taken for logits on both sides")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import ops

        softened_twice = Outputs(ops.softmax(student.logits, axis=-1))
        return super().terms(labels, softened_twice, prepared, labelled, weights)
