"""A student that never sees a digit, and what it has learned of it from its teacher's doubts."""

from __future__ import annotations

import pandas as pd

from kd.config import FIELDS, PRESETS
from kd.fields import FieldSpec
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Findings,
    Guess,
    Option,
    Paper,
    Part,
    Says,
)
from kd.studies.experiments.judging import PERCENT, PLAIN, above, below, between, finding
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_, _

DIGITS, BIAS = "3", 3.5
_BASE = PRESETS["unseen_digit"].config


def _plan(seeds: int, times: int, omitted_digits: str, bias: float) -> list[list[Part]]:
    if not omitted_digits:
        raise ValueError(_("omitted_digits must have at least one digit here, such as 3."))
    study = Study(longer(_BASE, times).replace(omitted_digits=omitted_digits), {}, seeds)
    return [[Part(study, {"omitted_digits": omitted_digits})]]


def _judge(rows: pd.DataFrame) -> Findings:
    by_seed = rows.set_index("seed")
    return {
        "scratch": finding(by_seed["scratch_omitted_right"], PERCENT),
        "as_it_is": finding(by_seed["omitted_right"], PERCENT),
        "with_bias": finding(by_seed["omitted_right_with:bias"], PERCENT),
        "with_best": finding(by_seed["omitted_right_biased"], PERCENT),
        "bias_adds": finding(by_seed["omitted_right_biased"] - by_seed["omitted_right"]),
        "all_with_best": finding(by_seed["right_biased"], PERCENT),
        "best_bias": finding(by_seed["best_bias"], PLAIN),
    }


EXPERIMENT = Experiment(
    name="never_saw_it",
    title=N_("The digit it never saw"),
    question=N_(
        "No 3 is among the student's pictures. Can it read one, if its teacher tells how much each other "
        "digit looks like a 3?"
    ),
    means=N_(
        "A 3 is in the teacher's doubts about 8s, 5s and 2s, and the student learns it from there. It also "
        "learns that there are none: a constant added to the logit of the 3 makes up for that."
    ),
    differs=N_(
        "The paper's student has 800 units in each of two layers and sees all 60,000 images but the 3s, "
        "until it has learned them. Here a convolutional student with 20,490 parameters sees 10,000 images "
        "for five epochs."
    ),
    paper=Paper(N_("Hinton, Vinyals and Dean 2015"), N_("section 3"), "https://arxiv.org/abs/1503.02531"),
    guess=Guess(
        N_("How many of the digits it never saw does it get right, with the best bias?"),
        {
            "none": Choice(N_("next to none"), below(10)),
            "some": Choice(N_("fewer than half"), between(10, 50)),
            "most": Choice(N_("more than half"), between(50, 90)),
            "nearly all": Choice(N_("more than 90 %"), above(90)),
        },
        measured="with_best",
    ),
    chart=Chart(
        "bars",
        "omitted_digits",
        N_("Digits it never saw"),
        ("scratch_omitted_right", "omitted_right", "omitted_right_with:bias", "omitted_right_biased"),
        N_("Right, in percent of the test images of these digits"),
    ),
    plan=_plan,
    judge=_judge,
    measures=(
        "scratch_omitted_right",
        "omitted_right",
        "omitted_right_with:{bias}",
        "omitted_right_biased",
        "right_biased",
        "best_bias",
    ),
    labels={
        "scratch": N_("right of the digits left out, without a teacher"),
        "as_it_is": N_("right of the digits left out, as it is"),
        "with_bias": N_("right of the digits left out, with the bias chosen"),
        "with_best": N_("right of the digits left out, with the best bias"),
        "bias_adds": N_("what the best bias adds"),
        "all_with_best": N_("right of all digits, with the best bias"),
        "best_bias": N_("best bias"),
    },
    claims=(
        Claim(
            N_("Even as it is, the student gets most of the 3s right."),
            "as_it_is",
            above(50),
            figure=N_("133 of 1,010 wrong, which is 86.8 % right"),
        ),
        Claim(
            N_("With the right bias, it gets nearly every 3 right although it never saw one."),
            "with_best",
            above(95),
            figure=N_("98.6 % with a bias of 3.5, the best there"),
        ),
    ),
    says=(
        Says(
            "as_it_is",
            N_("As it is, it gets {value}\u00a0% of the digits right that it never saw ({interval})."),
            N_("As it is, it gets only {value}\u00a0% of the digits right that it never saw ({interval})."),
            N_("As it is, it gets about half of the digits right that it never saw ({interval}\u00a0%)."),
            at=50,
        ),
        Says(
            "bias_adds",
            N_("The best bias adds {value} points ({interval})."),
            N_("The best bias takes {value} points away ({interval})."),
            N_("The best bias makes no difference that shows ({interval} points)."),
        ),
        Says(
            "with_best",
            N_("With it, {value}\u00a0% are right ({interval})."),
            N_("With it, only {value}\u00a0% are right ({interval})."),
            N_("With it, about 90\u00a0% are right ({interval}\u00a0%)."),
            at=90,
        ),
    ),
    options={
        "omitted_digits": Option(FIELDS["omitted_digits"], DIGITS),
        "bias": Option(
            FieldSpec(
                label=N_("Bias"),
                help=N_("What is added to the logits of the digits left out."),
                minimum=-30.0,
                maximum=30.0,
                step=0.5,
            ),
            BIAS,
            moves=tuple(half / 2 for half in range(-4, 25)),
            explores=("omitted_right_with", "right_with"),
        ),
    },
    sweep=Study(_BASE, {"omitted_digits": ("3", "8", "37")}, seeds=5),
    next=("only_sevens_and_eights", "does_it_copy"),
)
