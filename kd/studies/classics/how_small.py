"""How small a student can be, and how many parameters a teacher is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.config import RunConfig
from kd.run_fields import LINEAR
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
from kd.studies.experiments.judging import TIMES, above, below, between, by_seed, finding
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_

WIDTHS = (1, 2, 4, 8, 16, 32)
# The students of which is told what their teacher is worth.
HALF, NOTEBOOKS = 8, 16
_BASE = RunConfig(temperature=4.0, train_size=2_000, epochs=15)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times)
    convolutional = Study(base, {"student_width": WIDTHS}, seeds)
    linear = Study(base.replace(student=LINEAR), {}, seeds)
    return [
        [
            Part(convolutional, {"student": "convolutional"}),
            Part(linear, {"student": LINEAR, "student_width": 0}),
        ]
    ]


def worth(rows: pd.DataFrame, width: int) -> tuple[pd.Series, float]:
    """How many times the parameters a scratch student needs to equal the distilled one of a width.

    Between two widths, accuracy is taken to follow the logarithm of the parameters, and a larger student is
    taken to be no worse than a smaller one.

    Returns:
        The factor by seed, infinite where no width was enough; and the largest factor that can be told.
    """
    known = rows[rows["student"] == "convolutional"].sort_values("parameters")
    own = known.loc[known["student_width"] == width, "parameters"]
    factors = {}
    for seed, students in known.groupby("seed"):
        distilled = students.loc[students["student_width"] == width, "distilled_right"]
        if len(distilled) and len(students) == len(WIDTHS):
            factors[seed] = _needed(students, float(distilled.iloc[0])) / float(own.iloc[0])
    most = float(known["parameters"].max() / own.iloc[0]) if len(own) else np.nan
    return pd.Series(factors, dtype=float), most


def _needed(students: pd.DataFrame, accuracy: float) -> float:
    """The parameters with which the scratch students reach an accuracy; infinite where none does."""
    logarithms = np.log(students["parameters"].to_numpy(float))
    reached = np.maximum.accumulate(students["scratch_right"].to_numpy(float))
    if accuracy > reached[-1]:
        return np.inf
    if accuracy <= reached[0]:
        return float(np.exp(logarithms[0]))
    above_it = int(np.argmax(reached >= accuracy))
    part = (accuracy - reached[above_it - 1]) / (reached[above_it] - reached[above_it - 1])
    steps = logarithms[above_it - 1 : above_it + 1]
    return float(np.exp(steps[0] + part * (steps[1] - steps[0])))


def _judge(rows: pd.DataFrame) -> Findings:
    half, most_of_half = worth(rows, HALF)
    notebooks, most_of_notebooks = worth(rows, NOTEBOOKS)
    gains = {width: by_seed(rows, "gain", student_width=width) for width in (0, *WIDTHS)}
    return {
        "worth_half": finding(half, TIMES, most_of_half),
        "worth_notebooks": finding(notebooks, TIMES, most_of_notebooks),
        "gain_linear": finding(gains[0]),
        "gain_smallest": finding(gains[WIDTHS[0]]),
        "gain_notebooks": finding(gains[NOTEBOOKS]),
        "gain_mean": finding(sum(gains[width] for width in WIDTHS) / len(WIDTHS)),
    }


EXPERIMENT = Experiment(
    name="how_small",
    title=N_("How small can it be?"),
    question=N_("How many times the parameters does a student need without a teacher, to be as good?"),
    means=N_(
        "A teacher stands in for size, as long as the student is large enough to learn what it is told. How "
        "many parameters that is worth is read off: where does the curve without a teacher reach the same "
        "height?"
    ),
    differs=N_(
        "The paper trains shallow networks with millions of parameters on the logits of deep ones, for "
        "speech and for photographs. Here both have convolutions, and the student has 2,000 images of digits."
    ),
    paper=Paper(N_("Ba and Caruana 2014"), N_("abstract"), "https://arxiv.org/abs/1312.6184"),
    guess=Guess(
        N_("How many times the parameters does the notebook's student need without its teacher?"),
        {
            "none": Choice(N_("no more than it has"), below(1)),
            "little": Choice(N_("up to one and a half times"), between(1, 1.5)),
            "much": Choice(N_("more"), above(1.5)),
        },
        measured="worth_notebooks",
    ),
    chart=Chart(
        "line",
        "parameters",
        N_("Parameters of the student"),
        ("distilled_right", "scratch_right"),
        N_("Right, in percent of the test images"),
        series="student",
        series_label=N_("Student"),
        names={"convolutional": N_("convolutional"), "linear": N_("linear")},
    ),
    plan=_plan,
    judge=_judge,
    measures=("parameters",),
    labels={
        "worth_half": N_(
            "parameters that scratch needs to equal distilled of width 2, in multiples of its own"
        ),
        "worth_notebooks": N_(
            "parameters that scratch needs to equal the notebook's distilled student, in multiples of its own"
        ),
        "gain_linear": N_("gain of a linear student"),
        "gain_smallest": N_("gain of the smallest convolutional student"),
        "gain_notebooks": N_("gain of the notebook's student"),
        "gain_mean": N_("mean gain of the convolutional students"),
    },
    claims=(
        Claim(
            N_("A network that mimics a better one becomes more accurate than its size allows with labels."),
            "gain_mean",
            above(0),
            figure=N_("shallow networks reach accuracies that only deep ones had reached before"),
        ),
    ),
    says=(
        Says(
            "worth_notebooks",
            N_(
                "To equal the notebook's distilled student, one from scratch needs {value} times the "
                "parameters ({interval})."
            ),
            N_(
                "To equal the notebook's distilled student, one from scratch needs {value} times the "
                "parameters ({interval}): fewer."
            ),
            N_(
                "Whether the notebook's distilled student is worth more parameters than it has cannot be "
                "told ({interval} times)."
            ),
            at=1,
        ),
        Says(
            "worth_half",
            N_("To equal one of half its width, it takes {value} times the parameters ({interval})."),
            N_("To equal one of half its width, it takes {value} times the parameters ({interval})."),
            N_("For the one of half its width, that cannot be told ({interval} times)."),
            at=1,
        ),
        Says(
            "gain_linear",
            N_("A linear student gains {value} points ({interval})."),
            N_("A linear student loses {value} points by its teacher ({interval})."),
            N_("A linear student gains nothing that shows ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"student_width": WIDTHS, "temperature": (2.0, 4.0, 10.0)}, seeds=5),
    next=("temperature_and_size", "how_many_images"),
)
