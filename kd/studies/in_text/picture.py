"""A picture of a study in text, readable without colours: intervals along an axis, or a heat map.

Every character that is not ASCII has a stand-in of one character (kd.terminal.streams), so a terminal with
another encoding shows the same picture.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import product

import pandas as pd

from kd.studies.axes import values_in_order
from kd.studies.in_text.heat_map import HeatMap, heading
from kd.studies.in_text.intervals import interval_lines
from kd.studies.in_text.lines import WIDTH
from kd.text.translation import _


def picture(table: pd.DataFrame, axes: Sequence[str], width: int = WIDTH) -> str:
    """The differences of a study as lines of text.

    Along one axis that varies: each cell's difference and its 95 % interval. Along two: a heat map, the
    first down and the second across. Along more: a heat map of the last two for each combination of the
    others. Numbers are in order, other values as they first appear.

    Args:
        table: of kd.studies.verdicts.verdicts, at least one row.
        axes: its columns that make a cell.
        width: in characters, at least 60; no line is longer.
    """
    values = {axis: values_in_order(table[axis]) for axis in axes}
    varied = [axis for axis in axes if len(values[axis]) > 1]
    rows = table.to_dict("records")
    if len(varied) > 1:
        lines = _maps(rows, varied, values, width)
    else:
        for axis in varied:
            rows.sort(key=lambda row: values[axis].index(row[axis]))
        lines = interval_lines(rows, varied[0] if varied else None, width)
    over = any(table["verdict"] == "baseline")
    title = (
        _("Accuracy in points above the baseline's")
        if over
        else _("Accuracy in points above the scratch student's")
    )
    return "\n".join([*textwrap.wrap(title, width), "", *lines])


def _maps(rows: list[dict], axes: list[str], values: dict[str, list], width: int) -> list[str]:
    *others, down, across = axes
    heat_map = HeatMap(rows, width)
    parts: dict[tuple, dict] = {}
    for row in rows:
        parts.setdefault(tuple(row[axis] for axis in others), {})[row[down], row[across]] = row
    lines = []
    for key in product(*(values[axis] for axis in others)):
        if key not in parts:
            continue
        if others:
            lines += textwrap.wrap(heading(dict(zip(others, key, strict=True))), width)
        lines += [*heat_map.lines(parts[key], (down, across), values[down], values[across]), ""]
    for text in heat_map.legend():
        lines += textwrap.wrap(text, width)
    return lines
