"""All that an experiment is written with, for one line: from kd.studies.experiments.card import *.

The functions that tell a finding name what they speak of once, and the finding's label follows. Names are
marked for translation, and written as within a sentence: N_("the first pupil"), N_("at T = 20").
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from kd.config import DENSE, FIELDS, LINEAR, PRESETS, TRAIN_IMAGES, RunConfig
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Claim,
    Experiment,
    Guess,
    Option,
    Outcome,
    Paper,
    Part,
    Plan,
)
from kd.studies.experiments.judging import Expected, Quantity, above, below, between, by_seed
from kd.studies.measures import value
from kd.studies.study import Study
from kd.text.translation import N_, NC_

__all__ = [
    "FIELDS", "PRESETS", "RunConfig", "DENSE", "LINEAR", "TRAIN_IMAGES", "Study", "N_", "NC_", "partial",
    "Kinds", "Chart", "Claim", "Experiment", "Guess", "Option", "Outcome", "Paper", "Part", "Plan",
    "Quantity",
    "each", "grid", "longer", "taught_by", "with_seeds",
    "above", "at", "below", "between", "arxiv", "guess", "which_side",
    "distilled", "gain", "scratch", "teacher",
    "adds", "agrees_more", "answers_alike", "compares", "gets_right", "helps", "loses", "named", "told",
]  # fmt: skip

# What is studied


def longer(config: RunConfig, times: int) -> RunConfig:
    """Returns a setting whose students train so many times as long."""
    return config.replace(epochs=times * config.epochs)


def grid(base: RunConfig, axes: Mapping[str, Sequence[Any]], **options: Any) -> Plan:
    """Plans one study: every combination of the axes' values. options: of the Study."""
    return lambda seeds, times: [[Part(Study(longer(base, times), axes, seeds, **options))]]


Kinds = Mapping[Any, tuple[str, Mapping[str, Any]]]
"""What is in a column → what that is called, marked for translation, and the fields of a run."""


def each(
    base: RunConfig,
    column: str,
    kinds: Kinds | Mapping[Any, Mapping[str, Any]],
    axes: Mapping[str, Any] = {},
) -> Plan:
    """Plans a study for each kind: the base with other fields. kinds may leave out what they are called."""
    fields = {kind: of[1] if isinstance(of, tuple) else of for kind, of in kinds.items()}
    return lambda seeds, times: [
        [
            Part(Study(longer(base.replace(**fields[kind]), times), axes, seeds), {column: kind})
            for kind in kinds
        ]
    ]


def with_seeds(base: RunConfig, seeds: int) -> list[RunConfig]:
    """Returns a setting with each of so many seeds."""
    return [config for _cell, config in Study(base, {}, seeds).runs()]


def taught_by(
    runs: list[RunConfig], base: RunConfig, labels: Mapping[str, Any], role: str = "distilled"
) -> list[Part]:
    """Returns a setting taught by models of earlier runs, a part for each; role: "distilled" or "teacher".

    Of the same size and generation, a student starts from its teacher's first weights.
    """
    return [Part(Study(base.replace(teacher=run.model_ids[role], seed=run.seed), {}), labels) for run in runs]


# What is found and guessed


def at(column: str, **where: Any) -> Quantity:
    """Returns a column of the rows in the one cell that has these values, as `by_seed` takes it."""
    return Quantity(lambda rows: by_seed(rows, column, **where), value(column).unit)


distilled, scratch, teacher = (partial(at, f"{model}_right") for model in ("distilled", "scratch", "teacher"))
gain = partial(at, "gain")


def guess(measured: str, question: str, limits: Sequence[float], **answers: str) -> Guess:
    """Returns a guess about a finding: answers from low to high by code, and a limit between each two.

    A code has spaces for the underscores of its argument.
    """
    ranges = map(Expected, (-math.inf, *limits), (*limits, math.inf))
    choices = {
        code.replace("_", " "): Choice(label, expected)
        for (code, label), expected in zip(answers.items(), ranges, strict=True)
    }
    return Guess(question, choices, measured)


