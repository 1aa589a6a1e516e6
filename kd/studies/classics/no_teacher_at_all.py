"""How much of a teacher's help is only regularisation: a made-up teacher, and one that knows nothing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kd.config import RunConfig
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Findings,
    Guess,
    Paper,
    Part,
    Says,
)
from kd.studies.experiments.judging import PERCENT, above, below, between, by_seed, finding, means
from kd.studies.experiments.plans import cells
from kd.studies.study import Study
from kd.text.translation import N_

_BASE = RunConfig(alpha=0.5, temperature=20.0, train_size=1_000, epochs=20)
# Label smoothing by a tenth: a virtual teacher that takes all digits to be equally likely, with weight 0.1.
_SMOOTHING = {"objective": "virtual_teacher", "virtual_confidence": 0.1, "alpha": 0.9}
_POOR = {
    "teacher": "fresh",
    "teacher_width": 16,
    "teacher_train_size": 64,
    "teacher_epochs": 1,
}
TEACHERS: dict[str, dict[str, Any]] = {
    "smoothing": _SMOOTHING,
    "virtual": {"objective": "virtual_teacher"},
    "poor": _POOR,
    "real": {},
}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [cells(_BASE, TEACHERS, "kind", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    gains = {name: by_seed(rows, "gain", kind=name) for name in TEACHERS}
    poor = by_seed(rows, "teacher_right", kind="poor")
    return {
        "poor_teacher": finding(poor, PERCENT),
        **{f"gain_{name}": finding(gain) for name, gain in gains.items()},
        "real_over_virtual": finding(gains["real"] - gains["virtual"]),
        "share": finding(100 * means(gains["virtual"]) / means(gains["real"]), PERCENT),
    }


EXPERIMENT = Experiment(
    name="no_teacher_at_all",
    title=N_("No teacher at all"),
    question=N_(
        "Smoothed labels, a made-up teacher that is always right, and a real one that is nearly always "
        "wrong: how much of what a good teacher gives can be had without one?"
    ),
    means=N_(
        "Whatever keeps a student from being too sure of its few labels is worth something to it, even a "
        "teacher that knows nothing. What is left of the gain is what the good teacher really knows."
    ),
    differs=N_(
        "The paper has large networks and enough photographs, and chooses α and T for each case. Here the "
        "student has 1,000 images, which it learns by heart, and all teachers but smoothed labels share one "
        "α and T."
    ),
    paper=Paper(N_("Yuan, Tay, Li, Wang and Feng 2020"), N_("abstract"), "https://arxiv.org/abs/1909.11723"),
    guess=Guess(
        N_("How much of a good teacher's gain does a made-up teacher bring?"),
        {
            "little": Choice(N_("less than a third"), below(33.3)),
            "half": Choice(N_("about half"), between(33.3, 66.7)),
            "most": Choice(N_("more than two thirds"), above(66.7)),
        },
        measured="share",
    ),
    chart=Chart(
        "bars",
        "kind",
        N_("Teacher"),
        ("gain",),
        N_("Gain over scratch, in points"),
        names={
            "smoothing": N_("smoothed labels"),
            "virtual": N_("made up"),
            "poor": N_("nearly always wrong"),
            "real": N_("good"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "poor_teacher": N_("what the poor teacher gets right"),
        "gain_smoothing": N_("gain from smoothed labels"),
        "gain_virtual": N_("gain from a made-up teacher"),
        "gain_poor": N_("gain from the poor teacher"),
        "gain_real": N_("gain from a good teacher"),
        "real_over_virtual": N_("what a good teacher gives beyond a made-up one"),
        "share": N_("the made-up teacher's gain as a share of the good one's"),
    },
    claims=(
        Claim(
            N_("A poorly trained teacher, far worse than its student, still helps it."),
            "gain_poor",
            above(0),
            figure=N_("improves the student significantly"),
        ),
        Claim(
            N_("A made-up teacher helps about as much as a superior real one: within a point."),
            "real_over_virtual",
            between(-1, 1),
            figure=N_("comparable performance; up to 0.65 % on ImageNet over the baseline"),
        ),
    ),
    says=(
        Says(
            "gain_virtual",
            N_("A made-up teacher brings {value} points ({interval})."),
            N_("A made-up teacher costs {value} points ({interval})."),
            N_("A made-up teacher brings nothing that shows ({interval} points)."),
        ),
        Says(
            "gain_smoothing",
            N_("Smoothed labels bring {value} points ({interval})."),
            N_("Smoothed labels cost {value} points ({interval})."),
            N_("Smoothed labels bring nothing that shows ({interval} points)."),
        ),
        Says(
            "gain_poor",
            N_("A teacher that is nearly always wrong brings {value} points ({interval})."),
            N_("A teacher that is nearly always wrong costs {value} points ({interval})."),
            N_("A teacher that is nearly always wrong makes no difference that shows ({interval} points)."),
        ),
        Says(
            "gain_real",
            N_("A good one brings {value} points ({interval})."),
            N_("A good one costs {value} points ({interval})."),
            N_("A good one brings nothing that shows ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"objective": ("soft_targets", "virtual_teacher"), "alpha": (0.1, 0.5, 0.9)}, seeds=5),
    next=("born_again", "smoothed_teacher", "how_many_images"),
)
