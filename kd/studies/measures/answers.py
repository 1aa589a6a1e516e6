"""What is measured of a run's answers: copies of the teacher's, and digits that students never saw.

How closely a student copies its teacher, on the test pictures and on those that it learned from, is as in
Stanton et al., "Does Knowledge Distillation Really Work?" (2021), section 3: agreement, and the mean
Kullback–Leibler divergence of the student's probabilities from the teacher's, at T = 1.

What students know of the digits that they never saw is asked before and after a bias on some digits' logits,
as in Hinton, Vinyals and Dean (2015), section 3. The best biases are those with which most test pictures are
right, as in the paper.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from kd.analysis.bias import best_biases, with_biases
from kd.analysis.evaluation import agreement, correct
from kd.analysis.logits import CLASSES, divergence_bits, softmax
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import training_set
from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_


def _digits(run: MeasuredRun) -> list[int]:
    return [int(digit) for digit in run.config.omitted_digits]


def _seen(run: MeasuredRun) -> list[int]:
    return sorted(set(range(CLASSES)) - set(_digits(run)))


def _right(run: MeasuredRun, logits: np.ndarray, of_omitted: bool) -> float:
    """Percent of the test pictures, or of those that show a digit left out; NaN where none is."""
    right = correct(run.labels, logits)
    chosen = right[np.isin(run.labels, _digits(run))] if of_omitted else right
    return 100 * float(chosen.mean()) if len(chosen) else np.nan


def _as_it_is(model: str, run: MeasuredRun) -> float:
    return _right(run, run.logits[model], of_omitted=True)


def _best(run: MeasuredRun, model: str) -> dict[int, float]:
    return best_biases(run.labels, run.logits[model], _digits(run))


def _with_best(model: str, of_omitted: bool, run: MeasuredRun) -> float:
    return _right(run, with_biases(run.logits[model], _best(run, model)), of_omitted)


def _with_bias(of_omitted: bool, run: MeasuredRun, bias: str) -> float:
    shifted = with_biases(run.logits["distilled"], dict.fromkeys(_digits(run), float(bias)))
    return _right(run, shifted, of_omitted)


def _best_bias(run: MeasuredRun) -> float:
    """The mean, where there are several digits."""
    return float(np.mean(list(_best(run, "distilled").values()))) if _digits(run) else np.nan


def _best_of_seen(run: MeasuredRun) -> dict[int, float]:
    return best_biases(run.labels, run.logits["distilled"], _seen(run))


def _with_best_of_seen(run: MeasuredRun) -> float:
    return _right(run, with_biases(run.logits["distilled"], _best_of_seen(run)), of_omitted=False)


def _mean_bias_of_seen(run: MeasuredRun) -> float:
    return float(np.mean(list(_best_of_seen(run).values())))


MEASURES = {
    "omitted_right": Measure(N_("Digits left out, distilled"), "percent", partial(_as_it_is, "distilled")),
    "scratch_omitted_right": Measure(
        N_("Digits left out, scratch"), "percent", partial(_as_it_is, "scratch")
    ),
    "omitted_right_biased": Measure(
        N_("Digits left out, with the best bias"), "percent", partial(_with_best, "distilled", True)
    ),
    "right_biased": Measure(
        N_("All digits, with the best bias"), "percent", partial(_with_best, "distilled", False)
    ),
    "scratch_omitted_right_biased": Measure(
        N_("Digits left out, scratch with the best bias"), "percent", partial(_with_best, "scratch", True)
    ),
    "best_bias": Measure(N_("Best bias"), "", _best_bias),
    "omitted_right_with": Measure(
        N_("Digits left out, with the bias chosen"), "percent", partial(_with_bias, True)
    ),
    "right_with": Measure(N_("All digits, with the bias chosen"), "percent", partial(_with_bias, False)),
    "right_with_seen_biased": Measure(
        N_("All digits, with the best bias on those it saw"), "percent", _with_best_of_seen
    ),
    "best_bias_of_seen": Measure(N_("Best bias on the digits it saw"), "", _mean_bias_of_seen),
}


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


OF_COPIES = {
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
