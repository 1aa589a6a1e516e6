"""Soft targets: the student matches the teacher's softened probabilities (Hinton et al. 2015, section 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kd.distillation.objectives.objective import Objective, Outputs
from kd.text.translation import N_


@dataclass(frozen=True)
class SoftTargets(Objective):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s / T)), with s = T² (the paper) or 1 (the original notebook)."""

    name = "soft_targets"
    label = N_("Soft targets")
    help = N_("The student matches the teacher's probabilities, softened by T.")
    source = "Hinton, Vinyals and Dean 2015, section 2"
    term_labels: ClassVar = {"distillation_loss": N_("teacher's part")}

    def prepare(self, teacher: Outputs, labels) -> dict:
        """The soft targets (n, 10), and their entropies (n,) in nats.

        KL(p ‖ q) is the cross-entropy of p and q minus the entropy of p. With p and its entropy known for all
        images, a step needs only one fused operation, so a distilled step costs little more than one without
        a teacher.
        """
        from keras import ops

        logs = ops.log_softmax(teacher.logits / self.temperature, axis=-1)
        soft_targets = ops.exp(logs)
        return {"soft_targets": soft_targets, "entropies": -ops.sum(soft_targets * logs, axis=-1)}

    def terms(self, labels, student: Outputs, prepared, labelled=None) -> dict:
        from keras import ops

        cross_entropy = ops.categorical_crossentropy(
            prepared["soft_targets"], student.logits / self.temperature, from_logits=True
        )
        return {"distillation_loss": self.scale * ops.mean(cross_entropy - prepared["entropies"])}
