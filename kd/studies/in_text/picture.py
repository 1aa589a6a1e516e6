"""A picture of a study in text, readable without colours: intervals along an axis, or a heat map.

Every character that is not ASCII has a stand-in of one character (kd.terminal.streams), so a terminal with
another encoding shows the same picture.
"""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Hashable, Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from kd.studies.axes import values_in_order
from kd.text.study_words import axis_value, flag, signed
from kd.text.translation import _

WIDTH = 80


def lines_of(table: Table, width: int) -> str:
    """The lines of a table, so many characters wide, without trailing spaces."""
    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None, legacy_windows=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_LONGEST_LABEL = 24


def round_step(size: float, parts: int) -> float:
    """The smallest round number that covers `size` (above 0) in at most so many steps."""
    unit = 10.0 ** math.floor(math.log10(size / parts))
    return next((nice * unit for nice in _NICE if nice * unit * parts >= size * (1 - 1e-9)), 10 * unit)


def decimals_of(step: float) -> int:
    """How many decimals a round step has: 0.2 → 1, 5 → 0."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


def short(value: Any) -> str:
    """A value on an axis, cut to 24 characters."""
    text = axis_value(value)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def difference(row: dict[str, Any], decimals: int = 2) -> str:
    """A cell's difference: '+6.52', '=' for the baseline, '?' where there is none."""
    if row["verdict"] == "baseline":
        return "="
    return "?" if math.isnan(row["difference"]) else signed(row["difference"], decimals)


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


_SHADES = "░▒▓█"
_GAP = 2


