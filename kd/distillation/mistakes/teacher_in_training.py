"""The teacher answers in training mode: its dropout is at work."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


@dataclass(frozen=True)
class TeacherInTraining(Mistake):
    """Soft targets of a teacher that drops half of the features before its last layer as it answers."""

    code = "teacher_in_training"
    label = N_("the teacher's dropout left on")
    teacher_dropout = 0.5
