"""Soft targets: the student matches the teacher's softened probabilities (Hinton et al. 2015, section 2)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from kd.base.keras_parts import ops
from kd.distillation.objectives.objective import Objective, Outputs, batch_mean
from kd.text.translation import N_


@dataclass(frozen=True)
class SoftTargets(Objective):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s / T)), with s = T² (the paper) or 1 (the original notebook)."""

    name = "soft_targets"
    label = N_("Soft targets")
    help = N_("The student matches the teacher's probabilities, softened by T.")
    source = N_("Hinton, Vinyals and Dean 2015, section 2")
    term_labels: ClassVar = {"distillation_loss": N_("teacher's part")}
    takes_weights = True

    def prepare(self, teacher: Outputs, labels) -> dict:
        """Returns the soft targets (n, 10), and their entropies (n,) in nats.

        KL(p ‖ q) is the cross-entropy of p and q minus the entropy of p. With p and its entropy known for all
        images, a step needs only one fused operation, so a distilled step costs little more than one without
        a teacher.
        """
        logs = ops.log_softmax(teacher.logits / self.temperature, axis=-1)
        soft_targets = ops.exp(logs)
        return {"soft_targets": soft_targets, "entropies": -ops.sum(soft_targets * logs, axis=-1)}

    def terms(self, labels, student: Outputs, prepared, labelled=None, weights=None) -> dict:
        return {"distillation_loss": self.scale * batch_mean(self.divergences(student, prepared), weights)}

    def divergences(self, student: Outputs, prepared) -> Any:
        """Returns KL(softmax(z_t / T) ‖ softmax(z_s / T)) of each picture, (n,), in nats."""
        cross_entropy = ops.categorical_crossentropy(
            prepared["soft_targets"], student.logits / self.temperature, from_logits=True
        )
        return cross_entropy - prepared["entropies"]
