"""A network taught by a network of its own kind, generation after generation; and by permuted doubts."""

from __future__ import annotations

import pandas as pd

from kd.config import RunConfig
from kd.studies.experiments.chains import at_each_seed, taught_by
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

GENERATIONS, IMAGES, EPOCHS = 4, 1_000, 20
# The first teacher is what a student without a teacher is: the same network, images and labels.
_BASE = RunConfig(
    alpha=0.1,
    temperature=4.0,
    train_size=IMAGES,
    epochs=EPOCHS,
    teacher="fresh",
    teacher_width=16,
    teacher_train_size=IMAGES,
    teacher_epochs=EPOCHS,
)


def _plan(seeds: int, times: int) -> list[list[Part]]:
    base = longer(_BASE, times, "teacher_epochs")
    first = [
        Part(Study(base, {}, seeds), {"generation": 1, "doubts": "kept"}),
        Part(Study(base.replace(permuted_doubts=True), {}, seeds), {"generation": 1, "doubts": "permuted"}),
    ]
    stages, last = [first], at_each_seed(base, seeds)
    for generation in range(2, GENERATIONS + 1):
        taught = list(taught_by(last, base, {"generation": generation, "doubts": "kept"}))
        last = [config for config, _part in taught]
        stages.append([part for _config, part in taught])
    return stages


def _judge(rows: pd.DataFrame) -> Findings:
    def right(generation: int, doubts: str = "kept") -> pd.Series:
        return by_seed(rows, "distilled_right", generation=generation, doubts=doubts)

    zero = by_seed(rows, "scratch_right", generation=1, doubts="kept")
    first, last, permuted = right(1), right(GENERATIONS), right(1, "permuted")
    return {
        "born_again": finding(first - zero),
        "last": finding(last - zero),
        "later": finding(last - first),
        "permuted": finding(permuted - zero),
        "doubts": finding(first - permuted),
    }


EXPERIMENT = Experiment(
    name="born_again",
    title=N_("Born again"),
    question=N_(
        "A network teaches a network of its very own kind, which has seen no more than it has. Is the pupil "
        "better than its teacher? And the pupil's pupil?"
    ),
    means=N_(
        "Nothing is compressed here, and no picture is added: whatever is gained or lost comes of soft "
        "targets being another thing to learn than labels. If permuted doubts do as well, it does not even "
        "matter which digits the teacher takes for each other."
    ),
    differs=N_(
        "The paper trains large networks on photographs until nothing is left to gain, and starts each "
        "generation from other weights. Here each starts from the same weights as its teacher, which are "
        "those of its seed, and the networks and their training are small."
    ),
    paper=Paper(
        N_("Furlanello, Lipton, Tschannen, Itti and Anandkumar 2018"),
        N_("abstract"),
        "https://arxiv.org/abs/1805.04770",
    ),
    guess=Guess(
        N_("How does the fourth generation compare with the network that only had labels?"),
        {
            "better": Choice(N_("better"), above(0)),
            "worse": Choice(N_("worse"), below(0)),
        },
        measured="last",
    ),
    chart=Chart(
        "line",
        "generation",
        N_("Generation"),
        ("distilled_right", "scratch_right"),
        N_("Right, in percent of the test images"),
        series="doubts",
        series_label=N_("The teacher's doubts"),
        names={"kept": N_("as they are"), "permuted": N_("permuted")},
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "born_again": N_("the first pupil less its teacher"),
        "last": N_("the fourth generation less the network with labels alone"),
        "later": N_("the fourth generation less the first"),
        "permuted": N_("a pupil of permuted doubts less its teacher"),
        "doubts": N_("a pupil of true doubts less one of permuted doubts"),
    },
    claims=(
        Claim(
            N_("Born-again networks are better than their teachers."),
            "born_again",
            above(0),
            figure=N_("significantly, in vision and in language"),
        ),
        Claim(
            N_("Even with permuted doubts, a pupil is better than its teacher."),
            "permuted",
            above(0),
            figure=N_("improvements with permuted predictions, too"),
        ),
    ),
    says=(
        Says(
            "born_again",
            N_("The first pupil is {value} points better than its teacher ({interval})."),
            N_("The first pupil is {value} points worse than its teacher ({interval})."),
            N_("The first pupil is not shown to be better than its teacher ({interval} points)."),
        ),
        Says(
            "later",
            N_("Three generations later, another {value} points are gained ({interval})."),
            N_("Three generations later, {value} points are lost again ({interval})."),
            N_("The generations after it change nothing that shows ({interval} points)."),
        ),
        Says(
            "permuted",
            N_("With permuted doubts, a pupil is {value} points better than its teacher ({interval})."),
            N_("With permuted doubts, a pupil is {value} points worse than its teacher ({interval})."),
            N_("With permuted doubts, no gain over the teacher is shown ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"permuted_doubts": (False, True), "temperature": (1.0, 4.0, 10.0)}, seeds=5),
    next=("no_teacher_at_all", "too_good_a_teacher", "does_it_copy"),
)
