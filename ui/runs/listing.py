"""The lines of the notebook as the page lists them: in words, and found by what one types."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from kd.config import FIELDS
from kd.lab.comparison import Line, lines
from kd.runs.state import RunView
from kd.text import endings
from kd.text.study_words import decimals, difference, signed
from kd.text.translation import _, language
from ui.shared.address import plain
from ui.shared.person import person
from ui.shared.run_words import differs, teacher

MINE, OTHERS, APP, NOBODYS = "mine", "others", "app", ""

# Fewer letters are no id: each digit is in most of them, and would find those instead of what it stands for.
_LEAST_OF_ID = 3
_SEPARATORS = re.compile(r"(?<=\d)[.,](?=\d{3})")


@dataclass(frozen=True)
class Listing:
    """lines: of the notebook. frame: a row for each, in words and numbers. text: what a search looks in.
    ids: of each line's runs, each after a line break. values: field → its values in these runs as an address
    spells them, in order → in words; of fields that have several.
    """

    lines: list[Line]
    frame: pd.DataFrame
    text: list[str]
    ids: list[str]
    values: dict[str, dict[str, str]]


def listing(entries: tuple[RunView, ...], fold: bool) -> Listing:
    """Returns every run, listed once for all who look as long as nothing changes.

    Args:
        entries: of `Runs.views`.
        fold: whether runs that differ in seed alone are one line.
    """
    key = language(), fold
    with _lock:
        known = _kept.get(key)
        if known is None or known[0] is not entries:
            known = _kept[key] = entries, _listing(lines(entries, fold), fold)
        return known[1]


def found(
    listed: Listing, words: str = "", by: str = "", values: Sequence[str] = (), whose: str = ""
) -> list[int]:
    """Returns the places of the lines that a search is for.

    Args:
        words: each of them is in the name, the tags, the note or the setting, or is what an id begins with.
        by: a field; values: of which it has one, as in `Listing.values`; none for any.
        whose: MINE, OTHERS or APP; empty for everybody's.
    """
    wanted, me = words.casefold().split(), person() if whose else ""
    return [
        place
        for place, (line, text, ids) in enumerate(zip(listed.lines, listed.text, listed.ids, strict=True))
        if all(word in text or (len(word) >= _LEAST_OF_ID and f"\n{word}" in ids) for word in wanted)
        and (not values or not by or plain(getattr(line.first.config, by)) in values)
        and (not whose or any(owner(entry, me) == whose for entry in line.entries))
    ]


def owner(entry: RunView, me: str) -> str:
    """Returns whose a run is: MINE, OTHERS, APP, or NOBODYS in particular."""
    if entry.shipped:
        return APP
    return NOBODYS if not entry.whose else MINE if entry.whose == me else OTHERS


def owners(listed: Sequence[Line]) -> list[str]:
    """Says of each line whose it is."""
    me, several = person(), _("several")
    words = {APP: _("the app"), MINE: _("you"), OTHERS: _("somebody else"), NOBODYS: ""}
    found = [{words[owner(entry, me)] for entry in line.entries} for line in listed]
    return [whose.pop() if len(whose) == 1 else several for whose in found]


_lock = threading.Lock()
_kept: dict[tuple[str, bool], tuple[tuple[RunView, ...], Listing]] = {}


def _listing(found: list[Line], fold: bool) -> Listing:
    but = ("seed", "teacher") if fold else ("teacher",)
    usual = _("the default setting")
    settings = [differs(line.first.config, but) or usual for line in found]
    columns = {
        "name": [line.name for line in found],
        "setting": settings,
        "gain": [_gain(line) for line in found],
        "interval": [_interval(line) for line in found],
        "seeds": [len(line.entries) for line in found],
        "teacher": [teacher(line.first.config) for line in found],
        "when": [_when(line.first.created) for line in found],
        "tags": [list(line.tags) for line in found],
        "note": [" ".join(line.note.split()) for line in found],
        "kept": [_("yes") if any(entry.pinned for entry in line.entries) else "" for line in found],
        "distilled": [round(100 * line.distilled, 2) for line in found],
        "scratch": [round(100 * line.scratch, 2) for line in found],
        "of_teacher": [round(100 * line.teacher, 2) for line in found],
        "state": [_state(line.first) for line in found],
        "run": [line.first.run_id for line in found],
    }
    text = [_text(line, words) for line, words in zip(found, settings, strict=True)]
    ids = ["".join(f"\n{entry.run_id}" for entry in line.entries) for line in found]
    return Listing(found, pd.DataFrame(columns), text, ids, _values(found))


def _text(line: Line, words: str) -> str:
    numbers = _SEPARATORS.sub("", words)  # 10000 finds 10,000, and 10.000
    return " ".join([line.name, *line.tags, line.note, words, numbers]).casefold()


def _values(found: list[Line]) -> dict[str, dict[str, str]]:
    values = {}
    for name in FIELDS:
        present = {getattr(line.first.config, name) for line in found}
        if len(present) > 1 and name != "seed":
            values[name] = {plain(value): FIELDS[name].in_words(value) for value in sorted(present)}
    return values


def _gain(line: Line) -> float:
    accuracies = {"distilled_accuracy": line.distilled, "scratch_accuracy": line.scratch}
    return round(difference({"difference": line.difference, **accuracies}), 2)


def _interval(line: Line) -> str:
    if np.isnan(line.low):
        return ""
    digits = decimals({"low": line.low, "high": line.high})
    return _("{low} and {high}", low=signed(line.low, digits), high=signed(line.high, digits))


def _when(created: float) -> datetime | None:
    """Returns a time in the server's time zone; None for one that no calendar has."""
    with contextlib.suppress(OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(created)
    return None


def _state(entry: RunView) -> str:
    """Says what a run without a result is doing, or how it ended; empty for one that has a result."""
    if entry.status == "finished":
        return ""
    if entry.phase == "paused":
        return _("{percent} % done, waiting for its next turn", percent=int(100 * entry.progress))
    if entry.status == "queued":
        return _("queued, place {place}", place=entry.queue_place or 1)
    if entry.active:
        return _("running, {percent} % done", percent=int(100 * entry.progress))
    return entry.message or endings.state(entry.status)
