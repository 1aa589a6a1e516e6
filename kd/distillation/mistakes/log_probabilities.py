"""Keras' divergence gets log-probabilities, and wants probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.text.translation import N_


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
