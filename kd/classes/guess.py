"""Guess: everyone guesses what an experiment finds, before anybody sees it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from kd.base.unusable import Unusable
from kd.classes.activity import options_of, setting_of
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.studies.experiments import EXPERIMENTS, experiment
from kd.studies.experiments.experiment import Experiment
from kd.text.translation import N_, _
from kd.text.words import quoted

MOST_POINTS = 30.0
"""A gain is guessed between minus and plus so many percentage points."""
MOST_ON_A_CURVE = 100


@dataclass(frozen=True)
class Guess:
    """about: an experiment's name, for its own guess (an answer, or a drawn curve); "" for one number: how
    many points the teacher wins at this setting, which the included study knows."""

    kind: ClassVar[str] = "guess"
    label: ClassVar[str] = N_("Guess: everyone guesses, then all see what comes out")
    takes_picture: ClassVar[bool] = False

    about: str = ""
    setting: RunConfig = field(default_factory=RunConfig)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        rest = dict(options)
        about = rest.pop("about", "")
        if about:
            experiment(about)  # raises if there is none
            if rest:
                raise Unusable(_("A guess about an experiment has no option {name}.", name=quoted(min(rest))))
            return cls(about)
        return cls("", setting_of(rest, RunConfig()))

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
        if not isinstance(value, list) or not 1 < len(value) <= MOST_ON_A_CURVE:
            raise Unusable(_("A guess here is a curve: draw one over the whole chart."))
        return [self._number(each, 1e6) for each in value]

    def config(self, _value: Any, _number: int, _others: Sequence[Answer]) -> RunConfig | None:
        return None

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return bool(answers)

    @staticmethod
    def _number(value: Any, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Unusable(_("A guess must be a number, got {value}.", value=quoted(value)))
        if abs(value) > most:
            raise Unusable(
                _(
                    "A guess must be between −{most} and {most}, got {value}.",
                    most=f"{most:g}",
                    value=quoted(value),
                )
            )
        return float(value)
