"""Differences and their intervals along one axis, as lines of text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from kd.studies.in_text.scale import decimals_of, difference, round_step, short
from kd.text.study_words import flag, signed
from kd.text.translation import _

_GAP = 2
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
    indent = left + middle + 2 * _GAP
    scale = _Scale(rows, width - indent)
    lines = [heading] if heading else []
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
