"""Decoupled: the right class and the others are two terms with a weight each (DKD, Zhao et al. 2022)."""

from dataclasses import dataclass
from typing import ClassVar

from kd.base.fields import field
from kd.base.keras_parts import ops
from kd.distillation.objectives.objective import Objective, Outputs, batch_mean
from kd.text.translation import N_

# Taken from the logit of the right class, it leaves nothing of its probability, however large the logit.
_NONE_LEFT = 1e9


@dataclass(frozen=True)
class Decoupled(Objective):
    """s · (target_weight · TCKD + nontarget_weight · NCKD): the divergence of soft targets, taken apart.

    With p the teacher's probabilities at T, q the student's and t the label, TCKD is
    KL([p_t, 1 − p_t] ‖ [q_t, 1 − q_t]), and NCKD is KL(p ‖ q) over the other classes, p and q renormalised.
    Soft targets are TCKD + (1 − p_t) · NCKD (Zhao et al. 2022, section 3.1, equation 5): where the teacher is
    sure, they hardly teach how it ranks the others. Here both have a weight of their own (section 3.2).
    The formula is that of their code (megvii-research/mdistiller, mdistiller/distillers/DKD.py), with s = T²
    and the weights 1 and 8. It departs from that code in three places: 1 − p_t and 1 − q_t come from
    log-sum-exp, where the code takes the logarithm of a sum that can be 0; the right class is left out
    whatever its logit, where the code takes 1000 from it; and α and 1 − α balance labels and teacher from the
    first step, where the code gives labels the weight 1 and brings the rest in over 20 epochs.
    Pictures without a label count as 0: they have no right class.
    """

    target_weight: float = field(
        1.0,
        label=N_("Weight of the right class"),
        help=N_(
            "With the decoupled objective: how much it counts how sure the teacher is of the right class."
        ),
        minimum=0.0,
        maximum=100.0,
        step=0.5,
    )
    nontarget_weight: float = field(
        8.0,
        label=N_("Weight of the other classes"),
        help=N_("With the decoupled objective: how much it counts how the teacher ranks the wrong classes."),
        minimum=0.0,
        maximum=100.0,
        step=0.5,
    )

    name = "decoupled"
    label = N_("Decoupled")
    help = N_(
        "Soft targets in two parts: how sure the teacher is of the right class, and how it ranks the others, "
        "which soft targets hardly teach where the teacher is sure. Only pictures with labels count."
    )
    source = N_("Zhao, Cui, Song, Qiu and Liang 2022, section 3.2 (DKD)")
    term_labels: ClassVar = {
        "target_loss": N_("right class"),
        "nontarget_loss": N_("other classes"),
    }
    takes_weights = True

    def prepare(self, teacher: Outputs, labels) -> dict:
        """Returns p_t, 1 − p_t, p over the other classes, and both entropies in nats."""
        target = ops.one_hot(labels, teacher.logits.shape[-1], dtype=teacher.logits.dtype)
        logs = ops.log_softmax(teacher.logits / self.temperature, axis=-1)
        right = ops.sum(logs * target, axis=-1)
        wrong = ops.logsumexp(logs - _NONE_LEFT * target, axis=-1)
        others = ops.log_softmax(logs - _NONE_LEFT * target, axis=-1)
        return {
            "target": target,
            "right": ops.exp(right),
            "wrong": ops.exp(wrong),
            "others": ops.exp(others),
            "entropies": -(ops.exp(right) * right + ops.exp(wrong) * wrong),
            "entropies_of_others": -ops.sum(ops.exp(others) * others, axis=-1),
        }

    def terms(self, labels, student: Outputs, prepared, labelled=None, weights=None) -> dict:
        logits, target, others = student.logits / self.temperature, prepared["target"], prepared["others"]
        right = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        ranking = ops.categorical_crossentropy(others, logits - _NONE_LEFT * target, from_logits=True)
        # `right` is the log-sum-exp of all logits less the right class' own, −log q_t; `ranking` that of the
        # others less their mean as the teacher weighs them. What remains between the two is −log(1 − q_t).
        wrong = right - ranking + ops.sum((target - others) * logits, axis=-1)
        target_loss = prepared["right"] * right + prepared["wrong"] * wrong - prepared["entropies"]
        others_loss = ranking - prepared["entropies_of_others"]
        target_loss, others_loss = (
            batch_mean(rows, labelled, weights) for rows in (target_loss, others_loss)
        )
        return {
            "target_loss": self.scale * self.target_weight * target_loss,
            "nontarget_loss": self.scale * self.nontarget_weight * others_loss,
        }
