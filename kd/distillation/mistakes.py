"""Mistakes that people make with soft targets: for experiments that show what comes of them.

Each is soft targets with one thing wrong. None is offered as an objective.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from kd.base.keras_parts import losses, ops
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
        """Returns the teacher's logits (n, 10) as the student is given them; seed: the run's."""
        return logits


@dataclass(frozen=True)
class NoTSquared(Mistake):
    """KL(softmax(z_t / T) ‖ softmax(z_s / T)), without T²: its gradient is 1/T² of the right one."""

    code = "no_t_squared"
    label = N_("without T²")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / self.scale for name, term in right.items()}


@dataclass(frozen=True)
class MeanReduction(Mistake):
    """The divergence averaged over the classes, not summed, as PyTorch's reduction "mean" has it."""

    code = "mean_reduction"
    label = N_("mean over pictures and classes")

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
        right = super().terms(labels, student, prepared, labelled, weights)
        return {name: term / student.logits.shape[-1] for name, term in right.items()}


@dataclass(frozen=True)
class AlphaReversed(Mistake):
    """(1 − α) · student_loss + α · the teacher's part: soft targets at 1 − α."""

    code = "alpha_reversed"
    label = N_("α reversed")

    def label_weight(self) -> Any:
        return 1.0 - self.alpha

    def teacher_weight(self) -> Any:
        return self.alpha


@dataclass(frozen=True)
class _OfLogs(Mistake):
    """A mistake that compares log_softmax(z_t / T) and log_softmax(z_s / T)."""

    def prepare(self, teacher, labels) -> dict:
        return {"teacher_logs": self.logs(teacher)}

    def logs(self, outputs: Outputs) -> Any:
        return ops.log_softmax(outputs.logits / self.temperature, axis=-1)


@dataclass(frozen=True)
class ReversedDivergence(_OfLogs):
    """s · KL(softmax(z_s / T) ‖ softmax(z_t / T)): the divergence from the student to the teacher."""

    code = "reversed_divergence"
    label = N_("divergence the wrong way round")

    def divergences(self, student, prepared) -> Any:
        logs = self.logs(student)
        return ops.sum(ops.exp(logs) * (logs - prepared["teacher_logs"]), axis=-1)


@dataclass(frozen=True)
class LogProbabilities(_OfLogs):
    """s · keras.losses.kl_divergence(log_softmax(z_t / T), log_softmax(z_s / T)), which wants probabilities.

    Keras clips both to [1e-7, 1]. Logarithms of probabilities are below 0, so all become 1e-7: the loss is 0
    whatever the student says, and so is its gradient.
    """

    code = "log_probabilities"
    label = N_("log-probabilities in place of probabilities")

    def divergences(self, student, prepared) -> Any:
        return losses.kl_divergence(prepared["teacher_logs"], self.logs(student))


@dataclass(frozen=True)
class OneTemperature(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_s)): T softens the teacher's answers alone."""

    code = "one_temperature"
    label = N_("T on the teacher's side only")

    def divergences(self, student, prepared) -> Any:
        return super().divergences(Outputs(student.logits * self.temperature), prepared)


@dataclass(frozen=True)
class TeacherProbabilities(Mistake):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(z_s / T)): the teacher ends in a softmax."""

    code = "teacher_probabilities"
    label = N_("the teacher's probabilities taken for logits")

    def prepare(self, teacher, labels) -> dict:
        return super().prepare(Outputs(ops.softmax(teacher.logits, axis=-1)), labels)


@dataclass(frozen=True)
class BothProbabilities(TeacherProbabilities):
    """s · KL(softmax(softmax(z_t) / T) ‖ softmax(softmax(z_s) / T)); the labels' part is right."""

    code = "both_probabilities"
    label = N_("probabilities taken for logits on both sides")

    def divergences(self, student, prepared) -> Any:
        return super().divergences(Outputs(ops.softmax(student.logits, axis=-1)), prepared)


@dataclass(frozen=True)
class TeacherInTraining(Mistake):
    """Soft targets of a teacher that drops half of the features before its last layer as it answers."""

    code = "teacher_in_training"
    label = N_("the teacher's dropout left on")
    teacher_dropout = 0.5


@dataclass(frozen=True)
class CachedAnswers(Mistake):
    """Soft targets of other pictures: a batch gets what the batch in its place got when answers were kept.

    They were kept in one pass before the first epoch, in an order of its own, and pictures are shuffled anew.
    """

    code = "cached_answers"
    label = N_("kept answers of other pictures")
    answers_by_place = True

    @classmethod
    def answers(cls, logits: np.ndarray, seed: int) -> np.ndarray:
        from numpy.random import default_rng

        # Epoch e is shuffled with the generator of [seed, e], and the first is 1.
        return logits[default_rng([seed, 0]).permutation(len(logits))]


@dataclass(frozen=True)
class SameNetwork(Mistake):
    """s · KL(softmax(z_t / T) ‖ softmax(z_t / T)), which is 0 whatever the student says."""

    code = "same_network"
    label = N_("the same network on both sides")

    def prepare(self, teacher, labels) -> dict:
        return {"divergences": super().divergences(teacher, super().prepare(teacher, labels))}

    def divergences(self, student, prepared) -> Any:
        return prepared["divergences"]


@dataclass(frozen=True)
class KerasDefault(Mistake):
    """keras.losses.kl_divergence(z_t / T, z_s / T): no softmax, and no T².

    So is `keras.distillation.LogitsDistillation` by default in Keras 3.15: its default loss is the string
    "kl_divergence", which becomes a function. Softmax and T² are for instances of `KLDivergence` alone, so
    the function gets the divided logits, and clips them to [1e-7, 1].
    """

    code = "keras_default"
    label = N_("the default of Keras' LogitsDistillation")

    def prepare(self, teacher, labels) -> dict:
        return {"teacher_logits": teacher.logits}

    def terms(self, labels, student, prepared, labelled=None, weights=None) -> dict:
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
