"""The heat map of a study: the gain over two axes, with each verdict in sight."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import product
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import finished
from kd.config import FIELDS
from kd.text.study_words import p_value_words, signed, verdict_word
from kd.text.translation import _

FULL_COLOUR = 10.0
"""In points: from here on, a gain or a loss has the full colour. The same for every study, so that colours
stay as they are while one fills, and can be compared."""

MISSING, FAILED = "missing", "failed"
"""What a cell is that has no verdict: none of its runs has finished, or one of them cannot."""

HATCHES = 5
_LEAST_HEIGHT = 400
_VERDICTS = ("helps", "hurts", "not shown", "not judged yet", "baseline")
_TICKS = (-10, -5, -2, 0, 2, 5, 10)


def heat_map_rows(
    table: pd.DataFrame,
    axes: Sequence[str],
    values: Mapping[str, Sequence[Hashable]] | None = None,
    failed: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """A row for each cell of a heat map, also for those that have no result.

    Args:
        table: of kd.studies.verdicts.verdicts.
        axes: its two columns that make a cell: the first goes across, the second up.
        values: those on each axis; by default those in the table.
        failed: number of a cell → why a run of it failed.

    Returns:
        Columns cell (its number: all values of the second axis with the first value of the first, and so on),
        across and up (its values in words), seeds, difference, low, high and p_corrected as in the table,
        verdict (its code, MISSING or FAILED), hatched, chosen (whether the cell stands out: none does), and
        in words: label, interval, p, reason and failure.
    """
    first, second = axes
    on_axis = {axis: list(table[axis].drop_duplicates()) if values is None else values[axis] for axis in axes}
    found = {(row[first], row[second]): row for row in table.to_dict("records")}
    largest = max((abs(row["difference"]) for row in found.values() if row["seeds"]), default=0.0)
    rows = []
    for number, (across, up) in enumerate(product(on_axis[first], on_axis[second])):
        row, reason = found.get((across, up)), (failed or {}).get(number, "")
        rows.append(
            {
                "cell": number,
                "across": FIELDS[first].in_words(across),
                "up": FIELDS[second].in_words(up),
                **_figures(row, reason, digits=1 if largest >= 1 else 2),
                "reason": reason,
                "failure": reason or "–",
                "chosen": False,
            }
        )
    return pd.DataFrame(rows)


def _figures(row: Mapping[str, Any] | None, reason: str, digits: int) -> dict[str, Any]:
    """What a cell shows; row: of the table, None where nothing has finished; digits: of its number."""
    verdict = row["verdict"] if row and row["seeds"] else FAILED if reason else MISSING
    row = row or {"seeds": 0, **dict.fromkeys(("difference", "low", "high", "p_corrected"), math.nan)}
    return {
        **{name: row[name] for name in ("seeds", "difference", "low", "high", "p_corrected")},
        "verdict": verdict,
        "hatched": verdict == "not shown",
        "label": _label(row, verdict, digits) + (" ✕" if reason and verdict != FAILED else ""),
        "interval": "–"
        if math.isnan(row["low"])
        else _("{low} to {high}", low=signed(row["low"]), high=signed(row["high"])),
        "p": p_cell(row["p_corrected"]),
    }


def p_cell(p_value: float) -> str:
    """A p-value under a heading that says what it is: '< 0.001', '0.012', or '–' where there is none."""
    return "–" if math.isnan(p_value) else p_value_words(p_value).removeprefix("p ").removeprefix("= ")


def _label(row: Mapping[str, Any], verdict: str, digits: int) -> str:
    signs = {MISSING: "", FAILED: "✕", "baseline": "="}
    if verdict in signs:
        return signs[verdict]
    return signed(row["difference"], digits) + (" ?" if verdict == "not judged yet" else "")


def heat_map(
    rows: pd.DataFrame,
    across: Sequence[str],
    up: Sequence[str],
    titles: Sequence[str],
    height: int,
    over_scratch: bool = True,
) -> alt.LayerChart:
    """A cell for each combination: its colour is the gain, and lines across it say that none is shown.

    A click selects a cell in the parameter "opened".

    Args:
        rows: of `heat_map_rows`.
        across, up: the values on the axes, in words and in order.
        titles: what the two axes are called.
        height: in pixels, with the title and the legend.
        over_scratch: whether each cell is compared with its own scratch student, and not with one cell.
    """
    opened = alt.selection_point(name="opened", fields=["cell"], toggle=False, on="click")
    space: dict[str, Any] = {"paddingInner": 0.05, "paddingOuter": 0.0}
    scales = [alt.Scale(domain=list(each), **space) for each in (across, up[::-1])]
    axis: dict[str, Any] = {
        "labelAngle": 0,
        "ticks": False,
        "domain": False,
        "labelLimit": 160,
        "labelFlush": False,
    }
    x = alt.X("across:N", title=titles[0], scale=scales[0], axis=alt.Axis(**axis))
    y = alt.Y("up:N", title=titles[1], scale=scales[1], axis=alt.Axis(**axis))
    whole = alt.Chart().encode(x=x, y=y)
    colour = alt.Color(
        "difference:Q",
        title=_("Gain (points); hatched: no difference shown"),
        # the root brings out small gains; the colours are the theme's
        scale=alt.Scale(
            type="pow",
            exponent=0.5,
            domain=[-FULL_COLOUR, FULL_COLOUR],
            domainMid=0,
            clamp=True,
            interpolate="rgb",
        ),
        legend=alt.Legend(
            orient="bottom", direction="horizontal", gradientLength=280, gradientThickness=12,
            values=list(_TICKS), format="+d",
            labelExpr="datum.value == 0 ? '0' : datum.label", titleLimit=600, offset=8,
        ),
    )  # fmt: skip
    known = "isValid(datum.difference)"
    empty = whole.transform_filter(f"!{known}").mark_rect(
        fillOpacity=0, stroke="#888888", strokeOpacity=0.5, strokeDash=[3, 3]
    )
    cells = whole.transform_filter(known).mark_rect(cornerRadius=2).encode(color=colour)
    numbers = whole.mark_text(fontWeight=600).encode(text="label:N")
    # on top of all: what has the tooltip and hears the click
    touched = (
        whole.mark_rect(fillOpacity=0, fill="#888888", cursor="pointer", cornerRadius=2)
        .encode(
            stroke=alt.value("#888888"),
            strokeWidth=alt.condition("datum.chosen", alt.value(4), alt.value(0)),
            tooltip=[
                alt.Tooltip("across:N", title=titles[0]),
                alt.Tooltip("up:N", title=titles[1]),
                alt.Tooltip("verdict_words:N", title=_("Verdict")),
                alt.Tooltip("label:N", title=_("Gain (points)")),
                alt.Tooltip("interval:N", title=_("95 % interval")),
                alt.Tooltip("seeds:Q", title=_("Seeds")),
                alt.Tooltip("p:N", title=_("p, all cells")),
                alt.Tooltip("failure:N", title=_("Failed")),
            ],
        )
        .add_params(opened)
    )
    return finished(
        alt.layer(empty, cells, *_hatching(x, y), _behind_number(x, y, colour), numbers, touched, data=rows),
        _("Gain over scratch") if over_scratch else _("Gain over the baseline"),
        height,
        words={"verdict": verdict_words(over_scratch)},
    )


def verdict_words(over_scratch: bool = True) -> dict[str, str]:
    """The code of each verdict → what it is called, with what a cell without one is."""
    words = {code: verdict_word(code, over_scratch) for code in _VERDICTS}
    return words | {MISSING: _("not finished"), FAILED: _("failed")}


def _hatching(x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Lines across the cells in which no difference is shown."""
    base = alt.Chart().transform_filter("datum.hatched")
    lines = []
    for number in range(1, 2 * HATCHES):
        at = number / HATCHES
        low, high = max(0.0, at - 1), min(1.0, at)
        lines.append(
            base.mark_rule(opacity=0.45, strokeWidth=1.2).encode(
                x=_within(x, low), x2=alt.X2("across", bandPosition=high),
                y=_within(y, high), y2=alt.Y2("up", bandPosition=low),
            )
        )  # fmt: skip
    return lines


def _behind_number(x: alt.X, y: alt.Y, colour: alt.Color) -> alt.Chart:
    """The colour of a hatched cell again, under its number."""
    sides = {"x2": alt.X2("across", bandPosition=0.8), "y2": alt.Y2("up", bandPosition=0.72)}
    place = {"x": _within(x, 0.2), "y": _within(y, 0.28)}
    return alt.Chart().transform_filter("datum.hatched").mark_rect().encode(color=colour, **place, **sides)


def _within(channel: Any, position: float) -> Any:
    """The same channel at a place within its band: 0 to 1."""
    placed = channel.copy()
    placed.bandPosition = position
    return placed


def heat_map_height(values: int) -> int:
    """In pixels, with title and legend; values: how many the axis that goes up has."""
    return max(_LEAST_HEIGHT, 140 + 32 * values)


def heat_map_axes(values: Mapping[str, Sequence[Hashable]]) -> dict[str, Any]:
    """The arguments of `heat_map` for two axes with these values."""
    across, up = ([FIELDS[axis].in_words(value) for value in values[axis]] for axis in values)
    titles = [_(FIELDS[axis].label) for axis in values]
    return {"across": across, "up": up, "titles": titles, "height": heat_map_height(len(up))}
