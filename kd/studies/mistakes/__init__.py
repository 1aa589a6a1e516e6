"""Mistake: what is wrong with an experiment's students, line by line, and what three gauges say of it.

The gauges are loss, gradient and accuracy, in numbers; kd/text/mistake_words.py has the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from kd.base.places import DATA
from kd.config import RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.studies.experiments.card import Chart, Experiment, Paper, compares, distilled, gain, grid, guess
from kd.studies.experiments.judging import Finding, Quantity
from kd.text.translation import N_, NC_

if TYPE_CHECKING:
    import pandas as pd

BASE = RunConfig()
"""The setting at which mistakes are made: all of them share the right students."""
RIGHT = ""
LOSS = "distillation_loss = KLDivergence()({}) * T**2"
RIGHT_LINE = LOSS.format("softmax(teacher_logits / T), softmax(student_logits / T)")
MEASURES = ("loss_at_first", "loss_at_last")
GRADIENTS = DATA / "gradients.csv"
"""A Slope for each mistake, which data/make_gradients.py works out."""


class Thread(NamedTuple):
    """Where somebody met the mistake, or asked about it. place: repository and number; says: what it says."""

    place: str
    title: str
    says: str

    @property
    def paper(self) -> Paper:
        """The thread as an experiment names it; GitHub leads to a pull request, too, as to an issue."""
        repository, number = self.place.split(" #")
        return Paper(self.place, f"“{self.title}”", f"https://github.com/{repository}/issues/{number}")


class Course(NamedTuple):
    """The mean loss over the first epoch's steps and over the last one's, averaged over the seeds."""

    first: float
    last: float


class Slope(NamedTuple):
    """The gradient of a mistaken loss by a student's logits, against that of the right one.

    size: how many times as long it is. cosine: of the angle between the two; NaN where one is 0.
    teacher_size, teacher_cosine: the same of the teacher's part by itself.
    """

    size: float
    cosine: float
    teacher_size: float
    teacher_cosine: float


class Gauges(NamedTuple):
    """What loss, gradient and accuracy say of a mistake; None where they are as of the right students."""

    loss: Course | None
    right_loss: Course | None
    gradient: Slope | None
    difference: Finding
    gain: Finding


@dataclass(frozen=True)
class Mistake:
    """The right line of code, the wrong ones, and a thread. accuracies: difference and gain, by code."""

    right: str
    wrong: Mapping[str, str]
    thread: Thread
    accuracies: Mapping[str, tuple[Quantity, Quantity]]

    def gauges(self, rows: pd.DataFrame) -> dict[str, Gauges]:
        """Returns what each code's students come to; rows: of the experiment, at one length."""
        losses = courses(rows) if {*MEASURES} <= {*rows} else {}
        found = {code: [each.finding(rows) for each in pair] for code, pair in self.accuracies.items()}
        return {
            code: Gauges(losses.get(code), losses.get(RIGHT), slopes().get(code), *pair)
            for code, pair in found.items()
        }


@dataclass(frozen=True, kw_only=True)
class MistakeExperiment(Experiment):
    """An experiment that makes a mistake on purpose, beside what is right."""

    mistake: Mistake


def made(
    name: str,
    wrong: str | Mapping[str, str],
    *,
    thread: Thread,
    right: str = RIGHT_LINE,
    students: Mapping[str, str] | None = None,
    **words: Any,
) -> MistakeExperiment:
    """Returns an experiment that makes mistakes of kd.distillation.mistakes beside the same right students.

    wrong: the lines of code that make it, or code → lines. students: code → what such a student is called.
    """
    lines = {name: wrong} if isinstance(wrong, str) else wrong
    called = students or {name: N_("the student with the mistake")}
    accuracies = {
        code: (distilled(mistake=code) - distilled(mistake=RIGHT), gain(mistake=code)) for code in lines
    }
    outcomes = {}
    for code, (difference, gained) in accuracies.items():
        outcomes[f"difference_{code}"] = compares(difference, called[code], N_("the right one"))
        outcomes[f"gain_{code}"] = compares(gained, called[code], N_("its scratch student"))
    return MistakeExperiment(
        name=name,
        kind="mistake",
        paper=thread.paper,
        guess=guess(
            next(iter(outcomes)),
            N_("What does the mistake do to the accuracy?"),
            (-2, -0.2, 0.2),
            much=N_("it costs more than 2 points"),
            little=N_("it costs something, up to 2 points"),
            nothing=N_("next to nothing"),
            better=N_("the student gets better"),
        ),
        chart=Chart(
            "bars",
            "mistake",
            names={RIGHT: NC_("mistake", "none"), **{code: MISTAKES[code].label for code in lines}},
        ),
        plan=grid(BASE, {"mistake": (RIGHT, *lines)}, baseline={"mistake": RIGHT}),
        outcomes=outcomes,
        measures=MEASURES,
        mistake=Mistake(right, lines, thread, accuracies),
        **words,
    )


def courses(rows: pd.DataFrame) -> dict[str, Course]:
    """Returns the course of the loss for each mistake; rows: with the columns MEASURES."""
    return {
        str(code): Course(*(float(group[name].mean()) for name in MEASURES))
        for code, group in rows.groupby("mistake", sort=False)
    }


@cache
def slopes() -> dict[str, Slope]:
    """Returns how the gradient of each mistake differs from the right one, at the setting BASE."""
    import pandas as pd

    table = pd.read_csv(GRADIENTS, index_col="mistake")
    return {
        str(code): Slope(*map(float, row)) for code, row in zip(table.index, table.to_numpy(), strict=True)
    }