class HeatMap:
    """The shades and numbers of a study, the same for all of its maps.

    Args:
        rows: of kd.studies.verdicts.verdicts.
        width: in characters.
    """

    def __init__(self, rows: Sequence[dict[str, Any]], width: int) -> None:
        sizes = [abs(row["difference"]) for row in rows if not math.isnan(row["difference"])]
        largest = max(sizes, default=0.0)
        self._step = round_step(max(largest, 0.01), len(_SHADES))
        self._decimals = 1 if largest >= 1 else 2
        self._verdicts = {row["verdict"] for row in rows}
        self._width = width

    def lines(
        self,
        rows: Mapping[tuple[Hashable, Hashable], dict[str, Any]],
        names: tuple[str, str],
        down: Sequence[Hashable],
        across: Sequence[Hashable],
    ) -> list[str]:
        """One map; where it is too wide, in several parts one below the other.

        Args:
            rows: those of this map, by their values on the two axes.
            names: of the axis down and the axis across.
            down, across: the values on them.
        """
        cells = {key: self._cell(row) for key, row in rows.items()}
        left = max(map(len, [flag(names[0]), *map(short, down)]))
        column = _GAP + max(map(len, [*cells.values(), *map(short, across)]))
        fit = max(1, (self._width - left) // column)
        lines = []
        for start in range(0, len(across), fit):
            part = across[start : start + fit]
            lines.append(f"{'':{left + _GAP}}{flag(names[1])}")
            lines.append(f"{flag(names[0]):<{left}}" + "".join(f"{short(value):>{column}}" for value in part))
            for value in down:
                shown = (cells.get((value, other), "") for other in part)
                lines.append(f"{short(value):>{left}}" + "".join(f"{cell:>{column}}" for cell in shown))
            lines.append("")
        return [line.rstrip() for line in lines[:-1]]

    def legend(self) -> list[str]:
        """What the shades and signs mean, a line each."""
        shades = "   ".join(
            _(
                "{shade} up to {points}",
                shade=shade * 2,
                points=f"{(level + 1) * self._step:.{decimals_of(self._step)}f}",
            )
            for level, shade in enumerate(_SHADES)
        )
        over_a_cell = "baseline" in self._verdicts
        signs = {
            "helps": _("+ better") if over_a_cell else _("+ helps"),
            "hurts": _("− worse") if over_a_cell else _("− hurts"),
            "not shown": _("unshaded: not shown"),
            "not judged yet": _("? not judged yet"),
            "baseline": _("= the baseline"),
        }
        sides = self._verdicts & {"helps", "hurts"}
        return [
            *([_("{shades} points", shades=shades)] if sides else []),
            "   ".join(text for verdict, text in signs.items() if verdict in self._verdicts),
        ]

    def _cell(self, row: dict[str, Any]) -> str:
        number = difference(row, self._decimals)
        if row["verdict"] == "not judged yet":
            return number if number == "?" else f"? {number}"
        if row["verdict"] not in ("helps", "hurts"):
            return number
        level = math.ceil(abs(row["difference"]) / self._step - 1e-9) - 1
        return f"{_SHADES[min(max(level, 0), len(_SHADES) - 1)] * 2} {number}"


def heading(values: Mapping[str, Hashable]) -> str:
    """What a map is of: 'objective relations, student-width 4'."""
    return ", ".join(f"{flag(axis)} {axis_value(value)}" for axis, value in values.items())


_BETWEEN = 2
_TICKS = 8


def interval_lines(rows: Sequence[dict[str, Any]], axis: str | None, width: int) -> list[str]:
    """A line for each row with its value on the axis, its difference and its interval; then the scale.

    Args:
        rows: of kd.studies.verdicts.verdicts, in the order to show them.
        axis: the column with their names; None for none.
        width: in characters.
    """
    names = [short(row[axis]) if axis else "" for row in rows]
    numbers = [difference(row) for row in rows]
    heading = flag(axis) if axis else ""
    left, middle = max(map(len, [*names, heading])), max(map(len, numbers))
    indent = left + middle + 2 * _BETWEEN
    scale = _Scale(rows, width - indent)
    lines = [heading] if heading else []
    for row, name, number in zip(rows, names, numbers, strict=True):
        lines.append(
            f"{name:>{left}}{'':{_BETWEEN}}{number:>{middle}}{'':{_BETWEEN}}{scale.drawn(row)}".rstrip()
        )
    lines += [" " * indent + line for line in scale.ruler()]
    marks = {row["verdict"] in ("helps", "hurts") for row in rows if not math.isnan(row["difference"])}
    legend = [text for shown, text in ((True, _("● shown")), (False, _("○ not shown"))) if shown in marks]
    if scale.cut:
        legend.append(_("< > goes on"))
    return [*lines, "   ".join(legend)] if legend else lines


class _Scale:
    """Points on a line of characters; it has room for 0, every difference and most of every interval.

    An interval from two seeds can be a hundred times its neighbours': it is cut, so that they are seen.

    Attributes:
        cut: whether an interval goes on beyond the line.
    """

    def __init__(self, rows: Sequence[dict[str, Any]], width: int) -> None:
        known = [row for row in rows if not math.isnan(row["difference"])]
        points = [0.0, *(row["difference"] for row in known)]
        ends = [row[end] for row in known for end in ("low", "high") if not math.isnan(row[end])]
        halves = sorted(row["high"] - row["low"] for row in known if not math.isnan(row["low"]))
        room = max(max(points) - min(points), halves[len(halves) // 2] if halves else 0.0)
        low = max(min(points + ends), min(points) - room)
        high = min(max(points + ends), max(points) + room)
        step = round_step(max(high - low, 0.1), _TICKS - 2)
        self._first, self._last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if self._first == self._last:
            self._first, self._last = self._first - 1, self._last + 1
        self._step, self._width = step, width
        self.cut = any(not 0 <= self._column(end) < width for end in ends)

    def _column(self, value: float) -> int:
        share = (value / self._step - self._first) / (self._last - self._first)
        return round(share * (self._width - 1))

    def drawn(self, row: dict[str, Any]) -> str:
        line = [" "] * self._width
        zero = self._column(0)
        line[zero] = "│"
        if math.isnan(row["difference"]) or row["verdict"] == "baseline":
            return "".join(line)
        if not math.isnan(row["low"]):
            low, high = self._column(row["low"]), self._column(row["high"])
            for column in range(max(low, 0), min(high, self._width - 1) + 1):
                line[column] = "┼" if column == zero else "─"
            line[max(low, 0)] = "├" if low >= 0 else "<"
            line[min(high, self._width - 1)] = "┤" if high < self._width else ">"
        line[self._column(row["difference"])] = "●" if row["verdict"] in ("helps", "hurts") else "○"
        return "".join(line)

    def ruler(self) -> list[str]:
        """The line with its ticks, and their numbers below."""
        line, numbers = ["─"] * self._width, [" "] * self._width
        taken = -1
        for tick in range(self._first, self._last + 1):
            column = self._column(tick * self._step)
            line[column] = "┴"
            text = signed(tick * self._step, decimals_of(self._step))
            start = min(max(column - len(text) // 2, 0), self._width - len(text))
            if start > taken:
                numbers[start : start + len(text)] = text
                taken = start + len(text)
        return ["".join(line), "".join(numbers).rstrip()]
