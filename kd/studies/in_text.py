"""A study in text: a table of its cells, and a picture that is readable without colours; experiments' points.

Every character that is not ASCII has a stand-in of one character (kd.terminal.streams), so a terminal with
another encoding shows the same picture.
"""

import io
import math
import textwrap
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kd.studies import measures
from kd.studies.axes import values_in_order
from kd.studies.experiments.experiment import Chart
from kd.text.experiment_words import number_words, place_words
from kd.text.study_words import axis_value, difference, flag, seeds_needed, signed, verdict_word
from kd.text.translation import N_, _, numeral
from kd.text.words import NAMES, accuracy

WIDTH = 80

_OVER_SCRATCH = N_("Accuracy in points above the scratch student's")
_OVER_A_CELL = N_("Accuracy in points above the baseline's")
_LONGEST_LABEL = 24
_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_SHADES = "░▒▓█"
_GAP = 2
_TICKS = 8

Row = dict[str, Any]
"""A cell's row of kd.studies.verdicts.verdicts."""


def table_text(table: pd.DataFrame, axes: Sequence[str], width: int = WIDTH) -> str:
    """Returns the verdicts of a study as lines of text; the column ± is half the 95 % interval."""
    drawn = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    for axis in axes:
        numeric = pd.api.types.is_numeric_dtype(table[axis])
        title = Text(flag(axis).replace("-", "-\n"))
        drawn.add_column(title, justify="right" if numeric else "left", overflow="fold")
    for text in (_("repeats\n(seeds)"), _(NAMES["distilled"]), _(NAMES["scratch"]), _("points"), "±"):
        drawn.add_column(Text(text), justify="right", overflow="fold")
    drawn.add_column(Text(_("verdict")), overflow="fold")
    drawn.add_column(Text(_("repeats\nto show\n0.2\npoints")), justify="right", overflow="fold")
    over_scratch = not any(table["verdict"] == "baseline")
    for row in table.to_dict("records"):
        drawn.add_row(
            *(Text(axis_value(row[axis])) for axis in axes),
            numeral(row["seeds"]),
            *(_known(row[f"{name}_accuracy"], accuracy) for name in ("distilled", "scratch")),
            _known(difference(row), signed),
            _known((row["high"] - row["low"]) / 2, partial(numeral, form=".2f")),
            Text(verdict_word(row["verdict"], over_scratch)),
            seeds_needed(row),
        )
    return _lines_of(drawn, width)


def _known(number: float, words: Callable[[float], str]) -> str:
    return "" if math.isnan(number) else words(number)


def points_text(points: pd.DataFrame, chart: Chart) -> str:
    """Returns the points of a chart (kd.studies.experiments.rows.points) with half their 95 % intervals."""
    drawn = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    for title in (chart.x_label, *([chart.series_label] if chart.series else [])):
        drawn.add_column(Text(_(title)), overflow="fold")
    for measure in chart.y:
        drawn.add_column(Text(_(measures.value(measure).label)), justify="right", overflow="fold")
    for (series, x), cell in points.groupby(["series", "x"], sort=False, dropna=False):
        places = [x, *([series] if chart.series else [])]
        by_measure = {point.measure: point for point in cell.itertuples(index=False)}
        drawn.add_row(
            *(Text(place_words(place, chart.names)) for place in places),
            *(Text(_mean(by_measure[measure], measures.value(measure).unit)) for measure in chart.y),
        )
    return _lines_of(drawn, WIDTH)


def _mean(point: Any, unit: str) -> str:
    words = number_words(float(point.mean), unit, digits=2)
    if math.isnan(point.low):
        return words
    return _("{mean} ± {half}", mean=words, half=numeral((point.high - point.low) / 2, ".2f"))


def _lines_of(table: Table, width: int) -> str:
    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None, legacy_windows=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def picture(table: pd.DataFrame, axes: Sequence[str], width: int = WIDTH) -> str:
    """Draws the differences of a study as lines of text.

    Along one axis that varies: each cell's difference and its 95 % interval. Along two: a heat map, the
    first down and the second across. Along more: a heat map of the last two for each combination of the
    others. No line is longer than `width`, which is 60 at least.
    """
    values = {axis: values_in_order(table[axis]) for axis in axes}
    varied = [axis for axis in axes if len(values[axis]) > 1]
    rows = table.to_dict("records")
    if len(varied) > 1:
        lines = _maps(rows, varied, values, width)
    else:
        for axis in varied:
            rows.sort(key=lambda row: values[axis].index(row[axis]))
        lines = _intervals(rows, varied[0] if varied else None, width)
    over = any(table["verdict"] == "baseline")
    title = _OVER_A_CELL if over else _OVER_SCRATCH
    return "\n".join([*textwrap.wrap(_(title), width), "", *lines])


def heading(values: Mapping[str, Hashable]) -> str:
    """Names a cell, or a map: 'objective relations, student-width 4'."""
    return ", ".join(f"{flag(axis)} {axis_value(value)}" for axis, value in values.items())


def round_step(size: float, parts: int) -> float:
    """Returns the smallest round number that covers `size` (above 0) in at most so many steps."""
    unit = 10.0 ** math.floor(math.log10(size / parts))
    return next((nice * unit for nice in _NICE if nice * unit * parts >= size * (1 - 1e-9)), 10 * unit)


