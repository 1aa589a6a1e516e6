"""Guess: everyone guesses what an experiment finds, before anybody sees it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from kd.base.unusable import Unusable
from kd.classes.activity import options_of, setting_of
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.studies.axes import in_order
from kd.studies.experiments import EXPERIMENTS, experiment
from kd.studies.experiments.experiment import Experiment
from kd.studies.experiments.judging import Finding, judged
from kd.studies.experiments.rows import points, shipped_findings, shipped_rows
from kd.studies.shipped import AXES, SHORT, known
from kd.text.experiment_words import AGREES
from kd.text.translation import N_, _, numeral
from kd.text.words import quoted

MOST_POINTS = 30.0
"""A gain is guessed between minus and plus so many percentage points."""

Height: TypeAlias = float | Sequence[float]
"""A guess that is measured: a number, or the heights of a curve."""


@dataclass(frozen=True)
class Guess:
    """about: an experiment's name, for its own guess (an answer, or a drawn curve); "" for one number: how
    many points the teacher wins at this setting, which the included study knows."""

    kind: ClassVar[str] = "guess"
    label: ClassVar[str] = N_("Guess: everyone guesses, then all see what comes out")
    takes_picture: ClassVar[bool] = False
    shows_taken: ClassVar[bool] = False

    about: str = ""
    setting: RunConfig = field(default_factory=RunConfig)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        rest = dict(options)
        about = rest.pop("about", "")
        if about:
            experiment(about)  # raises if there is none
            if rest:
                raise Unusable("A guess about an experiment has no option {name}.", name=quoted(min(rest)))
            return cls(about)
        if foreign := rest.keys() - {*AXES}:
            raise Unusable(
                "A guess of one number has no option {name}: choose of {allowed}.",
                name=quoted(min(foreign)),
                allowed=", ".join(AXES),
            )
        found = cls("", setting_of(rest))
        gain_at(found.setting)
        return found

    def options(self) -> dict[str, str]:
        return {"about": self.about} if self.about else options_of(self.setting)

    @property
    def experiment(self) -> Experiment | None:
        """The experiment that is guessed about; None where it is one number."""
        return EXPERIMENTS[self.about] if self.about else None

    def title(self) -> str:
        if self.experiment is not None:
            return _(self.experiment.guess.question)
        return _("How many percentage points does the teacher win back?")

    def checked(self, value: Any, _key: str, _number: int) -> Any:
        """Returns a number of points, the code of an answer, or the heights of a curve."""
        if self.experiment is None:
            return self._number(value, MOST_POINTS)
        guess = self.experiment.guess
        if not guess.drawn:
            guess.choice(value)
            return value
        if not isinstance(value, list) or len(value) != len(drawn(self.about)):
            raise Unusable("A guess here is a curve: draw one over the whole chart.")
        return [self._number(each, 1e6) for each in value]

    def config(self, _value: Any, _number: int, _others: Sequence[Answer]) -> RunConfig | None:
        return None

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return bool(answers)

    @staticmethod
    def _number(value: Any, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise Unusable("A guess must be a number, got {value}.", value=quoted(value))
        if abs(value) > most:
            raise Unusable(
                "A guess must be between −{most} and {most}, got {value}.",
                most=numeral(most, "g"),
                value=quoted(value),
            )
        return float(value)


def gain_at(setting: RunConfig) -> Finding:
    """Returns what the included study knows at a setting: the gain after a short training, in points.

    Raises ValueError when it has not trained at exactly this setting.
    """
    study, cell = known(SHORT), 0
    for name, values in study.axes.items():
        value = getattr(setting, name)
        if value not in values:
            raise Unusable(
                "The included study knows nothing at {name} = {value}: choose of {allowed}.",
                name=name,
                value=value,
                allowed=", ".join(map(str, values)),
            )
        cell = cell * len(values) + values.index(value)
    mean, low, high, _scratch = study.cells[cell]
    return Finding(mean, low, high, math.nan, study.seeds)


def found(activity: Guess) -> Finding:
    """Returns what comes out: the gain, or the finding that is guessed, after the longest training."""
    if activity.experiment is None:
        return gain_at(activity.setting)
    return [*shipped_findings(activity.about).values()][-1][activity.experiment.guess.measured]


@cache
def drawn(name: str) -> tuple[float, ...]:
    """Returns the curve that comes out, after the longest training: its height at each place, in order."""
    asked = EXPERIMENTS[name]
    runs = shipped_rows(name)
    known_points = points(runs[runs["length"] == [*asked.lengths][-1]], asked)
    heights = known_points[known_points["measure"] == asked.guess.drawn].set_index("x")["mean"]
    return tuple(float(heights[place]) for place in in_order(heights.index.tolist()))


def right_answers(asked: Experiment, of: Finding) -> list[str]:
    """Returns the codes of the answers that a finding bears out: one, or none where it is not settled."""
    return [code for code, choice in asked.guess.choices.items() if judged(of, choice.expected) == AGREES]


def counted(codes: Iterable[str], choices: Iterable[str]) -> dict[str, int]:
    """Returns how many have chosen each of the answers, in the order of these."""
    given = [*codes]
    return {code: given.count(code) for code in choices}


def median(guesses: Sequence[Height]) -> np.ndarray:
    """Returns the median guess: a number, or of curves the median at each place; NaN without guesses."""
    return np.median(np.asarray(guesses, float), axis=0) if len(guesses) else np.array(math.nan)


def off(guess: Height, truth: Height) -> float:
    """Returns by how much a guess is off, a curve on average over its places."""
    return float(np.abs(np.asarray(guess, float) - np.asarray(truth, float)).mean())


def closest(guesses: Mapping[str, Height], truth: Height) -> tuple[list[str], float]:
    """Returns who came closest, all of them where several did, and by how much they were off."""
    away = {person: off(guess, truth) for person, guess in guesses.items()}
    least = min(away.values(), default=math.nan)
    return [person for person, each in away.items() if math.isclose(each, least, abs_tol=1e-9)], least


def closer(guess: Height, guesses: Iterable[Height], truth: Height) -> int:
    """Returns how many of the guesses were closer than this one."""
    own = off(guess, truth)
    return sum(off(each, truth) < own - 1e-9 for each in guesses)
