"""Mistakes that people make with soft targets: for experiments that show what comes of them.

Each is soft targets with one thing wrong. None is offered as an objective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kd.distillation.objectives.objective import Outputs, batch_mean
from kd.distillation.objectives.soft_targets import SoftTargets
from kd.text.translation import N_

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Mistake(SoftTargets):
    """Soft targets with one thing wrong."""

    # The code in records; what it is called in a list of settings, marked for translation.
    code: ClassVar[str]
    label: ClassVar[str]
    # The share of the features before the teacher's last layer that is dropped as it answers.
    teacher_dropout: ClassVar[float] = 0.0

    @classmethod
    def answers(cls, logits: np.ndarray, seed: int) -> np.ndarray:
        """The teacher's logits (n, 10) as the student is given them; seed: the run's."""
        return logits

    def term(self, rows: Any, weights: Any = None) -> dict[str, Any]:
        """The teacher's part of the loss, of one number for each picture, (n,)."""
        return {"distillation_loss": self.scale * batch_mean(rows, weights)}


# The teacher's part is not multiplied by T².
@dataclass(frozen=True)
class NoTSquared(Mistake):
    """KL(softmax(z_t / T) ‖ softmax(z_s / T)), whose gradient is 1/T² of the right one's."""

    code = "no_t_squared"
    label = N_("without T²")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / self.scale for name, term in right.items()}


# The divergence is averaged over the classes, too, and not summed over them.
@dataclass(frozen=True)
class MeanReduction(Mistake):
    """The teacher's part divided by the number of classes, as PyTorch's reduction "mean" has it."""

    code = "mean_reduction"
    label = N_("mean over pictures and classes")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / student.logits.shape[-1] for name, term in right.items()}


# α weighs the teacher's part, and 1 − α the labels'.
@dataclass(frozen=True)
class AlphaReversed(Mistake):
    """(1 − α) · student_loss + α · the teacher's part: soft targets at 1 − α."""

    code = "alpha_reversed"
    label = N_("α reversed")

    def label_weight(self) -> Any:
        return 1.0 - self.alpha

    def teacher_weight(self) -> Any:
        return self.alpha


# The divergence is taken from the student to the teacher.
@dataclass(frozen=True)
class ReversedDivergence(Mistake):
    """s · KL(softmax(z_s / T) ‖ softmax(z_t / T))."""

    code = "reversed_divergence"
    label = N_("divergence the wrong way round")

    def prepare(self, teacher, labels) -> dict:
        from keras import ops

        return {"teacher_logs": ops.log_softmax(teacher.logits / self.temperature, axis=-1)}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import ops

        logs = ops.log_softmax(student.logits / self.temperature, axis=-1)
        return self.term(ops.sum(ops.exp(logs) * (logs - prepared["teacher_logs"]), axis=-1), weights)


# T softens the teacher's answers alone.
@dataclass(frozen=True)
class OneTemperature(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s))."""

    code = "one_temperature"
    label = N_("T on the teacher's side only")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        undivided = Outputs(student.logits * self.temperature)
        return super().terms(labels, undivided, prepared, labelled, weights)


# The teacher ends in a softmax, and its probabilities are taken for logits.
@dataclass(frozen=True)
class TeacherProbabilities(Mistake):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(z_s / T))."""

    code = "teacher_probabilities"
    label = N_("the teacher's probabilities taken for logits")

    def prepare(self, teacher, labels) -> dict:
        from keras import ops

        return super().prepare(Outputs(ops.softmax(teacher.logits, axis=-1)), labels)


# Teacher and student end in a softmax, and the teacher's part takes their probabilities for logits.
@dataclass(frozen=True)
class BothProbabilities(TeacherProbabilities):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(softmax(z_s) / T)); the labels' part is right."""

    code = "both_probabilities"
    label = N_("probabilities taken for logits on both sides")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import ops

        softened_twice = Outputs(ops.softmax(student.logits, axis=-1))
        return super().terms(labels, softened_twice, prepared, labelled, weights)


# Keras' divergence gets log-probabilities, and wants probabilities.
@dataclass(frozen=True)
class LogProbabilities(Mistake):
    """s · keras.losses.kl_divergence(log_softmax(z_t / T), log_softmax(z_s / T)).

    Keras clips both to [1e-7, 1]. Logarithms of probabilities are below 0, so all become 1e-7: the loss is 0
    whatever the student says, and so is its gradient.
    """

    code = "log_probabilities"
    label = N_("log-probabilities in place of probabilities")

    def prepare(self, teacher, labels) -> dict:
        from keras import ops

        return {"teacher_logs": ops.log_softmax(teacher.logits / self.temperature, axis=-1)}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import losses, ops

        logs = ops.log_softmax(student.logits / self.temperature, axis=-1)
        return self.term(losses.kl_divergence(prepared["teacher_logs"], logs), weights)


# The teacher answers in training mode: its dropout is at work.
@dataclass(frozen=True)
class TeacherInTraining(Mistake):
    """Soft targets of a teacher that drops half of the features before its last layer as it answers."""

    code = "teacher_in_training"
    label = N_("the teacher's dropout left on")
    teacher_dropout = 0.5


# The teacher's answers were kept batch by batch, and the pictures are shuffled anew.
@dataclass(frozen=True)
class CachedAnswers(Mistake):
    """Soft targets of other pictures: a batch gets what the batch in its place got when answers were kept.

    They were kept in one pass before the first epoch, in an order of its own.
    """

    code = "cached_answers"
    label = N_("kept answers of other pictures")
    answers_by_place = True

    @classmethod
    def answers(cls, logits: np.ndarray, seed: int) -> np.ndarray:
        from numpy.random import default_rng

        # Epoch e is shuffled with the generator of [seed, e], and the first is 1.
        return logits[default_rng([seed, 0]).permutation(len(logits))]


# Both sides of the divergence come from the same network.
@dataclass(frozen=True)
class SameNetwork(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_t / T)), which is 0 whatever the student says."""

    code = "same_network"
    label = N_("the same network on both sides")

    def prepare(self, teacher, labels) -> dict:
        prepared = super().prepare(teacher, labels)
        return {"divergences": self.divergences(teacher, prepared)}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        return self.term(prepared["divergences"], weights)


# `keras.distillation.LogitsDistillation` as it is by default in Keras 3.15.
@dataclass(frozen=True)
class KerasDefault(Mistake):
    """keras.losses.kl_divergence(z_t / T, z_s / T): no softmax, and no T².

    The default loss is the string "kl_divergence", which becomes a function. Softmax and T² are for instances
    of `KLDivergence` alone, so the function gets the divided logits, and clips them to [1e-7, 1].
    """

    code = "keras_default"
    label = N_("the default of Keras' LogitsDistillation")

    def prepare(self, teacher, labels) -> dict:
        return {"teacher_logits": teacher.logits}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        from keras import losses

        both = (logits / self.temperature for logits in (prepared["teacher_logits"], student.logits))
        return {"distillation_loss": batch_mean(losses.kl_divergence(*both), weights)}


MISTAKES: dict[str, type[Mistake]] = {
    kind.code: kind
    for kind in (
        NoTSquared,
        MeanReduction,
        AlphaReversed,
        ReversedDivergence,
        OneTemperature,
        TeacherProbabilities,
        BothProbabilities,
        LogProbabilities,
        TeacherInTraining,
        CachedAnswers,
        SameNetwork,
        KerasDefault,
    )
}
