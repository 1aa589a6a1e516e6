"""What cannot be measured is refused, in these words: what was wrong, and what is allowed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kd.analysis import calibration, evaluation, softening
from kd.analysis.logits import checked_labels, checked_logits
from kd.analysis.showcase import fixed_and_broken, showcase

GOOD = np.eye(10)[[1, 2, 3]]
DIVERGED = np.where(np.arange(3)[:, None] == 1, np.inf, GOOD)
LABELS = np.array([1, 2, 3])

NOT_FINITE = "{} must be finite, but picture 1 has NaN or infinity: the training diverged."
REFUSALS = [
    (lambda: evaluation.predictions(DIVERGED), NOT_FINITE.format("logits")),
    (lambda: evaluation.predictions(DIVERGED, "ours"), NOT_FINITE.format("ours")),
    (lambda: evaluation.correct(LABELS, DIVERGED), NOT_FINITE.format("logits")),
    (lambda: evaluation.correct(LABELS, DIVERGED, "ours"), NOT_FINITE.format("ours")),
    (lambda: evaluation.agreement(DIVERGED, GOOD), NOT_FINITE.format("teacher_logits")),
    (lambda: evaluation.agreement(GOOD, DIVERGED), NOT_FINITE.format("student_logits")),
    (lambda: evaluation.compare(LABELS, DIVERGED, GOOD), NOT_FINITE.format("distilled_logits")),
    (lambda: evaluation.compare(LABELS, GOOD, DIVERGED), NOT_FINITE.format("scratch_logits")),
    (
        lambda: evaluation.compare(LABELS, GOOD, GOOD[:2]),
        "distilled_logits and scratch_logits must be of the same pictures and classes, got shapes (3, 10) "
        "and (2, 10).",
    ),
    (
        lambda: evaluation.wilson_interval(3, 2),
        "successes must be between 0 and count ≥ 1, got 3 of 2.",
    ),
    (
        lambda: evaluation.wilson_interval(0, 0),
        "successes must be between 0 and count ≥ 1, got 0 of 0.",
    ),
    (
        lambda: evaluation.wilson_interval(-1, 2),
        "successes must be between 0 and count ≥ 1, got -1 of 2.",
    ),
    (lambda: evaluation.mcnemar(-1, 2), "Counts must not be negative, got -1 and 2."),
    (lambda: evaluation.mcnemar(1, -2), "Counts must not be negative, got 1 and -2."),
    *[
        (
            lambda counts=counts: evaluation.paired_difference_interval(*counts),
            "Counts must not be negative, and not all 0, got {}, {}, {}, {}.".format(*counts),
        )
        for counts in [(-1, 2, 3, 4), (1, -2, 3, 4), (1, 2, -3, 4), (1, 2, 3, -4), (0, 0, 0, 0)]
    ],
    (
        lambda: calibration.reliability_table(LABELS, GOOD, bins=0),
        "bins must be at least 1, got 0.",
    ),
    (
        lambda: calibration.temperature_scaling(LABELS[:1], GOOD[:1]),
        "Temperature scaling needs at least 2 pictures, got 1.",
    ),
    *[
        (
            lambda model=model: fixed_and_broken(
                LABELS, {"teacher": GOOD, "distilled": GOOD, "scratch": GOOD} | {model: DIVERGED}
            ),
            NOT_FINITE.format(model),
        )
        for model in ("teacher", "distilled", "scratch")
    ],
    *[
        (
            lambda model=model: showcase(
                LABELS, {"teacher": GOOD, "distilled": GOOD, "scratch": GOOD} | {model: DIVERGED}
            ),
            NOT_FINITE.format(model),
        )
        for model in ("teacher", "distilled", "scratch")
    ],
    (
        lambda: showcase(LABELS, dict.fromkeys(("teacher", "distilled", "scratch"), GOOD)),
        "No test picture shows a student that learned from its teacher's doubts.",
    ),
    (
        lambda: softening.entropy_curve({"ours": DIVERGED[1]}, [1.0]),
        NOT_FINITE.format("ours").replace("1", "0"),
    ),
    (lambda: softening.mean_entropy_curve(DIVERGED), NOT_FINITE.format("logits")),
    (
        lambda: softening.loss_gradient(LABELS, DIVERGED, GOOD, 0.5, 1),
        NOT_FINITE.format("student_logits"),
    ),
    (
        lambda: softening.loss_gradient(LABELS, GOOD, DIVERGED, 0.5, 1),
        NOT_FINITE.format("teacher_logits"),
    ),
    (
        lambda: softening.loss_gradient(LABELS, GOOD, GOOD[:2], 0.5, 1),
        "student_logits and teacher_logits must be of the same pictures and classes, got shapes (3, 10) and "
        "(2, 10).",
    ),
    (
        lambda: softening.most_confusing(LABELS, GOOD, 0),
        "count must be at least 1, got 0.",
    ),
    (lambda: checked_logits("nine"), "logits must be an array of numbers, got str."),
    (lambda: checked_logits([["a"]], "ours"), "ours must be an array of numbers, got list."),
    (lambda: checked_logits(GOOD[0]), "logits must have the shape (pictures, classes), got (10,)."),
    (lambda: checked_logits(GOOD[:0], "ours"), "ours must have the shape (pictures, classes), got (0, 10)."),
    (lambda: checked_logits(GOOD[:, :1]), "logits must have the shape (pictures, classes), got (3, 1)."),
    (
        lambda: checked_labels(np.zeros(1001, int), 1000),
        "labels must be one for each of 1,000 pictures, got shape (1001,).",
    ),
    (lambda: checked_labels(LABELS / 2, 3), "labels must be whole numbers, got float64."),
    (lambda: checked_labels(LABELS - 2, 3), "labels must be between 0 and 9, got -1 to 1."),
    (lambda: checked_labels(LABELS, 3, 3), "labels must be between 0 and 2, got 1 to 3."),
]


@pytest.mark.parametrize(("measure", "sentence"), REFUSALS, ids=[sentence for _, sentence in REFUSALS])
def test_a_refusal_says_what_was_wrong_and_what_is_allowed(measure, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        measure()
