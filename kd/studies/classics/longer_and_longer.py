"""Patience: a few hundred pictures for a very long time, shifted for both, for the student alone, or not."""

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
from kd.studies.experiments.judging import above, below, between, by_seed, finding
from kd.studies.study import Study
from kd.text.translation import N_

EPOCHS = (40, 200, 600, 2_000)
SHORT, LONG = EPOCHS[0], EPOCHS[-1]
_BASE = RunConfig(alpha=0.0, temperature=4.0, train_size=500, student="dense")
# What teacher and student see → the fields that this changes
VIEWS: dict[str, dict[str, Any]] = {
    "unshifted": {},
    "apart": {"shift": 1, "fixed_teaching": True},
    "alike": {"shift": 1},
}


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [
        [
            Part(Study(_BASE.replace(**fields), {"epochs": EPOCHS}, seeds), {"views": name})
            for name, fields in VIEWS.items()
        ]
    ]


def _judge(rows: pd.DataFrame) -> Findings:
    def right(views: str, epochs: int, model: str = "distilled") -> pd.Series:
        return by_seed(rows, f"{model}_right", views=views, epochs=epochs)

    return {
        "patience": finding(right("alike", LONG) - right("alike", SHORT)),
        "patience_unshifted": finding(right("unshifted", LONG) - right("unshifted", SHORT)),
        "patience_scratch": finding(right("alike", LONG, "scratch") - right("alike", SHORT, "scratch")),
        "consistent": finding(right("alike", LONG) - right("apart", LONG)),
        "shifted": finding(right("alike", LONG) - right("unshifted", LONG)),
        "gain": finding(right("alike", LONG) - right("alike", LONG, "scratch")),
    }


EXPERIMENT = Experiment(
    name="longer_and_longer",
    title=N_("Longer and longer"),
    question=N_(
        "500 pictures, seen 40 times or 2,000 times. Does a student ever stop learning from its teacher? And "
        "does it matter whether both see the same shifted picture?"
    ),
    means=N_(
        "A student that copies a function needs many looks at it. Each shifted picture is a new question, "
        "and a consistent teacher answers that very question; a fixed one answers another, which the student "
        "did not see."
    ),
    differs=N_(
        "The paper trains large networks on a million photographs, crops and mixes them, and takes ten "
        "thousand epochs. Here pictures move by a pixel at most, the student is one hidden layer, and 2,000 "
        "epochs of 500 pictures are as many steps as ten epochs of 100,000."
    ),
    paper=Paper(
        N_("Beyer, Zhai, Royer, Markeeva, Anil and Kolesnikov 2022"),
        N_("abstract and section 3"),
        "https://arxiv.org/abs/2106.05237",
    ),
    guess=Guess(
        N_("After 2,000 epochs, does the teacher have to see the same shifted picture as its student?"),
        {
            "yes": Choice(N_("yes: it makes more than half a point"), above(0.5)),
            "same": Choice(N_("it makes hardly a difference"), between(-0.5, 0.5)),
            "no": Choice(N_("a fixed teacher is better"), below(-0.5)),
        },
        measured="consistent",
    ),
    chart=Chart(
        "line",
        "epochs",
        N_("Epochs"),
        ("distilled_right", "scratch_right"),
        N_("Right, in percent of the test images"),
        series="views",
        series_label=N_("Pictures"),
        names={
            "unshifted": N_("not shifted"),
            "apart": N_("shifted for the student alone"),
            "alike": N_("shifted for both"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "patience": N_("2,000 epochs less 40, shifted for both"),
        "patience_unshifted": N_("2,000 epochs less 40, not shifted"),
        "patience_scratch": N_("2,000 epochs less 40 without a teacher, shifted"),
        "consistent": N_("shifted for both less shifted for the student alone, after 2,000 epochs"),
        "shifted": N_("shifted for both less not shifted, after 2,000 epochs"),
        "gain": N_("gain over scratch on shifted pictures, after 2,000 epochs"),
    },
    claims=(
        Claim(
            N_("A student keeps getting better for very long."),
            "patience",
            above(0),
            figure=N_("patience: ten thousand epochs, where a hundred are usual"),
        ),
        Claim(
            N_("A teacher has to see the same picture as its student."),
            "consistent",
            above(0),
            figure=N_("consistent teaching beats a fixed teacher"),
        ),
    ),
    says=(
        Says(
            "patience",
            N_("Shifted for both, 2,000 epochs instead of 40 bring {value} points ({interval})."),
            N_("Shifted for both, 2,000 epochs instead of 40 cost {value} points ({interval})."),
            N_("Shifted for both, patience brings nothing that shows ({interval} points)."),
        ),
        Says(
            "consistent",
            N_("A teacher that sees the same picture is worth {value} points more ({interval})."),
            N_("A teacher that sees the same picture is worth {value} points less ({interval})."),
            N_("Whether the teacher sees the same picture changes nothing that shows ({interval} points)."),
        ),
        Says(
            "patience_unshifted",
            N_("Without shifts, patience brings {value} points ({interval})."),
            N_("Without shifts, patience costs {value} points ({interval})."),
            N_("Without shifts, patience brings nothing that shows ({interval} points)."),
        ),
    ),
    times=1,  # it has lengths of its own
    sweep=Study(_BASE, {"shift": (0, 1, 2), "epochs": (40, 200)}),
    next=("how_many_images", "hundred_labels", "robustness"),
)
