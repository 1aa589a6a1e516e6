"""Differences along two axes as shaded lines of text."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from kd.studies.in_text.scale import decimals_of, difference, round_step, short
from kd.text.study_words import axis_value, flag
from kd.text.translation import _

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
