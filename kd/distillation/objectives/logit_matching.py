"""Logit matching: the student regresses the teacher's logits (Ba and Caruana 2014, equation 1)."""

from dataclasses import dataclass
from typing import ClassVar

from kd.base.keras_parts import ops
from kd.distillation.objectives.objective import Objective, Outputs, batch_mean
from kd.text.translation import N_


@dataclass(frozen=True)
class LogitMatching(Objective):
    """½ · ‖z_s − z_t‖², averaged over the pictures.

    Ba and Caruana 2014, equation 1: sum over the classes, mean over the pictures, as here. Where T is large
    and each picture's logits have the mean 0, it is what soft targets with T² come to, times the number of
    classes (Hinton et al. 2015, section 2.1). Both papers teach without labels: set α to 0 for that.
    """

    name = "logit_matching"
    label = N_("Logit matching")
    help = N_("The student predicts the teacher's logits themselves, by least squares. T plays no part.")
    source = N_("Ba and Caruana 2014, equation 1; Hinton, Vinyals and Dean 2015, section 2.1")
    term_labels: ClassVar = {"distillation_loss": N_("teacher's part")}
    uses_temperature = False
    uses_temperature_squared = False
    takes_weights = True
    allows_masked_classes = False

    def terms(self, labels, student: Outputs, prepared, labelled=None, weights=None) -> dict:
        distances = ops.sum(ops.square(student.logits - prepared["teacher_logits"]), axis=-1)
        return {"distillation_loss": 0.5 * batch_mean(distances, weights)}
