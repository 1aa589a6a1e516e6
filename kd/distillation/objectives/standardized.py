"""Standardised logits: soft targets of logits with mean 0 and deviation 1 (Sun et al. 2024)."""

from dataclasses import dataclass
from typing import Any

from kd.base.fields import field
from kd.distillation.objectives.objective import Outputs, ops, root
from kd.distillation.objectives.soft_targets import SoftTargets
from kd.text.translation import N_

PUBLISHED_WEIGHT = 9.0


@dataclass(frozen=True)
class Standardized(SoftTargets):
    """s · KL(softmax(Z(z_t) / T) ‖ softmax(Z(z_s) / T)), Z(z) = (z − mean) / (1e-7 + deviation).

    Sun et al. 2024, section 4.2 and algorithm 1. The formula is that of their code (sunshangquan/
    logit-standardization-KD, mdistiller/distillers/KD.py), which departs from the paper twice: the deviation
    divides by classes − 1, not by classes, and 1e-7 keeps it from being 0. Their command line gives the
    teacher's part the weight 9 (`--kd-weight 9`) and the labels 0.1, at T = 2; s = T².
    """

    published_weight: bool = field(
        True,
        label=N_("Weight 9, as published"),
        help=N_(
            "With standardised logits: the teacher's part has the weight 9, as its authors chose, instead of "
            "1 − α. At α = 1 the student still learns from the labels alone."
        ),
    )

    name = "standardized"
    label = N_("Standardised logits")
    help = N_(
        "Soft targets of logits that were standardised for each picture, so that the student need not copy "
        "how large the teacher's logits are, only how they relate."
    )
    source = N_("Sun, Ren, Li, Wang and Cao 2024, section 4.2")
    allows_masked_classes = False

    def teacher_weight(self) -> Any:
        if isinstance(self.alpha, int | float):
            return PUBLISHED_WEIGHT if self.published_weight and self.alpha < 1 else 1.0 - self.alpha
        published = ops.logical_and(ops.cast(self.published_weight, "bool"), self.alpha < 1)
        return ops.where(published, PUBLISHED_WEIGHT, 1.0 - self.alpha)

    def prepare(self, teacher: Outputs, labels) -> dict:
        return super().prepare(Outputs(_standardized(teacher.logits)), labels)

    def divergences(self, student: Outputs, prepared) -> Any:
        return super().divergences(Outputs(_standardized(student.logits)), prepared)


def _standardized(logits: Any) -> Any:
    centred = logits - ops.mean(logits, axis=-1, keepdims=True)
    variances = ops.sum(ops.square(centred), axis=-1, keepdims=True) / (logits.shape[-1] - 1)
    return centred / (1e-7 + root(variances))
