"""From 100 images to 60,000: where a teacher's help is worth something."""

from __future__ import annotations

import pandas as pd

from kd.config import RunConfig
from kd.studies.experiments.experiment import (
    Chart,
    Claim,
    Experiment,
    Findings,
    Guess,
    Paper,
    Part,
    Says,
)
from kd.studies.experiments.judging import PERCENT, above, by_seed, finding, means
from kd.studies.experiments.plans import cells
from kd.studies.study import Study
from kd.text.translation import N_

# Training images, and how often each is seen: the more there are, the fewer times.
EPOCHS = {100: 100, 300: 60, 1_000: 30, 2_000: 20, 10_000: 4, 60_000: 1}
FEW, SOME, ALL = 100, 2_000, 60_000


def _plan(seeds: int, times: int) -> list[list[Part]]:
    kinds = {images: {"train_size": images, "epochs": epochs} for images, epochs in EPOCHS.items()}
    return [cells(RunConfig(), kinds, "train_size", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    gains = {images: by_seed(rows, "gain", train_size=images) for images in EPOCHS}
    alone = {images: by_seed(rows, "scratch_right", train_size=images) for images in (SOME, ALL)}
    return {
        "gain_with_few": finding(gains[FEW]),
        "gain_with_all": finding(gains[ALL]),
        "few_less_all": finding(gains[FEW] - gains[ALL]),
        "given_back": finding(100 * means(gains[SOME]) / means(alone[ALL] - alone[SOME]), PERCENT),
    }


EXPERIMENT = Experiment(
    name="how_many_images",
    title=N_("How many images?"),
    question=N_("How much does a teacher add when its student has 100 images, and when it has 60,000?"),
    means=N_(
        "Soft targets tell a student what its labels do not: how much this 4 looks like a 9. Where there are "
        "few labels that is news; where there are many, they say it themselves."
    ),
    differs=N_(
        "The paper trains large networks on 2,000 hours of speech, with the same network as teacher and as "
        "student, and stops early without soft targets. Here a large network teaches a small one to read "
        "digits, and with more images each is seen less often."
    ),
    paper=Paper(N_("Hinton, Vinyals and Dean 2015"), N_("section 6"), "https://arxiv.org/abs/1503.02531"),
    guess=Guess(
        N_("How many points does the teacher add at each number of images?"), drawn="gain", tolerance=1.0
    ),
    chart=Chart("line", "train_size", N_("Training images"), ("gain",), N_("Gain over scratch, in points")),
    plan=_plan,
    judge=_judge,
    labels={
        "gain_with_few": N_("gain with 100 images"),
        "gain_with_all": N_("gain with 60,000 images"),
        "few_less_all": N_("gain with 100 images less that with 60,000"),
        "given_back": N_("share of what 2,000 images cost that the teacher gives back"),
    },
    claims=(
        Claim(
            N_("With 3 % of the data, soft targets give back nearly all that the lack of data costs."),
            "given_back",
            above(75),
            figure=N_(
                "44.5 % of the frames right with 3 % of the data, 57.0 % with soft targets, 58.9 % with all"
            ),
        ),
    ),
    says=(
        Says(
            "few_less_all",
            N_("The teacher gains {value} points more with 100 images than with 60,000 ({interval})."),
            N_("The teacher gains {value} points less with 100 images than with 60,000 ({interval})."),
            N_("Whether it helps more with 100 images or with 60,000 cannot be told ({interval} points)."),
        ),
        Says(
            "gain_with_all",
            N_("With all 60,000 it still gains {value} points ({interval})."),
            N_("With all 60,000 it costs {value} points ({interval})."),
            N_("With all 60,000 no gain is shown ({interval} points)."),
        ),
    ),
    sweep=Study(RunConfig(), {"train_size": (100, 200, 500, 1_000, 2_000)}, seeds=5),
    next=("wrong_labels", "does_it_copy", "how_small"),
)
