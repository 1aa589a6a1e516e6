"""Mistake: what is wrong with an experiment's students, line by line, and what three gauges say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from kd.config import RunConfig
from kd.distillation.mistakes import MISTAKES
from kd.studies.experiments.experiment import (
    Chart,
    Choice,
    Experiment,
    Findings,
    Guess,
    Paper,
    Part,
)
from kd.studies.experiments.judging import Finding, above, below, between, by_seed, finding
from kd.studies.experiments.plans import longer
from kd.studies.experiments.sentences import compares
from kd.studies.mistakes.gauges import MEASURES, Course, Slope, courses, slope
from kd.studies.study import Study
from kd.text.translation import N_

if TYPE_CHECKING:
    import pandas as pd

BASE = RunConfig()
"""The setting at which mistakes are made, unless one says otherwise: all of them share the right students."""
RIGHT = ""
LOSS = "distillation_loss = KLDivergence()({}) * T**2"
RIGHT_LINE = LOSS.format("softmax(teacher_logits / T), softmax(student_logits / T)")


class Thread(NamedTuple):
    """Where somebody met the mistake, or asked about it.

    place: repository and number. says: what the thread says, in English, marked for translation.
    """

    place: str
    title: str
    url: str
    says: str


class Gauges(NamedTuple):
    """What loss, gradient and accuracy say of a mistake; None where they are those of the right students.

    difference: its accuracy less that of the right ones. gain: over its scratch students.
    """

    loss: Course | None
    right_loss: Course | None
    gradient: Slope | None
    difference: Finding
    gain: Finding


@dataclass(frozen=True)
class Mistake:
    """The right line of code, the wrong ones by code of kd.distillation.mistakes, and a thread about them."""

    right: str
    wrong: Mapping[str, str]
    thread: Thread

    @property
    def right_line(self) -> str:
        """As it should be."""
        return self.right

    @property
    def wrong_line(self) -> str:
        """The first of the wrong ones."""
        return next(iter(self.wrong.values()))

    def gauges(self, rows: pd.DataFrame) -> dict[str, Gauges]:
        """What each code's students come to; rows: of the experiment, at one length."""
        found, losses = judged(tuple(self.wrong), rows), courses(rows, "mistake")
        return {
            code: Gauges(
                losses.get(code),
                losses.get(RIGHT),
                slope(code, BASE),
                found[f"difference_{code}"],
                found[f"gain_{code}"],
            )
            for code in self.wrong
        }


@dataclass(frozen=True, kw_only=True)
class MistakeExperiment(Experiment):
    """An experiment that makes a mistake on purpose, beside what is right."""

    mistake: Mistake


def judged(codes: tuple[str, ...], rows: pd.DataFrame) -> Findings:
    """Of each code: its accuracy less that of the right students, and its gain over scratch, in points."""
    right = by_seed(rows, "distilled_right", mistake=RIGHT)
    found: Findings = {}
    for code in codes:
        found[f"difference_{code}"] = finding(by_seed(rows, "distilled_right", mistake=code) - right)
        found[f"gain_{code}"] = finding(by_seed(rows, "gain", mistake=code))
    return found


def plan_of(codes: tuple[str, ...], seeds: int, times: int) -> list[list[Part]]:
    """One study: the right students and those of each code."""
    base = longer(BASE, times)
    return [[Part(Study(base, {"mistake": (RIGHT, *codes)}, seeds, baseline={"mistake": RIGHT}))]]


_COMPARED_WITH = {"difference": N_("the right one"), "gain": N_("its scratch student")}
GUESS = N_("What does the mistake do to the accuracy?")
CHOICES = {
    "much": Choice(N_("it costs more than 2 points"), below(-2)),
    "little": Choice(N_("it costs something, up to 2 points"), between(-2, -0.2)),
    "nothing": Choice(N_("next to nothing"), between(-0.2, 0.2)),
    "better": Choice(N_("the student gets better"), above(0.2)),
}


def made(
    name: str,
    wrong: str | Mapping[str, str],
    *,
    thread: Thread,
    title: str,
    question: str,
    means: str,
    differs: str,
    next: tuple[str, ...],
    right: str = RIGHT_LINE,
    students: Mapping[str, str] | None = None,
    sweep: Study | None = None,
) -> MistakeExperiment:
    """An experiment that makes mistakes of kd.distillation.mistakes, all beside the same right students.

    Args:
        wrong: the lines of code that make it, or code → lines where there are several; right: those that
            do not.
        students: code → what the student with this mistake is called, marked for translation.
    """
    lines = {name: wrong} if isinstance(wrong, str) else dict(wrong)
    called = students or dict.fromkeys(lines, N_("the student with the mistake"))
    codes = tuple(lines)
    return MistakeExperiment(
        name=name,
        kind="mistake",
        title=title,
        question=question,
        means=means,
        differs=differs,
        paper=Paper(thread.place, f"“{thread.title}”", thread.url),
        guess=Guess(GUESS, CHOICES, measured=f"difference_{codes[0]}"),
        chart=Chart(
            "bars",
            "mistake",
            N_("Mistake"),
            ("distilled_right", "scratch_right"),
            N_("Right, in percent of the test images"),
            names={RIGHT: N_("none"), **{code: MISTAKES[code].label for code in codes}},
        ),
        plan=partial(plan_of, codes),
        judge=partial(judged, codes),
        says=tuple(
            compares(f"{measured}_{code}", called[code], other)
            for code in codes
            for measured, other in _COMPARED_WITH.items()
        ),
        measures=MEASURES,
        next=next,
        sweep=sweep,
        mistake=Mistake(right, lines, thread),
    )
