"""A teacher that learned from smoothed labels: is it a worse one to learn from, and at which temperature?"""

from __future__ import annotations

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
from kd.studies.experiments.judging import above, below, by_seed, finding
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_

PLAIN, SMOOTHED = 0.0, 0.1
TEMPERATURES = (1.0, 2.0, 4.0, 10.0)
COLD, WARM, HOT = TEMPERATURES[0], TEMPERATURES[2], TEMPERATURES[-1]
_BASE = RunConfig(
    alpha=0.1,
    train_size=500,
    epochs=40,
    teacher="fresh",
    teacher_width=64,
    teacher_train_size=5_000,
    teacher_epochs=5,
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    axes = {"teacher_label_smoothing": (PLAIN, SMOOTHED), "temperature": TEMPERATURES}
    return [[Part(Study(longer(_BASE, times), axes, seeds))]]


def _judge(rows: pd.DataFrame) -> Findings:
    def more(name: str, temperature: float) -> pd.Series:
        """Of the smoothed teacher, less of the plain one."""
        smoothed, plain = (
            by_seed(rows, name, teacher_label_smoothing=share, temperature=temperature)
            for share in (SMOOTHED, PLAIN)
        )
        return smoothed - plain

    return {
        "teacher": finding(more("teacher_right", COLD)),
        "cold": finding(more("distilled_right", COLD)),
        "warm": finding(more("distilled_right", WARM)),
        "hot": finding(more("distilled_right", HOT)),
        "hotter_is_worse": finding(more("distilled_right", HOT) - more("distilled_right", COLD)),
    }


EXPERIMENT = Experiment(
    name="smoothed_teacher",
    title=N_("A label-smoothed teacher"),
    question=N_(
        "A teacher learns from labels that are smoothed by a tenth. Is it a better teacher, or a worse one, "
        "and does the temperature matter?"
    ),
    means=N_(
        "Smoothed labels ask the teacher to doubt all wrong digits alike, so they erase what makes one "
        "wrong digit likelier than another. At a low temperature that hardly counts; at a high one, the "
        "doubts are most of what a student learns."
    ),
    differs=N_(
        "The papers have ten to a thousand classes of photographs, and teachers trained to the end. Here the "
        "teacher learns from 5,000 digits in five epochs, and smoothing may be as useful to it as it is "
        "harmful to its student."
    ),
    paper=Paper(
        N_("Müller, Kornblith and Hinton 2019; Chandrasegaran et al. 2022"),
        N_("abstracts"),
        "https://arxiv.org/abs/1906.02629",
    ),
    guess=Guess(
        N_("At T = 4, how do the two teachers' students compare?"),
        {
            "better": Choice(N_("the smoothed teacher's is better"), above(0)),
            "worse": Choice(N_("the smoothed teacher's is worse"), below(0)),
        },
        measured="warm",
    ),
    chart=Chart(
        "line",
        "temperature",
        N_("Temperature"),
        ("distilled_right",),
        N_("Right, in percent of the test images"),
        series="teacher_label_smoothing",
        series_label=N_("The teacher's labels"),
        names={"0.0": N_("as they are"), "0.1": N_("smoothed")},
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "teacher": N_("the smoothed teacher less the plain one"),
        "cold": N_("the smoothed teacher's student less the plain one's, at T = 1"),
        "warm": N_("the smoothed teacher's student less the plain one's, at T = 4"),
        "hot": N_("the smoothed teacher's student less the plain one's, at T = 10"),
        "hotter_is_worse": N_("what T = 10 instead of 1 changes about that"),
    },
    claims=(
        Claim(
            N_("Müller et al.: a teacher that learned from smoothed labels teaches much less effectively."),
            "warm",
            below(0),
            figure=N_("knowledge distillation is much less effective"),
        ),
        Claim(
            N_("Chandrasegaran et al.: at a low temperature, a smoothed teacher is the better one."),
            "cold",
            above(0),
            figure=N_("a smoothed teacher with a low temperature is what they advise (arXiv:2206.14532)"),
        ),
        Claim(
            N_("Chandrasegaran et al.: the higher the temperature, the more harm smoothing does."),
            "hotter_is_worse",
            below(0),
            figure=N_("at higher temperatures it renders distillation ineffective"),
        ),
    ),
    says=(
        Says(
            "teacher",
            N_("The smoothed teacher is {value} points better than the plain one ({interval})."),
            N_("The smoothed teacher is {value} points worse than the plain one ({interval})."),
            N_("Neither teacher is shown to be better ({interval} points)."),
        ),
        Says(
            "cold",
            N_("At T = 1 its student is {value} points better ({interval})."),
            N_("At T = 1 its student is {value} points worse ({interval})."),
            N_("At T = 1 neither student is shown to be better ({interval} points)."),
        ),
        Says(
            "warm",
            N_("At T = 4 its student is {value} points better ({interval})."),
            N_("At T = 4 its student is {value} points worse ({interval})."),
            N_("At T = 4 neither student is shown to be better ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"teacher_label_smoothing": (0.0, 0.1, 0.3), "temperature": TEMPERATURES}),
    next=("no_teacher_at_all", "too_good_a_teacher", "temperature_and_size"),
)
