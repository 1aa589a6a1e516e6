"""A student that sees 7s and 8s alone, and is asked about all ten digits."""

from __future__ import annotations

import pandas as pd

from kd.config import TRAIN_IMAGES, RunConfig
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
from kd.studies.experiments.judging import PERCENT, PLAIN, above, below, between, finding
from kd.studies.experiments.plans import longer
from kd.studies.study import Study
from kd.text.translation import N_

_BASE = RunConfig(alpha=0.0, temperature=20.0, train_size=TRAIN_IMAGES, epochs=10, omitted_digits="01234569")


def _plan(seeds: int, times: int) -> list[list[Part]]:
    return [[Part(Study(longer(_BASE, times), {}, seeds), {"omitted_digits": _BASE.omitted_digits})]]


def _judge(rows: pd.DataFrame) -> Findings:
    by_seed = rows.set_index("seed")
    return {
        "scratch": finding(by_seed["scratch_right"], PERCENT),
        "as_it_is": finding(by_seed["distilled_right"], PERCENT),
        "with_best": finding(by_seed["right_with_seen_biased"], PERCENT),
        "bias_adds": finding(by_seed["right_with_seen_biased"] - by_seed["distilled_right"]),
        "best_bias": finding(by_seed["best_bias_of_seen"], PLAIN),
    }


EXPERIMENT = Experiment(
    name="only_sevens_and_eights",
    title=N_("Only 7s and 8s"),
    question=N_("A student sees nothing but 7s and 8s. How many of all ten digits can it read?"),
    means=N_(
        "Every 7 and every 8 looks a little like other digits, and the teacher says how much. From two "
        "digits a student can learn something of the other eight; from their labels alone, nothing."
    ),
    differs=N_(
        "The paper's student has 800 units in each of two layers, and learns until it has learned its "
        "pictures. Here a convolutional student with 20,490 parameters sees them for ten epochs."
    ),
    paper=Paper(N_("Hinton, Vinyals and Dean 2015"), N_("section 3"), "https://arxiv.org/abs/1503.02531"),
    guess=Guess(
        N_("How many of all test images does it get right, once 7 and 8 are made less likely?"),
        {
            "two": Choice(N_("a fifth: the 7s and 8s"), below(25)),
            "half": Choice(N_("up to 60 %"), between(25, 60)),
            "most": Choice(N_("60 to 80 %"), between(60, 80)),
            "nearly all": Choice(N_("more than 80 %"), above(80)),
        },
        measured="with_best",
    ),
    chart=Chart(
        "bars",
        "omitted_digits",
        N_("Digits it never saw"),
        ("scratch_right", "distilled_right", "right_with_seen_biased"),
        N_("Right, in percent of all test images"),
    ),
    plan=_plan,
    judge=_judge,
    measures=("right_with_seen_biased", "best_bias_of_seen"),
    labels={
        "scratch": N_("right of all digits, without a teacher"),
        "as_it_is": N_("right of all digits, as it is"),
        "with_best": N_("right of all digits, with the best biases on 7 and 8"),
        "bias_adds": N_("what the best biases add"),
        "best_bias": N_("mean of the two best biases"),
    },
    claims=(
        Claim(
            N_("From 7s and 8s alone, a student reads more than half of all digits."),
            "as_it_is",
            above(50),
            figure=N_("47.3 % errors, which is 52.7 % right"),
        ),
        Claim(
            N_("With lower biases for 7 and 8, it reads most of them."),
            "with_best",
            above(80),
            figure=N_("13.2 % errors, which is 86.8 % right, with 7.6 less on both"),
        ),
    ),
    says=(
        Says(
            "as_it_is",
            N_("As it is, it gets {value}\u00a0% of all digits right ({interval})."),
            N_("As it is, it gets only {value}\u00a0% of all digits right ({interval})."),
            N_("As it is, it gets about half of all digits right ({interval}\u00a0%)."),
            at=50,
        ),
        Says(
            "bias_adds",
            N_("The best biases on 7 and 8 add {value} points ({interval})."),
            N_("The best biases on 7 and 8 take {value} points away ({interval})."),
            N_("The best biases on 7 and 8 make no difference that shows ({interval} points)."),
        ),
    ),
    sweep=Study(_BASE, {"omitted_digits": ("01234569", "0123456", "01245679")}, seeds=5),
    next=("never_saw_it", "does_it_copy"),
)
