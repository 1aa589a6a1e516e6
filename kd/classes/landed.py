"""What a class has trained: a row for each answer that has landed, and where one lies among others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from kd.store.classes import LANDED, Answer
from kd.studies.verdicts import COLUMNS, run_row
from kd.text.study_words import rounded
from kd.text.translation import N_, _, pgettext
from kd.text.words import points_between


def landed_frame(
    answers: Iterable[Answer],
    stored: Callable[[str], Any],
    axes: Sequence[str] = (),
    since: float = 0.0,
) -> pd.DataFrame:
    """Returns a row for each answer whose run is stored, in the order in which they landed.

    Columns: person, the axes, gain (distilled minus scratch in points, as both are shown), and COLUMNS of
    `kd.studies.verdicts`. stored: returns a finished run (RunView) or None, by id. since: Unix time of the
    class; what was stored before counts as landed with it, in the order of answering.
    """
    rows = []
    for answer in answers:
        view = stored(answer.run_id) if answer.status == LANDED else None
        result = None if view is None else view.result
        if view is None or result is None or "comparison" not in result:
            continue
        gain = points_between(*(result[model]["test_accuracy"] for model in ("distilled", "scratch")))
        cell = (getattr(view.config, name) for name in axes)
        at = max(view.version / 1000, since), answer.number
        rows.append((at, (answer.person, *cell, gain, *run_row(view.config, result))))
    found = [row for _at, row in sorted(rows, key=lambda each: each[0])]
    return pd.DataFrame(found, columns=["person", *axes, "gain", *COLUMNS])


_ORDINALS = {0: N_("{number}th"), 1: N_("{number}st"), 2: N_("{number}nd"), 3: N_("{number}rd")}


def ordinal(number: int) -> str:
    """Writes a place: 1 → '1st', 12 → '12th', 23 → '23rd'."""
    last = 0 if number % 100 in (11, 12, 13) else number % 10
    return _(_ORDINALS.get(last, _ORDINALS[0]), number=number)


def place_words(value: float, among: Sequence[float]) -> str:
    """Says where one of several numbers lies, the largest first: '12th of 30'; "" where it is alone."""
    if len(among) < 2:
        return ""
    place = 1 + sum(each > value for each in among)
    return pgettext("rank", "{place} of {count}", place=ordinal(place), count=len(among))


_GAINED = N_("Your student gained {points} percentage points.")
_LOST = N_("Your student lost {points} percentage points.")
_EQUAL = N_("Your student did as well with the teacher as without.")


def gained(gain: float) -> str:
    """Says what one's own student gained, in percentage points."""
    said = _GAINED if gain > 0 else _LOST if gain < 0 else _EQUAL
    return _(said, points=rounded(abs(gain), 1 if abs(gain) >= 0.095 else 2))
