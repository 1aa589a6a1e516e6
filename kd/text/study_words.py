"""What a study shows, in words: a line for each cell, and what holds for all of them.

Takes rows of kd.studies.verdicts: codes and numbers, differences in points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from kd.text.translation import N_, _, ngettext
from kd.text.words import plain

MINUS = "−"

_VERDICTS = {
    "helps": N_("helps"),
    "hurts": N_("hurts"),
    "not shown": N_("not shown"),
    "too few": N_("too few"),
    "baseline": N_("baseline"),
}


_OVER_A_CELL = {"helps": N_("better"), "hurts": N_("worse")}


def verdict_word(code: str, over_scratch: bool = True) -> str:
    """A verdict in a table.

    over_scratch: whether each cell is compared with its own scratch student, and not with one cell.
    """
    return _(_VERDICTS[code] if over_scratch else _OVER_A_CELL.get(code, _VERDICTS[code]))


def verdict_line(row: Mapping[str, Any], over: str = "") -> str:
    """One cell in a line: 'helps: +6.5 points (95 % between +5.9 and +7.1, 5 seeds)'.

    over: the cell that it is compared with, in words; "" if that is its own scratch student.
    """
    code, number = row["verdict"], int(row["seeds"])
    seeds = ngettext("{count} seed", "{count} seeds", number, count=f"{number:,}")
    if code == "baseline":
        return _("the baseline: the other cells are compared with it ({seeds})", seeds=seeds)
    if number == 0:
        return _("too few: no seed can be compared yet")
    digits = decimals(row)
    values = {
        "points": signed(row["difference"], digits),
        "low": signed(row["low"], digits),
        "high": signed(row["high"], digits),
        "seeds": seeds,
    }
    if over and code in _OVER_A_CELL:
        return _(_THAN[code], cell=over, **values)
    if code == "helps":
        return _("helps: {points} points (95 % between {low} and {high}, {seeds})", **values)
    if code == "hurts":
        return _("hurts: {points} points (95 % between {low} and {high}, {seeds})", **values)
    if code == "not shown":
        return _not_shown(row, values)
    if number == 1:
        return _("too few: {points} points with 1 seed, and it takes 2 to judge", points=values["points"])
    return _(
        "too few: {points} points with each of {seeds}, which do not say how much others would differ",
        points=values["points"],
        seeds=seeds,
    )


_THAN = {
    "helps": N_("better than {cell}: {points} points (95 % between {low} and {high}, {seeds})"),
    "hurts": N_("worse than {cell}: {points} points (95 % between {low} and {high}, {seeds})"),
}


def _not_shown(row: Mapping[str, Any], values: Mapping[str, str]) -> str:
    if _unknown(row["low"]):
        return _("no difference shown: the same accuracy ({seeds})", seeds=values["seeds"])
    known = _("no difference shown: {points} points (95 % between {low} and {high}, {seeds})", **values)
    more = row["more_seeds"]
    if _unknown(more):
        return known
    if more == 0:
        return _("{known}; as many usually show one of 0.2 points", known=known)
    needed = ngettext(
        "about {count} more seed would show one of 0.2 points",
        "about {count} more seeds would show one of 0.2 points",
        int(more),
        count=f"{int(more):,}",
    )
    return _("{known}; {needed}", known=known, needed=needed)


def study_notes(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """What the verdicts of a study rest on, a sentence each."""
    rows = list(rows)
    notes = []
    tested = sum(not _unknown(row["p"]) for row in rows)
    if tested > 1:
        notes.append(
            ngettext(
                "The verdicts hold for {count} cell together (Holm's correction); "
                "an interval is for its cell alone.",
                "The verdicts hold for all {count} cells together (Holm's correction); "
                "an interval is for its cell alone.",
                tested,
                count=f"{tested:,}",
            )
        )
    if any(row["seeds"] == 1 and not _unknown(row["p"]) for row in rows):
        notes.append(
            _(
                "One seed speaks for the test pictures only (McNemar's test): "
                "another may give another difference."
            )
        )
    return notes


def decimals(row: Mapping[str, Any]) -> int:
    """How many decimals of a difference mean something: one, or two where the interval is narrow."""
    if _unknown(row["low"]):
        return 2
    ends = (row["low"], row["high"])
    return 1 if row["high"] - row["low"] >= 1 and all(abs(end) >= 0.05 for end in ends) else 2


def signed(points: float, digits: int = 2) -> str:
    """A difference with its sign: 6.52 → '+6.52', -0.2 → '−0.20', 0 → '0.00'."""
    text = f"{points:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", MINUS)


def flag(axis: str) -> str:
    """An axis as one types it, without the dashes in front: 'train_size' → 'train-size'."""
    return axis.replace("_", "-")


def axis_value(value: Any) -> str:
    """A value on an axis as one types it: 4.0 → '4', True → 'true', 'relations' → 'relations'."""
    if isinstance(value, str):
        return value or "–"
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool):
        return str(value).lower()
    return plain(value) if isinstance(value, (int, float)) and math.isfinite(value) else str(value)


def plain_value(value: Any) -> str:
    """A value on an axis as an address has it: 4.0 → '4', True → 'true', '' → ''."""
    return axis_value(value) if value != "" else ""


def _unknown(number: Any) -> bool:
    """Whether a number of the table is NaN, None or pandas' NA, without asking pandas."""
    try:
        return math.isnan(number)
    except TypeError:
        return True