_SIDES = {
    0.5: (
        N_("worse by more than half a point"),
        N_("within half a point"),
        N_("better by more than half a point"),
    ),
    1: (N_("worse by more than a point"), N_("within a point"), N_("better by more than a point")),
}


def which_side(measured: str, question: str, within: float = 0) -> Guess:
    """Returns a guess whether a difference is below or above 0, or within so many points of it."""
    if not within:
        return guess(measured, question, (0,), worse=N_("worse"), better=N_("better"))
    answers = dict(zip(("worse", "same", "better"), _SIDES[within], strict=True))
    return guess(measured, question, (-within, within), **answers)


def arxiv(number: str, authors: str, section: str) -> Paper:
    """Returns a paper of arXiv."""
    return Paper(authors, section, f"https://arxiv.org/abs/{number}")


# What is found, and how it is told


def told(
    label: str, above: str, below: str = "", neither: str = "", *, by: Sequence[str] = (), at: float = 0.0
) -> Callable[..., Outcome]:
    """Returns a function that makes an Outcome of a Quantity and of what stands for the placeholders `by`."""
    return lambda of, *called: Outcome(
        label, above, below, neither, dict(zip(by, called, strict=True)), at, of=of
    )


# Of a share, no side of which says more than the share itself.
_HALF = 50.0


def named(of: Quantity, label: str) -> Outcome:
    """Only names what is found."""
    return Outcome(label, of=of)


# “at T = 20”, “with 100 images”, “as it was”
helps = told(
    N_("gain over scratch {where}"),
    N_("{where}, the teacher helps by {value} points ({interval})."),
    N_("{where}, the teacher costs {value} points ({interval})."),
    N_("{where}, no difference is shown ({interval} points)."),
    by=("where",),
)
# “the first pupil” and “its teacher”
compares = told(
    N_("accuracy of {one} less that of {other}"),
    N_("{one} is {value} points better than {other} ({interval})."),
    N_("{one} is {value} points worse than {other} ({interval})."),
    N_("No difference shown between {one} and {other} ({interval} points)."),
    by=("one", "other"),
)
# “T² alone”, “an assistant”
adds = told(
    N_("what {what} adds"),
    N_("{what} adds {value} points ({interval})."),
    N_("{what} costs {value} points ({interval})."),
    N_("No gain or loss shown from {what} ({interval} points)."),
    by=("what",),
)
# “the distilled student” and “with wrong labels”
loses = told(
    N_("what {who} loses {to}"),
    N_("{who} loses {value} points {to} ({interval})."),
    N_("{who} loses nothing {to} but gains {value} points ({interval})."),
    N_("No loss shown for {who} {to} ({interval} points)."),
    by=("who", "to"),
)
# “a larger student” and “a small one”
agrees_more = told(
    N_("agreement of {one} less that of {other}"),
    N_("{one} agrees with the teacher {value} points more often than {other} ({interval})."),
    N_("{one} agrees with the teacher {value} points less often than {other} ({interval})."),
    N_("No difference shown in how often {one} and {other} agree with the teacher ({interval} points)."),
    by=("one", "other"),
)
# “the test pictures”
answers_alike = told(
    N_("agreement with the teacher on {where}"),
    N_("The student gives its teacher's answer to {value}\u00a0% of {where} ({interval})."),
    by=("where",),
    at=_HALF,
)
_reads = told(
    N_("share of {what} read by {who}"),
    N_("{who} reads {value}\u00a0% of {what} ({interval})."),
    by=("who", "what"),
    at=_HALF,
)


def gets_right(of: Quantity, who: str, what: str = N_("the test digits")) -> Outcome:
    """Tells how much somebody reads: “the student as it is”."""
    return _reads(of, who, what)
