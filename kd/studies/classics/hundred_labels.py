"""A hundred labels, and ten thousand pictures that only a teacher says something about."""

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
from kd.studies.experiments.judging import PERCENT, above, below, between, by_seed, finding
from kd.studies.experiments.plans import cells
from kd.studies.study import Study
from kd.text.translation import N_

LABELS = 100
_BASE = RunConfig(temperature=4.0, train_size=10_000, labelled=LABELS, epochs=5)
# Which pictures the student learns from besides → the fields that this changes. Those alone are seen as often
# as their teacher's answers need to be learned.
PICTURES: dict[str, dict[str, Any]] = {
    "none": {"train_size": LABELS, "epochs": 100},
    "digits": {},
    "shuffled": {"unlabelled_pictures": "shuffled"},
    "noise": {"unlabelled_pictures": "noise"},
    "noise alone": {"unlabelled_pictures": "noise", "labelled": 0, "alpha": 0.0},
}
CHANCE = 10


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [cells(_BASE, PICTURES, "pictures", seeds, times)]


def _judge(rows: pd.DataFrame) -> Findings:
    right = {name: by_seed(rows, "distilled_right", pictures=name) for name in PICTURES}
    alone = by_seed(rows, "scratch_right", pictures="none")
    return {
        "alone": finding(alone, PERCENT),
        "gain_none": finding(right["none"] - alone),
        "digits_right": finding(right["digits"], PERCENT),
        "digits_add": finding(right["digits"] - right["none"]),
        "shuffled_add": finding(right["shuffled"] - right["none"]),
        "noise_add": finding(right["noise"] - right["none"]),
        "noise_alone": finding(right["noise alone"], PERCENT),
    }


EXPERIMENT = Experiment(
    name="hundred_labels",
    title=N_("A hundred labels"),
    question=N_(
        "Of 10,000 pictures only 100 have a label. What are the others worth, if a teacher says what it sees "
        "in them? And if they are noise, in which there is nothing to see?"
    ),
    means=N_(
        "A picture without a label costs nothing, and a teacher's answer to it says more than most labels. "
        "What it says of nonsense tells something of the function that the student is to learn, too, but far "
        "from where the digits are."
    ),
    differs=N_(
        "The paper takes care that the teacher finds each digit equally often in the noise. Here the noise "
        "is as it comes, and the teacher takes most of it for the same few digits."
    ),
    paper=Paper(N_("Nayak, Mopuri and Chakraborty 2020"), N_("abstract"), "https://arxiv.org/abs/2011.09113"),
    guess=Guess(
        N_("What does a teacher's answer to 9,900 pictures of noise do to a student with 100 labels?"),
        {
            "helps": Choice(N_("it helps by more than a point"), above(1)),
            "nothing": Choice(N_("hardly anything"), between(-1, 1)),
            "hurts": Choice(N_("it costs more than a point"), below(-1)),
        },
        measured="noise_add",
    ),
    chart=Chart(
        "bars",
        "pictures",
        N_("Pictures besides those with labels"),
        ("distilled_right",),
        N_("Right, in percent of the test images"),
        names={
            "none": N_("none"),
            "digits": N_("digits"),
            "shuffled": N_("shuffled pixels"),
            "noise": N_("noise"),
            "noise alone": N_("noise, and no label"),
        },
    ),
    plan=_plan,
    judge=_judge,
    labels={
        "alone": N_("scratch with 100 labels"),
        "gain_none": N_("gain from a teacher on the same 100 images"),
        "digits_right": N_("distilled with 9,900 digits besides"),
        "digits_add": N_("what 9,900 digits without labels add"),
        "shuffled_add": N_("what 9,900 digits with shuffled pixels add"),
        "noise_add": N_("what 9,900 pictures of noise add"),
        "noise_alone": N_("a student that has seen nothing but noise"),
    },
    claims=(
        Claim(
            N_("Even random noise serves as a transfer set: with it alone, most digits are recognised."),
            "noise_alone",
            above(50),
            figure=N_("surprisingly effective, on MNIST too, where the teacher's answers are balanced"),
        ),
    ),
    says=(
        Says(
            "digits_add",
            N_("The teacher's answers to 9,900 more digits add {value} points ({interval})."),
            N_("The teacher's answers to 9,900 more digits cost {value} points ({interval})."),
            N_("No effect of 9,900 more digits is shown ({interval} points)."),
        ),
        Says(
            "shuffled_add",
            N_("Digits with shuffled pixels add {value} points ({interval})."),
            N_("Digits with shuffled pixels cost {value} points ({interval})."),
            N_("No effect of digits with shuffled pixels is shown ({interval} points)."),
        ),
        Says(
            "noise_add",
            N_("Noise adds {value} points ({interval})."),
            N_("Noise costs {value} points ({interval})."),
            N_("No effect of noise is shown ({interval} points)."),
        ),
        Says(
            "noise_alone",
            N_("A student that has seen noise alone gets {value}\u00a0% of the digits right ({interval})."),
            N_("A student that has seen noise alone gets {value}\u00a0% of the digits right ({interval})."),
            N_(
                "A student that has seen nothing but noise does no better than by chance ({interval}\u00a0%)."
            ),
            at=CHANCE,
        ),
    ),
    sweep=Study(
        _BASE, {"labelled": (50, 100, 500, 2_000), "unlabelled_pictures": ("digits", "shuffled", "noise")}
    ),
    next=("how_many_images", "never_saw_it", "no_teacher_at_all"),
)