def decimals_of(step: float) -> int:
    """Returns how many decimals a round step has: 0.2 → 1, 5 → 0."""
    return max(0, -math.floor(math.log10(step) + 1e-9))


def _short(value: Any) -> str:
    text = axis_value(value)
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _difference(row: Row, decimals: int = 2) -> str:
    """Writes a cell's difference: '+6.52', '=' for the baseline, '?' where there is none."""
    if row["verdict"] == "baseline":
        return "="
    return "?" if math.isnan(row["difference"]) else signed(difference(row), decimals)


def _maps(rows: list[Row], axes: list[str], values: dict[str, list], width: int) -> list[str]:
    """Draws a heat map of the last two axes for each combination of the others, and one legend."""
    *others, down, across = axes
    largest = max((abs(row["difference"]) for row in rows if not math.isnan(row["difference"])), default=0.0)
    step, decimals = round_step(max(largest, 0.01), len(_SHADES)), 1 if largest >= 1 else 2
    parts: dict[tuple, dict] = {}
    for row in rows:
        key = tuple(row[axis] for axis in others)
        parts.setdefault(key, {})[row[down], row[across]] = _shaded(row, step, decimals)
    lines = []
    for key in product(*(values[axis] for axis in others)):
        if key in parts:
            if others:
                lines += textwrap.wrap(heading(dict(zip(others, key, strict=True))), width)
            lines += [*_map(parts[key], down, across, values, width), ""]
    for text in _legend({row["verdict"] for row in rows}, step):
        lines += textwrap.wrap(text, width)
    return lines


def _shaded(row: Row, step: float, decimals: int) -> str:
    """Writes a cell of a heat map. step: in points, of one shade to the next."""
    number = _difference(row, decimals)
    if row["verdict"] == "not judged yet":
        return number if number == "?" else f"? {number}"
    if row["verdict"] not in ("helps", "hurts"):
        return number
    shade = math.ceil(abs(row["difference"]) / step - 1e-9) - 1
    return f"{_SHADES[min(max(shade, 0), len(_SHADES) - 1)] * 2} {number}"


def _map(
    cells: Mapping[tuple, str], down: str, across: str, values: dict[str, list], width: int
) -> list[str]:
    """Draws one map of an axis down and an axis across, in parts where it is too wide."""
    left = max(map(len, [flag(down), *map(_short, values[down])]))
    column = _GAP + max(map(len, [*cells.values(), *map(_short, values[across])]))
    fit = max(1, (width - left) // column)
    lines = []
    for start in range(0, len(values[across]), fit):
        part = values[across][start : start + fit]
        lines.append(f"{'':{left + _GAP}}{flag(across)}")
        lines.append(f"{flag(down):<{left}}" + "".join(f"{_short(value):>{column}}" for value in part))
        for value in values[down]:
            shown = (cells.get((value, other), "") for other in part)
            lines.append(f"{_short(value):>{left}}" + "".join(f"{cell:>{column}}" for cell in shown))
        lines.append("")
    return [line.rstrip() for line in lines[:-1]]


def _legend(verdicts: set[str], step: float) -> list[str]:
    """Says what the shades and signs of a map mean, in a line each."""
    shades = "   ".join(
        _("{shade} up to {points}", shade=shade * 2, points=numeral(number * step, f".{decimals_of(step)}f"))
        for number, shade in enumerate(_SHADES, 1)
    )
    over_a_cell = "baseline" in verdicts
    signs = {
        "helps": _("+ better") if over_a_cell else _("+ helps"),
        "hurts": _("− worse") if over_a_cell else _("− hurts"),
        "not shown": _("unshaded: not shown"),
        "not judged yet": _("? too few repeats"),
        "baseline": _("= the baseline"),
    }
    return [
        *([_("{shades} points", shades=shades)] if verdicts & {"helps", "hurts"} else []),
        "   ".join(text for verdict, text in signs.items() if verdict in verdicts),
    ]


def _intervals(rows: Sequence[Row], axis: str | None, width: int) -> list[str]:
    """Draws a line for each row, with its value, its difference and its interval; then the scale."""
    names, numbers = [_short(row[axis]) if axis else "" for row in rows], [_difference(row) for row in rows]
    title = flag(axis) if axis else ""
    left, middle = max(map(len, [*names, title])), max(map(len, numbers))
    indent = left + middle + 2 * _GAP
    scale = _Scale(rows, width - indent)
    lines = [title] if title else []
    for row, name, number in zip(rows, names, numbers, strict=True):
        lines.append(f"{name:>{left}}{'':{_GAP}}{number:>{middle}}{'':{_GAP}}{scale.drawn(row)}".rstrip())
    lines += [" " * indent + line for line in scale.ruler()]
    marks = {row["verdict"] in ("helps", "hurts") for row in rows if not math.isnan(row["difference"])}
    legend = [text for shown, text in ((True, _("● shown")), (False, _("○ not shown"))) if shown in marks]
    if scale.cut:
        legend.append(_("< > goes on"))
    return [*lines, "   ".join(legend)] if legend else lines


class _Scale:
    """Points on a line of characters; it has room for 0, every difference and most of every interval.

    An interval from two seeds can be a hundred times its neighbours': it is cut, so that they are seen.
    """

    def __init__(self, rows: Sequence[Row], width: int) -> None:
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

    def drawn(self, row: Row) -> str:
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
        """Returns the line with its ticks, and their numbers below."""
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
