"""Whether a student copies its teacher: agreement, divergence and accuracy as images grow."""

from __future__ import annotations

import pandas as pd

from kd.studies.classics.how_many_images import ALL, FEW
from kd.studies.classics.how_many_images import EXPERIMENT as IMAGES
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Findings,
    Guess,
    Paper,
    Says,
)
from kd.studies.experiments.judging import NATS, PERCENT, above, below, between, by_seed, finding
from kd.text.translation import N_


def _judge(rows: pd.DataFrame) -> Findings:
    def at(name: str, images: int) -> pd.Series:
        return by_seed(rows, name, train_size=images)

    return {
        "agreement_with_all": finding(at("agreement", ALL), PERCENT),
        "departs": finding(at("teacher_right", ALL) - at("agreement", ALL)),
        "closer_with_all": finding(at("agreement", ALL) - at("agreement", FEW)),
        "divergence_more": finding(at("divergence", ALL) - at("scratch_divergence", ALL), NATS),
        "errors_copied": finding(at("errors_copied", ALL), PERCENT),
        "errors_more": finding(at("errors_copied", ALL) - at("scratch_errors_copied", ALL)),
    }


EXPERIMENT = Experiment(
    name="does_it_copy",
    title=N_("Does it really copy?"),
    question=N_(
        "A distilled student is trained to say what its teacher says. Does it, on pictures that it has not "
        "seen, even where the teacher is wrong?"
    ),
    means=N_(
        "A student can be as good as its teacher without being like it: two models that are both nearly "
        "always right agree because they are right. Their errors tell more, and so does the divergence."
    ),
    differs=N_(
        "The paper distils large networks into others of their kind, on pictures of objects and on text. "
        "Here the student is seventy times smaller than its teacher, and digits are easy."
    ),
    paper=Paper(
        N_("Stanton, Izmailov, Kirichenko, Alemi and Wilson 2021"),
        N_("abstract"),
        "https://arxiv.org/abs/2106.05945",
    ),
    guess=Guess(
        N_("Of the pictures that the teacher gets wrong, how many does its student get wrong the same way?"),
        {
            "few": Choice(N_("fewer than a third"), below(33.3)),
            "half": Choice(N_("about half"), between(33.3, 66.7)),
            "most": Choice(N_("more than two thirds"), above(66.7)),
        },
        measured="errors_copied",
    ),
    chart=Chart(
        "line",
        "train_size",
        N_("Training images"),
        ("distilled_right", "agreement", "errors_copied", "scratch_errors_copied"),
        N_("Percent of the test images"),
    ),
    plan=IMAGES.plan,
    judge=_judge,
    measures=(
        "agreement",
        "scratch_agreement",
        "divergence",
        "scratch_divergence",
        "errors_copied",
        "scratch_errors_copied",
    ),
    labels={
        "agreement_with_all": N_("agreement with the teacher, with 60,000 images"),
        "departs": N_("how much less often the student agrees with the teacher than the teacher is right"),
        "closer_with_all": N_("agreement with 60,000 images less that with 100"),
        "divergence_more": N_("KL to the teacher of distilled less that of scratch, with 60,000 images"),
        "errors_copied": N_("the teacher's errors that its student repeats, with 60,000 images"),
        "errors_more": N_("the teacher's errors that distilled repeats less those that scratch makes, too"),
    },
    claims=(
        Claim(
            N_(
                "A student often remains far from its teacher: here, it departs from the teacher more often "
                "than the teacher is wrong."
            ),
            "departs",
            above(0),
            figure=N_("a surprisingly large discrepancy, even where the student could match the teacher"),
        ),
    ),
    says=(
        Says(
            "errors_copied",
            N_("With 60,000 images it repeats {value}\u00a0% of its teacher's errors ({interval})."),
            N_("With 60,000 images it repeats only {value}\u00a0% of its teacher's errors ({interval})."),
            N_("With 60,000 images it repeats about half of its teacher's errors ({interval}\u00a0%)."),
            at=50,
        ),
        Says(
            "errors_more",
            N_("That is {value} points more than a student makes without the teacher ({interval})."),
            N_("That is {value} points fewer than a student makes without the teacher ({interval})."),
            N_("A student without the teacher makes about as many of them ({interval} points)."),
        ),
        Says(
            "divergence_more",
            N_(
                "Its probabilities are further from the teacher's than scratch's, by {value} nats "
                "({interval})."
            ),
            N_("Its probabilities are closer to the teacher's than scratch's, by {value} nats ({interval})."),
            N_("Its probabilities are about as far from the teacher's as scratch's ({interval} nats)."),
        ),
    ),
    sweep=IMAGES.sweep,
    next=("how_many_images", "never_saw_it"),
)
