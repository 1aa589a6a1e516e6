"""Digits of the class: everyone draws the digits they are asked for, and the three models read them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from kd.analysis.evaluation import mcnemar, wilson_interval
from kd.analysis.logits import softmax
from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.store.classes import Answer
from kd.studies.over_seeds import over_seeds
from kd.text.translation import N_, _, ngettext
from kd.text.words import STUDENTS, percent, quoted, times

TIMES = ("1", "5")
FEWEST = 5
"""With fewer hands there is no verdict on the students."""
LEVEL = 0.05


@dataclass(frozen=True)
class Digits:
    """asked: the digits that are asked for, in turn. times: how many each pupil draws."""

    kind: ClassVar[str] = "digits"
    label: ClassVar[str] = N_("Digits of the class: everyone draws, the models read")
    takes_picture: ClassVar[bool] = True
    shows_taken: ClassVar[bool] = False

    asked: str = "0123456789"
    times: int = 1

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Self:
        given = {"asked": cls.asked, "times": str(cls.times), **options}
        if foreign := given.keys() - {"asked", "times"}:
            raise Unusable("Digits have no option {name}: choose of asked, times.", name=quoted(min(foreign)))
        asked = given["asked"]
        if not asked or not set(asked) <= set(cls.asked) or len(set(asked)) < len(asked):
            raise Unusable(
                "The digits to draw must be different digits, such as 7 or 0123456789, not {value}.",
                value=quoted(asked),
            )
        if given["times"] not in TIMES:
            raise Unusable(
                "Everyone draws once or five times: choose of {allowed}, not {value}.",
                allowed=", ".join(TIMES),
                value=quoted(given["times"]),
            )
        return cls(asked, int(given["times"]))

    def options(self) -> dict[str, str]:
        own = {"asked": self.asked, "times": str(self.times)}
        return {name: text for name, text in own.items() if text != str(getattr(Digits, name))}

    def title(self) -> str:
        return _("Everyone draws a digit. Who reads them best?")

    def digit(self, number: int, key: str) -> int:
        """Returns which digit the pupil of this number is asked for; key: "0" for the first drawing."""
        return int(self.asked[(number + int(key)) % len(self.asked)])

    def checked(self, _value: Any, key: str, number: int) -> int:
        """Returns the digit that was asked for."""
        if key not in map(str, range(self.times)):
            raise Unusable(
                "There is no drawing {key} here: everyone draws {times}.",
                key=quoted(key),
                times=times(self.times),
            )
        return self.digit(number, key)

    def config(self, _value: Any, _number: int, _others: Sequence[Answer]) -> RunConfig | None:
        return None

    def is_done(self, answers: Sequence[Answer]) -> bool:
        return len(answers) >= self.times


class Reading(NamedTuple):
    """How well a model reads a class's drawings, as fractions with their 95 % intervals.

    right: of each drawing (n,), bool. agreement: with the teacher's answers.
    """

    right: np.ndarray
    share: float
    low: float
    high: float
    agreement: float
    agreement_low: float
    agreement_high: float


def readings(
    asked: np.ndarray, people: Sequence[Hashable], logits: Mapping[str, np.ndarray]
) -> dict[str, Reading]:
    """Counts how many drawings each model reads as what was asked for.

    asked: the digits (n,), n > 0. people: who drew each. logits: by model (n, 10).

    Drawings by one hand are alike, so intervals are Wilson's for as many drawings as they are worth
    (`worth`).
    """
    teachers, found = logits["teacher"].argmax(axis=1), {}
    for model, values in logits.items():
        says = values.argmax(axis=1)
        right, alike = says == asked, says == teachers
        numbers = []
        for each in (right, alike):
            count = worth(each, people)
            numbers += [float(each.mean()), *wilson_interval(float(each.mean()) * count, count)]
        found[model] = Reading(right, *numbers)
    return found


def worth(right: np.ndarray, people: Sequence[Hashable]) -> float:
    """Returns to how many drawings by different hands these are equal, when a fraction is estimated of them.

    right: of each drawing (n,). The number over the design effect, with people as clusters (Korn & Graubard
    1998, "Confidence intervals for proportions with small expected number of positive counts estimated from
    survey data", Survey Methodology 24); as many as there are people if all drawings are read alike.
    """
    count, hands = len(right), {each: number for number, each in enumerate(dict.fromkeys(people))}
    if len(hands) in (1, count):
        return float(len(hands))
    share, of = right.mean(), np.array([hands[each] for each in people])
    if share in (0, 1):
        return float(len(hands))
    residuals = np.bincount(of, right - share)
    variance = len(hands) / (len(hands) - 1) * (residuals**2).sum() / count**2
    return float(np.clip(share * (1 - share) / max(variance, 1e-12), 1, count))


def students_differ(found: Mapping[str, Reading], people: Sequence[Hashable]) -> float:
    """Returns the p-value of the hypothesis that both students read drawings such as these equally well.

    McNemar's exact test where everybody drew once; else Student's t-test of each hand's mean difference. NaN
    with too few hands for that.
    """
    first, second = (found[model].right for model in STUDENTS)
    if len(set(people)) == len(people):
        return mcnemar(int((first & ~second).sum()), int((second & ~first).sum()))
    differences = first.astype(float) - second
    hands = [[d for d, who in zip(differences, people, strict=True) if who == each] for each in set(people)]
    return float(over_seeds(np.array([100 * np.mean(each) for each in hands])).p)


def hardest(asked: np.ndarray, logits: Mapping[str, np.ndarray]) -> list[int]:
    """Returns the drawings' places, hardest first: read by the fewest models, least by the teacher."""
    places = np.arange(len(asked))
    right = sum((values.argmax(axis=1) == asked).astype(int) for values in logits.values())
    doubt = softmax(logits["teacher"])[places, asked]
    return [int(place) for place in np.lexsort((doubt, right))]


def said(found: Mapping[str, Reading], drawn: int, waiting: int) -> str:
    """Says how well the models read so far. drawn, waiting: how many people have drawn, or not yet."""
    words = _shares(found)
    if not waiting:
        return words
    drew = _("{drawn} of {all} have drawn.", drawn=drawn, all=drawn + waiting)
    return f"{drew} {words}"


def concluded(found: Mapping[str, Reading], people: Sequence[Hashable]) -> str:
    """Says what the class's drawings tell: who reads how many of them, and whether the students differ."""
    p = students_differ(found, people)
    if math.isnan(p) or len(set(people)) < FEWEST:
        verdict = _("Too few have drawn to compare the students.")
    elif p >= LEVEL:
        verdict = _("Too few drawings to tell the students apart.")
    elif found["distilled"].share > found["scratch"].share:
        verdict = _("The distilled student reads the class better.")
    else:
        verdict = _("The scratch student reads the class better.")
    return f"{_shares(found)} {verdict}"


def _shares(found: Mapping[str, Reading]) -> str:
    count = len(found["teacher"].right)
    return ngettext(
        "Of {count} drawing the teacher reads {teacher}, the distilled student {distilled}, "
        "the scratch student {scratch}.",
        "Of {count} drawings the teacher reads {teacher}, the distilled student {distilled}, "
        "the scratch student {scratch}.",
        count,
        **{model: percent(each.share, 0) for model, each in found.items()},
    )
