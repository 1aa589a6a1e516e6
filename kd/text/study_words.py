"""What a study shows, in words: a line for each cell, and what holds for all of them.

Takes rows of kd.studies.verdicts: codes and numbers, differences in points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from kd.text.translation import N_, _, ngettext
from kd.text.words import listing, plain

MINUS = "−"

_VERDICTS = {
    "helps": N_("helps"),
    "hurts": N_("hurts"),
    "not shown": N_("not shown"),
    "not judged yet": N_("not judged yet"),
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
    if code == "baseline":
        seeds = ngettext("{count} seed", "{count} seeds", number, count=f"{number:,}")
        return _("the baseline: the other cells are compared with it ({seeds})", seeds=seeds)
    if number == 0:
        return _("not judged yet: no seed can be compared")
    values = {"points": signed(row["difference"], decimals(row)), "seeds": _so_many(row)}
    if code == "not judged yet":
        return _(
            "not judged yet: {points} points ({seeds}); the first verdict comes with {first} seeds",
            **values,
            first=int(row["next_seeds"]),
        )
    if not unknown(row["low"]):
        values |= {end: signed(row[end], decimals(row)) for end in ("low", "high")}
    if over and code in _OVER_A_CELL:
        return _(_THAN[code], cell=over, **values)
    if code == "helps":
        return _("helps: {points} points (95 % between {low} and {high}, {seeds})", **values)
    if code == "hurts":
        return _("hurts: {points} points (95 % between {low} and {high}, {seeds})", **values)
    return _not_shown(row, values)


def judged_words(row: Mapping[str, Any]) -> str:
    """The seeds on which a verdict rests: '5 seeds', or 'the first 5 seeds' of more."""
    judged = int(row["judged_seeds"])
    message = N_("the first {count} seeds") if row["seeds"] > judged else N_("{count} seeds")
    return _(message, count=f"{judged:,}")


def _so_many(row: Mapping[str, Any]) -> str:
    """The seeds of a cell, and between two stations those of its interval, too."""
    number, judged = int(row["seeds"]), int(row["judged_seeds"])
    if not judged or judged == number:
        return ngettext("{count} seed", "{count} seeds", number, count=f"{number:,}")
    if unknown(row["next_seeds"]):
        return _("judged by the first {judged} of {count} seeds", judged=judged, count=f"{number:,}")
    return _(
        "judged by the first {judged} of {count} seeds, next at {next}",
        judged=judged,
        count=number,
        next=int(row["next_seeds"]),
    )


_THAN = {
    "helps": N_("better than {cell}: {points} points (95 % between {low} and {high}, {seeds})"),
    "hurts": N_("worse than {cell}: {points} points (95 % between {low} and {high}, {seeds})"),
}


def _not_shown(row: Mapping[str, Any], values: Mapping[str, str]) -> str:
    if unknown(row["low"]) and row["difference"] == 0:
        return _("no difference shown: the same accuracy ({seeds})", seeds=values["seeds"])
    if unknown(row["low"]):
        return _("no difference shown: {points} points with each seed ({seeds})", **values)
    known = _("no difference shown: {points} points (95 % between {low} and {high}, {seeds})", **values)
    needed = seeds_needed(row)
    if not needed:
        return known
    return _("{known}; to show 0.2 points takes {needed} seeds", known=known, needed=needed)


def seeds_needed(row: Mapping[str, Any]) -> str:
    """With how many seeds 0.2 points would be shown: '40', '20–80', '80+' if any; '' where it is settled."""
    first, last = row["seeds_from"], row["seeds_to"]
    if unknown(first):
        return ""
    if unknown(last):
        return f"{int(first)}+"
    return f"{int(first)}" if first == last else f"{int(first)}–{int(last)}"


def study_notes(rows: Iterable[Mapping[str, Any]], stations: Iterable[int], covers: str) -> list[str]:
    """What the verdicts of a study rest on, a sentence or two each.

    Args:
        stations: the first numbers of seeds at which there are verdicts.
        covers: what the intervals cover, as `kd.text.verdicts.covers` has it.
    """
    rows = list(rows)
    notes = []
    tested = sum(not unknown(row["p"]) for row in rows)
    if tested > 1:
        notes.append(
            _(
                "The verdicts hold for all {count} cells together (Holm's correction); "
                "an interval is for its cell alone.",
                count=f"{tested:,}",
            )
        )
    if any(not row["judged_seeds"] or row["seeds"] > row["judged_seeds"] for row in rows):
        notes.append(
            _(
                "Verdicts are given with {stations} seeds only, each at 1 %: whoever looks more often finds "
                "differences where there are none.",
                stations=listing([str(each) for each in stations]),
            )
        )
    if any(not unknown(row["low"]) for row in rows):
        notes.append(covers)
    if any(row.get("seeds_from") is not None and seeds_needed(row) for row in rows):
        notes.append(
            _(
                "“Seeds to show 0.2 points” would show such a difference in four of five studies; it is a "
                "range, as a few seeds hardly tell how much others differ. +: no number may be enough."
            )
        )
    return notes


def decimals(row: Mapping[str, Any]) -> int:
    """How many decimals of a difference mean something: one, or two where the interval is narrow."""
    if unknown(row["low"]):
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


def unknown(number: Any) -> bool:
    """Whether a number of the table is NaN, None or pandas' NA, without asking pandas."""
    try:
        return math.isnan(number)
    except TypeError:
        return True
