"""What the repeats of a class say together: the gains, their mean and its interval, one verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kd.classes.landed import gained, place_words
from kd.config import STUDENTS
from kd.studies.over_seeds import next_station, over_seeds
from kd.studies.sure.single_seeds import alone
from kd.studies.verdicts import HELPS, HURTS, NOT_JUDGED, NOT_SHOWN, in_blocks, verdicts
from kd.text.study_words import decimals, rounded, signed
from kd.text.translation import N_, _, ngettext

FEWEST = 3
"""With fewer repeats, their mean is said, and nothing is said of how many did better."""


@dataclass(frozen=True)
class Gains:
    """The repeats of a class in the order in which they landed, gains in percentage points.

    people: whose they are. right: the accuracies of each, distilled and scratch. own: the gain of each.
    mean, low, high: of the first 1, 2, … of them, with the 95 % interval for other seeds and other test
    pictures; NaN where there is none. first: what the first alone says (`kd.studies.sure.single_seeds`).
    row: of `kd.studies.verdicts.verdicts`, judged by the first repeats, as many as the last station; both
    are empty without a repeat.
    """

    people: tuple[str, ...]
    right: tuple[tuple[float, float], ...]
    own: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    first: str
    row: dict[str, Any]

    @property
    def better(self) -> int:
        """How many students did better with the teacher than without."""
        return sum(each > 0 for each in self.own)

    @property
    def worse(self) -> int:
        """How many did worse."""
        return sum(each < 0 for each in self.own)


def gains(frame: pd.DataFrame) -> Gains:
    """Computes what the repeats of one setting say; frame: of `kd.classes.landed.landed_frame`."""
    if not len(frame):
        return Gains((), (), (), (), (), (), "", {})
    ordered = frame.assign(seed=range(len(frame)))  # verdicts take them in the order of their seeds
    differences = in_blocks(ordered, "distilled") - in_blocks(ordered, "scratch")
    steps = [over_seeds(differences[:count]) for count in range(1, len(frame) + 1)]
    mean, low, high = (tuple(map(float, column)) for column in np.array([step[:3] for step in steps]).T)
    first = str(alone(ordered.head(1))["verdict"].iloc[0])
    row = {str(name): value for name, value in verdicts(ordered, ()).to_dict("records")[0].items()}
    right = tuple(zip(*(map(float, frame[f"{model}_accuracy"]) for model in STUDENTS), strict=True))
    return Gains(tuple(frame["person"]), right, tuple(map(float, frame["gain"])), mean, low, high, first, row)


_BETTER = N_("{better} of {count} students did better with the teacher, {points} points on average{likely}.")
_VERDICTS = {
    HELPS: N_(
        "The teacher helps: {better} of {count} students did better with it, {points} points on "
        "average{likely}."
    ),
    HURTS: N_(
        "The teacher hurts: {worse} of {count} students did worse with it, {points} points on "
        "average{likely}."
    ),
    NOT_SHOWN: N_(
        "No difference shown: {better} of {count} students did better with the teacher, {points} points on "
        "average{likely}."
    ),
    NOT_JUDGED: N_(
        "Too few for a verdict: {better} of {count} students did better with the teacher, {points} points on "
        "average{likely}."
    ),
}


def sentence(found: Gains, is_over: bool) -> str:
    """Says what the repeats say together; is_over: whether this is the time for the verdict."""
    count = len(found.own)
    if not count:
        return _("No student has been trained yet.")
    low, high = found.low[-1], found.high[-1]
    digits = decimals({"low": low, "high": high})
    points = signed(found.mean[-1], digits)
    if count < FEWEST:
        return ngettext(
            "One student so far: {points} points. One is an anecdote.",
            "{count} students so far: {points} points on average. Too few for a verdict.",
            count,
            count=count,
            points=points,
        )
    ends = {"low": rounded(low, digits), "high": rounded(high, digits)}
    likely = "" if math.isnan(low) else _(" (likely {low} to {high})", **ends)
    said = _VERDICTS[found.row["verdict"]] if is_over else _BETTER
    return _(said, better=found.better, worse=found.worse, count=count, points=points, likely=likely)


_FIRST = {
    HELPS: N_("The first to land ({ringed}) came to {points} points. Alone it would have said: it helps."),
    HURTS: N_("The first to land ({ringed}) came to {points} points. Alone it would have said: it hurts."),
    NOT_SHOWN: N_("The first to land ({ringed}) came to {points} points. Alone it shows no difference."),
}


def first_sentence(found: Gains, name: str = "") -> str:
    """Says what one would think with the first repeat alone; "" without one. name: whose it is, if shown."""
    if not found.own:
        return ""
    ringed = _("ringed: {name}", name=name) if name else _("ringed")
    return _(_FIRST[found.first], ringed=ringed, points=signed(found.own[0]))


def verdict_note(found: Gains, is_over: bool) -> str:
    """Says what the verdict rests on or, before it is time for it, when it comes."""
    count = len(found.own)
    if not is_over:
        return _("The verdict comes once, when the answers are frozen.")
    judged = int(found.row["judged_seeds"]) if count else 0
    if not judged:
        return _("A verdict takes {count} repeats.", count=next_station(0))
    if judged == count:
        return _("The verdict rests on all {count} repeats.", count=count)
    return _("The verdict rests on the first {judged} of {count} repeats.", judged=judged, count=count)


def own_sentence(gain: float, among: Sequence[float]) -> str:
    """Says what one repeat gained, and where it lies among all: 'Your student … 12th of 30.'."""
    place = place_words(gain, among)
    return f"{gained(gain)} {place}." if place else gained(gain)
