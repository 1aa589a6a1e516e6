"""The notebook that this project began with, and what changes as each of its weaknesses is mended."""

from __future__ import annotations

from typing import Any

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
from kd.studies.experiments.judging import above, below, between, by_seed, finding
from kd.studies.study import Study
from kd.text.translation import N_

LONGER = 10
# What is mended → the fields that it changes
MENDED: dict[str, dict[str, Any]] = {
    "as it was": {},
    "with T²": {"temperature_squared": True},
    "strong teacher": {"teacher": "strong"},
    "longer": {"epochs": LONGER},
    "all three": {"temperature_squared": True, "teacher": "strong", "epochs": LONGER},
}


def _plan(seeds: int) -> list[list[Part]]:
    base = PRESETS["notebook"].config
    return [
        [Part(Study(base.replace(**fields), {}, seeds), {"mended": name}) for name, fields in MENDED.items()]
    ]


def _judge(rows: pd.DataFrame) -> Findings:
    gains = {name: by_seed(rows, "gain", mended=name) for name in MENDED}
    before = gains["as it was"]
    return {
        "as_it_was": finding(before),
        "all_three": finding(gains["all three"]),
        "squared_adds": finding(gains["with T²"] - before),
        "strong_adds": finding(gains["strong teacher"] - before),
        "longer_adds": finding(gains["longer"] - before),
        "all_add": finding(gains["all three"] - before),
    }


EXPERIMENT = Experiment(
    name="notebook_as_it_was",
    title=N_("The notebook as it was"),
    question=N_(
        "A weak teacher, three epochs and no T²: how much does distillation help, and what changes when each "
        "is mended?"
    ),
    means=N_(
        "Three things decide whether a teacher can help: it must know more than its student, the student "
        "must have time to learn it, and the teacher's part of the loss must have weight. Without T², that "
        "part fades as T grows."
    ),
    differs=N_(
        "The example trains teacher and students on all 60,000 images, here they see 10,000, and it reports "
        "one run, without an interval."
    ),
    paper=Paper(
        N_("Borup 2020, “Knowledge Distillation” in the examples of Keras"),
        N_("at the end"),
        "https://keras.io/examples/vision/knowledge_distillation/",
    ),
    guess=Guess(
        N_("How much does distillation gain as the notebook was?"),
        {
            "hurts": Choice(N_("it costs something"), below(0)),
            "hardly": Choice(N_("less than half a point"), between(0, 0.5)),
            "half": Choice(N_("half a point or more"), above(0.5)),
        },
        measured="as_it_was",
    ),
    chart=Chart(
        "bars",
        "mended",
        N_("What is mended"),
        ("gain",),
        N_("Gain over scratch, in points"),
        names={
            "as it was": N_("nothing: as it was"),
            "with T²": N_("T² in the loss"),
            "strong teacher": N_("a strong teacher"),
            "longer": N_("10 epochs instead of 3"),
            "all three": N_("all three"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "as_it_was": N_("gain as it was"),
        "all_three": N_("gain with all three mended"),
        "squared_adds": N_("what T² adds to the gain"),
        "strong_adds": N_("what a strong teacher adds to the gain"),
        "longer_adds": N_("what 10 epochs add to the gain"),
        "all_add": N_("what all three add to the gain"),
    },
    claims=(
        Claim(
            N_("The distilled student is better than the same student from scratch."),
            N_("about 98.1 % distilled, 97.6 % from scratch, 97.6 % the teacher"),
            "as_it_was",
            above(0),
        ),
    ),
    says=(
        Says(
            "as_it_was",
            N_("As it was, the teacher helps by {value} points ({interval})."),
            N_("As it was, the teacher costs {value} points ({interval})."),
            N_("As it was, no help is shown ({interval} points)."),
        ),
        Says(
            "squared_adds",
            N_("T² alone adds {value} points ({interval})."),
            N_("T² alone takes {value} points away ({interval})."),
            N_("T² alone makes no difference that shows ({interval} points)."),
        ),
        Says(
            "strong_adds",
            N_("A strong teacher alone adds {value} points ({interval})."),
            N_("A strong teacher alone takes {value} points away ({interval})."),
            N_("A strong teacher alone makes no difference that shows ({interval} points)."),
        ),
        Says(
            "longer_adds",
            N_("More epochs alone add {value} points ({interval})."),
            N_("More epochs alone take {value} points away ({interval})."),
            N_("More epochs alone make no difference that shows ({interval} points)."),
        ),
        Says(
            "all_three",
            N_("With all three mended, it helps by {value} points ({interval})."),
            N_("With all three mended, it costs {value} points ({interval})."),
            N_("With all three mended, no help is shown ({interval} points)."),
        ),
    ),
    sweep=Study(
        PRESETS["notebook"].config,
        {"teacher": ("notebook", "strong"), "temperature_squared": (False, True), "epochs": (3, LONGER)},
        seeds=3,
    ),
    next=("how_many_images", "wrong_labels"),
)
