"""What a class has measured of a map: the mean gain of each cell, and what the included study found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from kd.classes.landed import place_words
from kd.classes.map import Map, cell_name
from kd.config import FIELDS
from kd.studies.over_seeds import STATIONS
from kd.studies.shipped import AXES, differs, is_near, length_of, nearest_value, shipped_study
from kd.studies.study import Cell
from kd.studies.verdicts import NOT_JUDGED, verdicts
from kd.text.study_words import difference, repeats_words, rounded, signed, where
from kd.text.translation import N_, _

_FREE = {"epochs", "seed", *AXES}


def painted(frame: pd.DataFrame, asked: Map) -> pd.DataFrame:
    """Judges the cells that a class has trained, as `kd.studies.verdicts.verdicts` does.

    frame: of `kd.classes.landed.landed_frame`, with the map's axes.
    """
    return verdicts(frame, list(asked.study().axes))


def by_cell(table: pd.DataFrame, axes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Returns the rows of `painted` by the names of their cells."""
    return {cell_name({axis: row[axis] for axis in axes}): row for row in table.to_dict("records")}


@dataclass(frozen=True)
class Included:
    """What the included study knows of a map: the verdicts on its cells, and what is fixed in all of them."""

    table: pd.DataFrame
    fixed: Mapping[str, Any]

    @property
    def rows(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of the table by the names of their cells."""
        return by_cell(self.table, list(self.table.columns[:2]))


@lru_cache(maxsize=64)
def included(asked: Map) -> Included | None:
    """Returns what the included study found on the same axes; None where it knows nothing near."""
    setting, axes = asked.setting, list(asked.study().axes)
    length = length_of(setting)
    if length is None or differs(setting) - _FREE:
        return None
    runs, fixed = shipped_study(length), {}
    for name in AXES:
        if name in axes:
            runs = runs[runs[name].isin(asked.study().axes[name])]
        else:
            value = nearest_value(name, runs[name].unique(), getattr(setting, name)).item()
            if not is_near(name, value, getattr(setting, name)):
                return None
            runs, fixed[name] = runs[runs[name] == value], value
    return Included(verdicts(runs.reset_index(drop=True), axes), fixed) if len(runs) else None


def named(cell: Cell) -> dict[str, tuple[str, str]]:
    """Returns for each field of a cell what it is called, and its value in words."""
    return {name: (_(FIELDS[name].label), FIELDS[name].in_words(value)) for name, value in cell.items()}


def cell_words(cell: Cell) -> str:
    """Names a cell: 'α 0.1, T 10'."""
    return where(named(cell))


def fixed_words(asked: Map) -> str:
    """Names what is the same in all cells: '500 images'."""
    fixed = [name for name in ("train_size", "alpha", "temperature") if name not in asked.study().axes]
    return where(named({name: getattr(asked.setting, name) for name in fixed}))


_PAINTED = N_("{done} of {cells} cells painted.")
_BEST = N_("{done} of {cells} cells painted. Best so far: {points} points at {place} ({repeats}).")
_BESIDE = N_(
    "{done} of {cells} cells painted. Best: {points} points at {place} ({repeats}); in the included study "
    "{other} at {there}."
)


def sentence(asked: Map, table: pd.DataFrame, beside: Included | None = None) -> str:
    """Says how far the map is, and where the gain is largest; beside: also in the included study.

    table: of `painted`.
    """
    numbers = {"done": len(table), "cells": len(asked.cells)}
    if not len(table):
        return _(_PAINTED, **numbers)
    points, place, repeats = _largest(asked, table)
    ours = {**numbers, "points": points, "place": place, "repeats": repeats}
    if beside is None:
        return _(_BEST, **ours)
    other, there, _repeats = _largest(asked, beside.table)
    return _(_BESIDE, **ours, other=other, there=there)


def _largest(asked: Map, table: pd.DataFrame) -> tuple[str, str, str]:
    """Returns the largest gain of a table, where it is, and with how many repeats, in words."""
    row = max(table.to_dict("records"), key=difference)
    cell = {name: row[name] for name in asked.study().axes}
    return signed(difference(row), 1), cell_words(cell), repeats_words(int(row["seeds"]))


def few_note(table: pd.DataFrame) -> str:
    """Says what a question mark in a cell means; "" where there is none."""
    if not (table["verdict"] == NOT_JUDGED).any():
        return ""
    return _("?: too few repeats for a verdict, which takes {count}.", count=STATIONS[0])


_OWN = N_("{cell}: your student gained {points} percentage points.")
_LOST = N_("{cell}: your student lost {points} percentage points.")
_EQUAL = N_("{cell}: your student did as well with the teacher as without.")


def own_sentence(cell: Cell, gain: float, table: pd.DataFrame) -> str:
    """Says what one's own student gained in a cell, and where that cell lies among all painted ones.

    table: of `painted`.
    """
    said = _OWN if gain > 0 else _LOST if gain < 0 else _EQUAL
    points = rounded(abs(gain), 1 if abs(gain) >= 0.095 else 2)
    words = _(said, cell=cell_words(cell), points=points)
    own = table
    for name, value in cell.items():
        own = own[own[name] == value]
    place = place_words(float(own["difference"].iloc[0]), table["difference"].tolist()) if len(own) else ""
    return _("{words} This cell is {place}.", words=words, place=place) if place else words
