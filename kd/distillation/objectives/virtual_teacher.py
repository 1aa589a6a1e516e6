"""Virtual teacher: a made-up teacher that is always right (Tf-KD_reg, Yuan et al. 2020)."""

import math
from dataclasses import dataclass
from typing import ClassVar

from kd.base.fields import field
from kd.base.keras_parts import ops
from kd.distillation.objectives.objective import Objective, Outputs, batch_mean
from kd.text.translation import N_


@dataclass(frozen=True)
class VirtualTeacher(Objective):
    """KL(softmax(d / T) ‖ softmax(z_s)): d is c for the label's class, (1 − c) / (classes − 1) elsewhere.

    Yuan et al. 2020, section 4 (Tf-KD_reg). The formula is that of their code (yuanli2333/
    Teacher-free-Knowledge-Distillation, my_loss_function.py, `loss_kd_regularization`), which departs from
    the paper: T softens the teacher only, not the student, and divides the probabilities d as if they were
    logits; there is no T². The code averages over pictures and classes and multiplies by 100, the number of
    CIFAR-100's classes, which makes it the sum over the classes, as here. It sets c = 0.99 and T = 20.
    Pictures without a label count as 0: such a teacher knows nothing of them.
    """

    virtual_confidence: float = field(
        0.99,
        label=N_("The virtual teacher's confidence"),
        help=N_(
            "With a virtual teacher: the probability that it gives to the right class, before T softens it."
        ),
        minimum=0.1,
        maximum=1.0,
        step=0.01,
    )

    name = "virtual_teacher"
    label = N_("Virtual teacher")
    help = N_(
        "No teacher at all: a made-up one that is always right and doubts all wrong classes alike, softened "
        "by T. It shows how much of distillation is only regularisation."
    )
    source = N_("Yuan, Tay, Li, Wang and Feng 2020, section 4 (Tf-KD_reg)")
    term_labels: ClassVar = {"distillation_loss": N_("virtual teacher's part")}
    uses_temperature_squared = False
    uses_teacher = False
    takes_weights = True

    def prepare(self, teacher: Outputs, labels) -> dict:
        return {}

    def terms(self, labels, student: Outputs, prepared, labelled=None, weights=None) -> dict:
        others = student.logits.shape[-1] - 1
        confidence = self.virtual_confidence
        # softmax(d / T) has two values, that of the right class and that of each other one
        difference = (confidence - (1.0 - confidence) / others) / self.temperature - math.log(others)
        difference = ops.convert_to_tensor(difference, student.logits.dtype)
        right, wrong = ops.sigmoid(difference), ops.sigmoid(-difference) / others
        target = ops.one_hot(labels, others + 1, dtype=student.logits.dtype)
        cross_entropy = ops.categorical_crossentropy(
            wrong + (right - wrong) * target, student.logits, from_logits=True
        )
        entropy = -(right * ops.log(right) + others * wrong * ops.log(wrong))
        return {"distillation_loss": batch_mean(cross_entropy - entropy, labelled, weights)}
