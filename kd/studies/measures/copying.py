"""How closely a student copies its teacher, on the test pictures and on those that it learned from.

Stanton et al., "Does Knowledge Distillation Really Work?" (2021), section 3: agreement, and the mean
Kullback–Leibler divergence of the student's probabilities from the teacher's, at T = 1.
"""

from __future__ import annotations

import math
from functools import partial

from kd.analysis.evaluation import agreement
from kd.analysis.logits import divergence_bits, softmax
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import training_set
from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_

_IMPROBABLE = 0.01


def _agreement(model: str, run: MeasuredRun) -> float:
    return 100 * agreement(run.logits["teacher"], run.logits[model])


def _train_agreement(run: MeasuredRun) -> float:
    """On the pictures that distilled learned from, as they are in MNIST; the NumPy engine answers."""
    pictures = to_model_input(training_set(run.config).images)
    return 100 * agreement(*(run.models[name].logits(pictures) for name in ("teacher", "distilled")))


def _divergence(model: str, run: MeasuredRun) -> float:
    return math.log(2) * float(divergence_bits(run.logits["teacher"], run.logits[model]).mean())


def _errors_copied(model: str, run: MeasuredRun) -> float:
    """Of the pictures that the teacher gets wrong, those that a student takes for the same wrong digit."""
    teacher, student = (run.logits[name].argmax(axis=1) for name in ("teacher", model))
    wrong = teacher != run.labels
    return 100 * float((student == teacher)[wrong].mean()) if wrong.any() else math.nan


def _improbable(run: MeasuredRun) -> float:
    """What digits get to which the teacher gives less than _IMPROBABLE, both at the run's T."""
    student, teacher = (
        softmax(run.logits[name], run.config.temperature) for name in ("distilled", "teacher")
    )
    return 100 * float((student * (teacher < _IMPROBABLE)).sum(axis=1).mean())


MEASURES = {
    "improbable": Measure(
        N_("Probability that distilled gives to what its teacher rules out"), "percent", _improbable
    ),
    "agreement": Measure(
        N_("Distilled agrees with the teacher"), "percent", partial(_agreement, "distilled")
    ),
    "scratch_agreement": Measure(
        N_("Scratch agrees with the teacher"), "percent", partial(_agreement, "scratch")
    ),
    "train_agreement": Measure(
        N_("Distilled agrees with the teacher on its training images"), "percent", _train_agreement
    ),
    "divergence": Measure(N_("KL to the teacher, distilled"), "nats", partial(_divergence, "distilled")),
    "scratch_divergence": Measure(N_("KL to the teacher, scratch"), "nats", partial(_divergence, "scratch")),
    "errors_copied": Measure(
        N_("Teacher's errors that distilled repeats"), "percent", partial(_errors_copied, "distilled")
    ),
    "scratch_errors_copied": Measure(
        N_("Teacher's errors that scratch makes, too"), "percent", partial(_errors_copied, "scratch")
    ),
}
