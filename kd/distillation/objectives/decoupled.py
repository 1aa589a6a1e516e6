"""Decoupled: the right class and the others are two terms with a weight each (DKD, Zhao et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from kd.distillation.objectives.objective import Objective, Outputs, mean_of_labelled
from kd.fields import field
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
        rare=True,
    )
    nontarget_weight: float = field(
        8.0,
        label=N_("Weight of the other classes"),
        help=N_("With the decoupled objective: how much it counts how the teacher ranks the wrong classes."),
        minimum=0.0,
        maximum=100.0,
        step=0.5,
        rare=True,
    )

    name = "decoupled"
    label = N_("Decoupled")
    help = N_(
        "Soft targets in two parts: how sure the teacher is of the right class, and how it ranks the others, "
        "which soft targets hardly teach where the teacher is sure. Only pictures with labels count."
    )
    source = "Zhao, Cui, Song, Qiu and Liang 2022, section 3.2 (DKD)"
    term_labels: ClassVar = {
        "target_loss": N_("right class"),
        "nontarget_loss": N_("other classes"),
    }

    def terms(self, labels, student: Outputs, prepared, labelled=None) -> dict:
        from keras import ops

        target = ops.one_hot(labels, student.logits.shape[-1], dtype=student.logits.dtype)
        ours, others = _decoupled(student.logits / self.temperature, target)
        theirs, their_others = _decoupled(prepared["teacher_logits"] / self.temperature, target)
        target_divergence = mean_of_labelled(_divergence(theirs, ours), labelled)
        nontarget_divergence = mean_of_labelled(_divergence(their_others, others), labelled)
        return {
            "target_loss": self.scale * self.target_weight * target_divergence,
            "nontarget_loss": self.scale * self.nontarget_weight * nontarget_divergence,
        }


def _decoupled(logits: Any, target: Any) -> tuple[Any, Any]:
    """The logarithms of [q_t, 1 − q_t] (n, 2), and of q over the other classes, renormalised (n, classes)."""
    from keras import ops

    logs = ops.log_softmax(logits, axis=-1)
    without_target = logs - _NONE_LEFT * target
    right = ops.sum(logs * target, axis=-1)
    wrong = ops.logsumexp(without_target, axis=-1)
    return ops.stack([right, wrong], axis=-1), ops.log_softmax(without_target, axis=-1)


def _divergence(theirs: Any, ours: Any) -> Any:
    """KL(p ‖ q) of each row, from the logarithms of p and q."""
    from keras import ops

    return ops.sum(ops.exp(theirs) * (theirs - ours), axis=-1)
