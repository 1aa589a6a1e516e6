"""What a field changes: a line with its band for each series, the visitor's guess, the included result."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiments.axes import Values, note, value_channel, zero_rule
from kd.charts.experiments.plan import Plan
from kd.charts.experiments.rows import GUESS, INCLUDED, YOURS
from kd.charts.lines import label_start, share_of_a_label, spread
from kd.charts.parts import by_role, finished, shaded
from kd.charts.study.courses import DASHES, SHAPES
from kd.text.translation import _

HEIGHT, BESIDE = 420, 360
"""In pixels, with the title: of a chart by itself, and of each of two."""


def line_labels(rows: pd.DataFrame, axis: Values, height: int = HEIGHT) -> pd.DataFrame:
    """The rows with a label at the end of each line, apart from each other.

    Included ones are ghosts where the visitor's own are there, and have none.
    """
    rows = rows.assign(end="", label_at=rows["value"], ghost=False)
    has_own = (rows["source"] == YOURS).any()
    if has_own:
        rows["ghost"] = rows["source"] == INCLUDED
    ends = [part.index[-1] for _key, part in rows[~rows["ghost"]].groupby(["source", "series"], sort=False)]
    ends.sort(key=lambda at: rows.at[at, "value"])
    texts = {at: label_start(rows.at[at, "name"]).rstrip() for at in ends}
    line = (axis.high - axis.low) * share_of_a_label(height)
    heights = [line * (texts[at].count("\n") + 1) for at in ends]
    middles = _apart([rows.at[at, "value"] for at in ends], heights, axis.high)
    for at, middle, tall in zip(ends, middles, heights, strict=True):
        rows.at[at, "end"] = texts[at]
        rows.at[at, "label_at"] = middle + (tall - line) / 2  # where its first line is
    return rows


def _apart(values: list[float], heights: list[float], highest: float) -> list[float]:
    """Ascending values moved as little as labels of these heights ask for."""
    halves = ((below + above) / 2 for below, above in pairwise(heights))
    room = list(accumulate(halves, initial=0.0))[: len(values)]  # from the middle of the lowest one
    lowered = [value - each for value, each in zip(values, room, strict=True)]
    packed = spread(lowered, 0.0, highest - max(room, default=0.0))
    return [place + each for place, each in zip(packed, room, strict=True)]


def experiment_lines(
    rows: pd.DataFrame, plan: Plan, ghosts: bool = False, height: int = HEIGHT
) -> alt.LayerChart:
    """Lines with bands along an axis of numbers.

    Args:
        rows: of `result_rows` and `guess_rows`, labelled by `line_labels`.
        ghosts: whether the included result is among the rows and is thin.
        height: in pixels, with the title.
    """
    values, axis, gains = plan.places or (), plan.axis, plan.signed
    ends: dict[str, Any] = {"domain": [values[0], values[-1]]} if len(values) > 1 else {}
    x_title = plan.x_title
    x = alt.X(
        "x:Q",
        title=_("{field} (log scale)", field=x_title) if plan.log else x_title,
        scale=alt.Scale(type="log" if plan.log else "linear", zero=False, nice=False, padding=14, **ends),
        axis=alt.Axis(
            grid=False,
            values=list(values) or alt.Undefined,
            labelSeparation=8,
            format=",~g" if values else "~s",
            labelOverlap=True,
        ),
    )

    def by_series(channel: str, kind: Any, kinds: Sequence[Any]) -> Any:
        if plan.by_role:
            return by_role(channel)
        codes = [one.code for one in plan.series]
        each = [kinds[at % len(kinds)] for at in range(len(codes))]
        return kind("series:N", scale=alt.Scale(domain=codes, range=each), legend=None)

    up = value_channel(alt.Y, axis, signed=gains)
    tooltip = tooltips(x_title)
    base = alt.Chart().encode(x=x)
    own = base.transform_filter(f"!datum.ghost && datum.source != '{GUESS}'").encode(color=by_role())
    ghost = base.transform_filter("datum.ghost").encode(y=up, color=by_role(), detail="series:N")
    guess = base.transform_filter(f"datum.source == '{GUESS}'").encode(y=up)
    ranged: dict[str, Any] = {"y": value_channel(alt.Y, axis, "low", gains), "y2": "high:Q"}
    layers = [
        ghost.mark_line(strokeWidth=1, opacity=0.6),
        ghost.mark_point(filled=True, size=140, opacity=0).encode(tooltip=tooltip),
        own.mark_area(opacity=0.16, clip=True).encode(detail="series:N", **ranged),
        own.mark_line(strokeWidth=2.5).encode(
            y=up, strokeDash=by_series("strokeDash", alt.StrokeDash, DASHES)
        ),
        own.mark_point(filled=True, size=75, opacity=1).encode(
            y=up, shape=by_series("shape", alt.Shape, SHAPES), tooltip=tooltip
        ),
        guess.mark_line(strokeWidth=2.5, strokeDash=[7, 5], color="black"),
        guess.mark_point(filled=False, size=110, strokeWidth=2.5, color="black", opacity=1).encode(
            tooltip=tooltip
        ),
        *_labels(base, axis, gains),
    ]
    title, first = plan.heading
    below = note(axis, _("Bands: 95 % intervals."), _("Thin: the included result.") if ghosts else "")
    layers += zero_rule(alt.Y, axis, gains)
    return finished(alt.layer(*layers, data=rows), title, height, [*first, below])


def _labels(base: alt.Chart, axis: Values, gains: bool) -> list[alt.Chart]:
    look: dict[str, Any] = {"align": "left", "dx": 10, "fontWeight": 600, "lineBreak": "\n", "lineHeight": 16}
    place: dict[str, Any] = {
        "x": alt.value("width"),
        "y": value_channel(alt.Y, axis, "label_at", gains),
        "text": "end:N",
    }
    named = base.transform_filter("datum.end != ''")
    of_models = shaded(named.transform_filter(f"datum.source != '{GUESS}'"), "text")
    return [
        of_models.mark_text(**look).encode(**place),
        named.transform_filter(f"datum.source == '{GUESS}'").mark_text(**look).encode(**place),
    ]


def tooltips(x_title: str) -> list[alt.Tooltip]:
    """What a point says when it is touched."""
    return [
        alt.Tooltip("name:N", title=_("What")),
        *([alt.Tooltip("setting:N", title=x_title)] if x_title else []),
        alt.Tooltip("label:N", title=_("Mean")),
        alt.Tooltip("interval:N", title=_("95 % interval")),
        alt.Tooltip("seeds:Q", title=_("Seeds")),
    ]
