"""What a class has measured of a map: the mean gain of each cell, and what the included study found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kd.classes.landed import gained, place_words
from kd.classes.map import Map, cell_name
from kd.config import FIELDS
from kd.studies.over_seeds import STATIONS
from kd.studies.shipped import AXES, differs, is_near, length_of, nearest_value, shipped_study
from kd.studies.study import Cell
from kd.studies.verdicts import NOT_JUDGED, verdicts
from kd.text.study_words import difference, repeats_words, signed, where
from kd.text.translation import _

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


def cell_words(cell: Cell) -> str:
    """Names a cell: 'α 0.1, T 10'."""
    fields = {name: FIELDS[name] for name in cell}
    return where({name: (_(field.label), field.in_words(cell[name])) for name, field in fields.items()})


def fixed_words(asked: Map, fixed: Mapping[str, Any]) -> str:
    """Names what is the same in all cells: '500 images'. fixed: where that is otherwise."""
    names = [name for name in ("train_size", "alpha", "temperature") if name not in asked.study().axes]
    return cell_words({name: fixed.get(name, getattr(asked.setting, name)) for name in names})


def sentence(asked: Map, table: pd.DataFrame, beside: Included | None = None) -> str:
    """Says how far the map is, and where the gain is largest; beside: also in the included study.

    table: of `painted`.
    """
    numbers = {"done": len(table), "cells": len(asked.cells)}
    if not len(table):
        return _("{done} of {cells} cells painted.", **numbers)
    points, place, repeats = _largest(asked, table)
    ours = {**numbers, "points": points, "place": place, "repeats": repeats}
    if beside is None:
        return _(
            "{done} of {cells} cells painted. Best so far: {points} points at {place} ({repeats}).", **ours
        )
    other, there, _repeats = _largest(asked, beside.table)
    return _(
        "{done} of {cells} cells painted. Best: {points} points at {place} ({repeats}); in the included "
        "study {other} at {there}.",
        **ours,
        other=other,
        there=there,
    )


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


def own_sentence(cell: Cell, gain: float, table: pd.DataFrame) -> str:
    """Says what one's own student gained in a cell, and where that cell lies among all painted ones.

    table: of `painted`.
    """
    words = _("{cell}: {sentence}", cell=cell_words(cell), sentence=gained(gain))
    own = table[np.logical_and.reduce([table[name] == value for name, value in cell.items()])]
    place = place_words(float(own["difference"].iloc[0]), table["difference"].tolist()) if len(own) else ""
    return _("{words} This cell is {place}.", words=words, place=place) if place else words
