"""`keras.distillation.LogitsDistillation` as it is by default in Keras 3.15."""

from __future__ import annotations

from dataclasses import dataclass

from kd.distillation.mistakes.mistake import Mistake
from kd.distillation.objectives.objective import batch_mean
from kd.text.translation import N_


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
