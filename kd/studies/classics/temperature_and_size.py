"""Which temperature suits which student: small ones cannot learn all that a high one shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.config import PRESETS
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
from kd.studies.experiments.judging import above, below, between, by_seed, finding, means
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_

UNITS = (8, 32, 128)
TEMPERATURES = (1.0, 2.0, 4.0, 8.0, 20.0)
SMALL, LARGE = UNITS[0], UNITS[-1]
_STUDY = {"student_units": UNITS, "temperature": TEMPERATURES}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = PRESETS["many_images"].config.replace(student="dense")
    return [[Part(Study(longer(base, times), _STUDY, seeds))]]


def _best(rows: pd.DataFrame, units: int) -> pd.Series:
    """The temperature with the largest gain by seed, as the power of two that it is."""
    gains = pd.DataFrame(
        {T: means(by_seed(rows, "gain", student_units=units, temperature=T)) for T in TEMPERATURES}
    ).dropna()
    return np.log2(gains.idxmax(axis=1).astype(float)) if len(gains) else pd.Series(dtype=float)


def _judge(rows: pd.DataFrame) -> Findings:
    def gain(units: int, temperature: float) -> pd.Series:
        return by_seed(rows, "gain", student_units=units, temperature=temperature)

    return {
        "small_at_20": finding(gain(SMALL, 20)),
        "small_at_2": finding(gain(SMALL, 2)),
        "small_2_less_20": finding(gain(SMALL, 2) - gain(SMALL, 20)),
        "large_8_less_20": finding(gain(LARGE, 8) - gain(LARGE, 20)),
        "large_at_8": finding(gain(LARGE, 8)),
        "doublings": finding(_best(rows, LARGE) - _best(rows, SMALL), ""),
    }


EXPERIMENT = Experiment(
    name="temperature_and_size",
    title=N_("Temperature against size"),
    question=N_("Which temperature suits a small student, and which a large one?"),
    means=N_(
        "A high temperature shows how the teacher ranks even the least likely digits. A large student can "
        "learn that too; a small one spends on it what it needs to be right."
    ),
    differs=N_(
        "The paper's students have two hidden layers and learn from 60,000 images that are shifted now and "
        "then; here they have one, and learn from 10,000 for ten epochs."
    ),
    paper=Paper(N_("Hinton, Vinyals and Dean 2015"), N_("section 3"), "https://arxiv.org/abs/1503.02531"),
    guess=Guess(
        N_("A student has eight hidden units. What does distillation at T = 20 do to it?"),
        {
            "helps": Choice(N_("it helps"), above(0)),
            "little": Choice(N_("it costs up to two points"), between(-2, 0)),
            "much": Choice(N_("it costs more than two points"), below(-2)),
        },
        measured="small_at_20",
    ),
    chart=Chart(
        "line",
        "temperature",
        N_("T, temperature"),
        ("gain",),
        N_("Gain over scratch, in points"),
        series="student_units",
        series_label=N_("Hidden units"),
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "small_at_20": N_("gain of 8 hidden units at T = 20"),
        "small_at_2": N_("gain of 8 hidden units at T = 2"),
        "small_2_less_20": N_("gain of 8 hidden units at T = 2 less that at T = 20"),
        "large_8_less_20": N_("gain of 128 hidden units at T = 8 less that at T = 20"),
        "large_at_8": N_("gain of 128 hidden units at T = 8"),
        "doublings": N_("how often the best T doubles from 8 to 128 hidden units"),
    },
    claims=(
        Claim(
            N_("A student that is radically small does better at a low temperature than at a high one."),
            "small_2_less_20",
            above(0),
            figure=N_("with 30 units in each layer, T between 2.5 and 4 was significantly best"),
        ),
        Claim(
            N_("For a large student, all temperatures above 8 are about as good."),
            "large_8_less_20",
            between(-0.5, 0.5),
            figure=N_("with 300 units or more in each layer, all T above 8 gave fairly similar results"),
        ),
    ),
    says=(
        Says(
            "small_at_20",
            N_("At T = 20, distillation helps the smallest student by {value} points ({interval})."),
            N_("At T = 20, distillation costs the smallest student {value} points ({interval})."),
            N_("At T = 20, no difference is shown for the smallest student ({interval} points)."),
        ),
        Says(
            "large_at_8",
            N_("At T = 8, it helps the largest by {value} points ({interval})."),
            N_("At T = 8, it costs the largest {value} points ({interval})."),
            N_("At T = 8, no difference is shown for the largest ({interval} points)."),
        ),
        Says(
            "doublings",
            N_("The best T of the largest is higher: doubled {value} times ({interval})."),
            N_("The best T of the largest is lower: halved {value} times ({interval})."),
            N_("Whether the largest wants a higher T cannot be told ({interval} doublings)."),
        ),
    ),
    sweep=Study(PRESETS["many_images"].config.replace(student="dense"), _STUDY, seeds=5),
    next=("how_small", "how_many_images"),
)
