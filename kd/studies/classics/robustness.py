"""Whether a gain stays on test pictures that are changed as nobody trained on them."""

from __future__ import annotations

import pandas as pd

from kd.config import RunConfig
from kd.pictures.changes import CHANGES
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
from kd.studies.experiments.judging import PERCENT, above, below, between, by_seed, finding
from kd.studies.experiments.plans import cells
from kd.studies.study import Study
from kd.text.translation import N_

FEW, MANY = 500, 5_000
_BASE = RunConfig(temperature=10.0)
# As many pictures are seen, so that each cell takes as long
_EPOCHS = {FEW: 40, MANY: 8}
_CHANGED = tuple(change for change in CHANGES if change != "plain")


def _plan(seeds: int, times: int) -> list[list[Part]]:
    kinds = {images: {"train_size": images, "epochs": epochs} for images, epochs in _EPOCHS.items()}
    return [cells(_BASE, kinds, "images", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    def of(name: str, images: int = FEW) -> pd.Series:
        return by_seed(rows, name, images=images)

    def mean(name: str, images: int = FEW) -> pd.Series:
        """Over all changes."""
        return sum(of(f"{name}_{change}", images) for change in _CHANGED) / len(_CHANGED)

    return {
        "distilled_loses": finding(of("right_plain") - mean("right")),
        "gain_plain": finding(of("gain_plain")),
        "gain_changed": finding(mean("gain")),
        "travels": finding(mean("gain") - of("gain_plain")),
        "gain_changed_many": finding(mean("gain", MANY)),
        "inverted_right": finding(of("right_inverted"), PERCENT),
    }


EXPERIMENT = Experiment(
    name="robustness",
    title=N_("Robustness"),
    question=N_(
        "Shifted, turned, noisy, thick, thin and inverted digits: no student has trained on any. Is one that "
        "had a teacher better on them, too? Does dark knowledge travel?"
    ),
    means=N_(
        "A teacher only speaks of the pictures that its student sees. If the student is better on others as "
        "well, it has learned something of digits, and not only of these pictures. The strong teacher has "
        "itself seen turned, shifted and thicker digits; its student has not."
    ),
    differs=N_(
        "The paper has other corruptions, fifteen of them, and networks that know all of MNIST. Here every "
        "fifth test picture is changed in six ways, and the students have seen few pictures."
    ),
    paper=Paper(N_("Mu and Gilmer 2019"), N_("abstract"), "https://arxiv.org/abs/1906.02337"),
    guess=Guess(
        N_("How large is the gain on changed pictures, compared with that on plain ones?"),
        {
            "larger": Choice(N_("larger by more than a point"), above(1)),
            "alike": Choice(N_("about as large"), between(-1, 1)),
            "smaller": Choice(N_("smaller by more than a point"), below(-1)),
        },
        measured="travels",
    ),
    chart=Chart(
        "bars",
        "images",
        N_("Training images"),
        tuple(f"gain_{change}" for change in CHANGES),
        N_("Gain over scratch, in points"),
    ),
    plan=_plan,
    judge=_judge,
    measures=tuple(f"{name}_{change}" for name in ("gain", "right") for change in CHANGES),
    labels={
        "distilled_loses": N_("what the changes cost the distilled student on average"),
        "gain_plain": N_("gain on plain pictures, with 500 images"),
        "gain_changed": N_("mean gain on changed pictures, with 500 images"),
        "travels": N_("the gain on changed pictures less that on plain ones"),
        "gain_changed_many": N_("mean gain on changed pictures, with 5,000 images"),
        "inverted_right": N_("inverted digits that the distilled student gets right"),
    },
    claims=(
        Claim(
            N_("Changes that leave a digit easy to read for people make networks much worse."),
            "distilled_loses",
            above(0),
            figure=N_("fifteen corruptions that significantly degrade state-of-the-art networks"),
        ),
    ),
    says=(
        Says(
            "gain_changed",
            N_("On changed pictures the distilled student is {value} points better ({interval})."),
            N_("On changed pictures the distilled student is {value} points worse ({interval})."),
            N_("On changed pictures no difference between the students is shown ({interval} points)."),
        ),
        Says(
            "travels",
            N_("That is {value} points more than on plain ones ({interval})."),
            N_("That is {value} points less than on plain ones ({interval})."),
            N_("That is about as much as on plain ones ({interval} points)."),
        ),
        Says(
            "distilled_loses",
            N_("The changes cost the distilled student {value} points on average ({interval})."),
            N_("The changes bring the distilled student {value} points on average ({interval})."),
            N_("The changes cost the distilled student nothing that shows ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"train_size": (FEW, MANY), "temperature": (2.0, 10.0)}),
    next=("longer_and_longer", "does_it_copy", "how_many_images"),
)
