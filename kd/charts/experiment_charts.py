"""The figures of an experiment: lines along what a field changes, rows of dots for what is compared."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiment_plan import CROWD, GUESS, INCLUDED, YOURS, Plan, Values
from kd.charts.parts import by_role, finished, mean_tooltips, number_axis, shaded, zero_rule
from kd.charts.run_charts import (
    SETTING_DASHES,
    SETTING_SHAPES,
    by_code,
    label_start,
    share_of_a_label,
    spread,
)
from kd.text.translation import _, numeral

HEIGHT, BESIDE = 420, 360
"""In pixels, with the title: of a chart by itself, and of each of two."""
_AROUND_PIXELS = 165
"""Of these, what goes to the title, two lines below it, and the axis at the bottom."""


def line_labels(rows: pd.DataFrame, axis: Values, height: int = HEIGHT) -> pd.DataFrame:
    """Adds labels at the ends of lines, apart from each other; included rows beside one's own are thin."""
    rows = rows.assign(end="", label_at=rows["value"], ghost=_ghosts(rows))
    named = rows[~rows["ghost"] & (rows["source"] != CROWD)]
    ends = [part.index[-1] for _key, part in named.groupby(["source", "series"], sort=False)]
    ends.sort(key=lambda at: rows.at[at, "value"])
    texts = {at: label_start(rows.at[at, "name"]).rstrip() for at in ends}
    line = (axis.high - axis.low) * share_of_a_label(height, _AROUND_PIXELS)
    heights = [line * (texts[at].count("\n") + 1) for at in ends]
    middles = _apart([rows.at[at, "value"] for at in ends], heights, axis.high)
    for at, middle, tall in zip(ends, middles, heights, strict=True):
        rows.at[at, "end"] = texts[at]
        rows.at[at, "label_at"] = middle + (tall - line) / 2  # where its first line is
    return rows


def _ghosts(rows: pd.DataFrame) -> pd.Series:
    return (rows["source"] == INCLUDED) & (rows["source"] == YOURS).any()


def _apart(values: list[float], heights: list[float], highest: float) -> list[float]:
    """Moves ascending values as little as labels of these heights ask for."""
    halves = ((below + above) / 2 for below, above in pairwise(heights))
    room = list(accumulate(halves, initial=0.0))[: len(values)]  # from the middle of the lowest one
    lowered = [value - each for value, each in zip(values, room, strict=True)]
    packed = spread(lowered, 0.0, highest - max(room, default=0.0))
    return [place + each for place, each in zip(packed, room, strict=True)]


def experiment_lines(
    rows: pd.DataFrame, plan: Plan, ghosts: bool = False, height: int = HEIGHT
) -> alt.LayerChart:
    """Draws lines with bands along an axis of numbers.

    rows: labelled by `line_labels`. ghosts: whether the included result is among them and is thin.
    """
    values, axis, gains = plan.places or (), plan.axis, plan.signed
    look: dict[str, Any] = {"labelSeparation": 8, "labelOverlap": True, "format": ",.6~g" if values else "~s"}
    x = number_axis(plan.x_title, plan.log, values, padding=14, **look)
    codes = [one.code for one in plan.series]
    dashes, shapes = by_role("strokeDash"), by_role("shape")
    if not plan.by_role:
        dashes = by_code(alt.StrokeDash, "series", codes, SETTING_DASHES)
        shapes = by_code(alt.Shape, "series", codes, SETTING_SHAPES)
    up = _value_channel(alt.Y, axis, signed=gains)
    tooltip = _tooltips(plan.x_title)
    base = alt.Chart().encode(x=x)
    guesses = f"indexof({[GUESS, CROWD]}, datum.source) >= 0"
    own = base.transform_filter(f"!datum.ghost && !({guesses})").encode(color=by_role())
    ghost = base.transform_filter("datum.ghost").encode(y=up, color=by_role(), detail="series:N")
    guess = base.transform_filter(f"datum.source == '{GUESS}'").encode(y=up)
    crowd = base.transform_filter(f"datum.source == '{CROWD}'").encode(y=up, detail="series:N")
    ranged: dict[str, Any] = {"y": _value_channel(alt.Y, axis, "low", gains), "y2": "high:Q"}
    layers = [
        ghost.mark_line(strokeWidth=1, opacity=0.85),
        ghost.mark_point(filled=True, size=140, opacity=0).encode(tooltip=tooltip),
        own.mark_area(opacity=0.16, clip=True).encode(detail="series:N", **ranged),
        own.mark_line(strokeWidth=2.5).encode(y=up, strokeDash=dashes),
        own.mark_point(filled=True, size=75, opacity=1).encode(y=up, shape=shapes, tooltip=tooltip),
        crowd.mark_line(strokeWidth=1.2, color="black", opacity=0.5),
        crowd.mark_point(size=60, opacity=0).encode(tooltip=tooltip),
        guess.mark_line(strokeWidth=2.5, strokeDash=[7, 5], color="black"),
        guess.mark_point(filled=False, size=110, strokeWidth=2.5, color="black", opacity=1).encode(
            tooltip=tooltip
        ),
        *_labels(base, axis, gains),
        *_no_difference("y", plan),
    ]
    thin = _("Thin: the included result.") if ghosts else ""
    return _finished(layers, rows, plan, height, _("Bands: likely ranges (95\u00a0%)."), thin)


def _labels(base: alt.Chart, axis: Values, gains: bool) -> list[alt.Chart]:
    look: dict[str, Any] = {"align": "left", "dx": 10, "fontWeight": 600, "lineBreak": "\n"}
    place: dict[str, Any] = {
        "x": alt.value("width"),
        "y": _value_channel(alt.Y, axis, "label_at", gains),
        "text": "end:N",
    }
    named = base.transform_filter("datum.end != ''")
    of_models = shaded(named.transform_filter(f"datum.source != '{GUESS}'"), "text")
    return [
        of_models.mark_text(**look).encode(**place),
        named.transform_filter(f"datum.source == '{GUESS}'").mark_text(**look).encode(**place),
    ]


def _tooltips(x_title: str) -> list[alt.Tooltip]:
    return mean_tooltips(alt.Tooltip("name:N", title=_("What")), x_title, _("Mean"))


_AROUND = 104
_PIXELS_A_ROW, _PIXELS_A_MODEL = 16, 24
_WIDEST = 24


def dot_rows(rows: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Adds to the rows of `result_rows` which row of the figure each is in, and where its name stands."""
    table = rows.assign(
        row=[_row(plan, row["setting"], row["name"]) for row in rows.to_dict("records")],
        ghost=_ghosts(rows),
        named="",
    )
    if plan.by_role and len(plan.series) > 1 and len(table):
        first = table[(table["row"] == table["row"].iloc[0]) & ~table["ghost"]]
        middle = (plan.axis.low + plan.axis.high) / 2
        table.loc[first.index, "named"] = ["left" if value > middle else "right" for value in first["value"]]
    return table


def dot_names(plan: Plan, rows: pd.DataFrame) -> list[str]:
    """Returns the rows of the figure from top to bottom, with those that are known before their result is."""
    places = [plan.in_words(place) for place in plan.places or ()]
    planned = [_row(plan, place, one.name) for place in places for one in plan.series]
    return list(dict.fromkeys([*planned, *rows["row"]]))


def _row(plan: Plan, setting: str, series: str) -> str:
    """Returns what a row is called, broken into lines."""
    if plan.by_role or plan.names_itself:
        name = setting
    elif len(plan.places or ()) == 1:
        name = series
    else:
        name = _("{setting}: {what}", setting=setting, what=series)
    return "\n".join(wrap(name, _WIDEST))


def dots_height(names: Sequence[str], plan: Plan) -> int:
    """Returns the height of the figure in pixels, with title and axis."""
    models = len(plan.series) if plan.by_role else 1
    return (
        _AROUND
        + (_PIXELS_A_ROW if plan.when else 0)
        + len(names) * (_PIXELS_A_ROW + models * _PIXELS_A_MODEL)
    )


def experiment_dots(
    rows: pd.DataFrame, plan: Plan, names: Sequence[str], ghosts: bool = False
) -> alt.LayerChart:
    """Draws a dot with its 95 % interval in each row, names from the top.

    rows: of `dot_rows`. ghosts: whether the included result is among them, as a pale bar behind each dot.
    """
    axis, signed = plan.axis, plan.signed
    at = _value_channel(alt.X, axis, signed=signed)
    y = alt.Y(
        "row:N",
        # above the names, to their right end
        title=plan.x_title if len(plan.places or (0, 0)) > 1 else None,
        scale=alt.Scale(domain=list(names), paddingInner=0.25, paddingOuter=0.1),
        axis=alt.Axis(
            labelLimit=250,
            ticks=False,
            domain=False,
            labelOverlap=False,
            titleAngle=0,
            titleAlign="right",
            titleBaseline="bottom",
            titleX=-8,
            titleY=-4,
            titleLimit=190,
            labelExpr="split(datum.label, '\\n')",
        ),
    )
    base = alt.Chart().encode(y=y, color=by_role(), tooltip=_tooltips(plan.x_title))
    if plan.by_role and len(plan.series) > 1:
        codes = [one.code for one in plan.series]
        base = base.encode(yOffset=alt.YOffset("series:N", scale=alt.Scale(domain=codes)))
    own, ghost = base.transform_filter("!datum.ghost"), base.transform_filter("datum.ghost")
    ends: dict[str, Any] = {"x": _value_channel(alt.X, axis, "low", signed), "x2": "high:Q"}
    layers = [
        ghost.mark_rule(strokeWidth=12, opacity=0.2, clip=True).encode(**ends),
        ghost.mark_tick(thickness=2, size=22, opacity=0.8).encode(x=at),
        own.mark_rule(strokeWidth=2.5, clip=True).encode(**ends),
        own.mark_point(filled=True, size=150, opacity=1).encode(x=at, shape=by_role("shape")),
        *_names(own, axis, signed),
        *_no_difference("x", plan),
    ]
    pale = _("Pale: the included result.") if ghosts else ""
    return _finished(
        layers, rows, plan, dots_height(names, plan), _("Lines: likely ranges (95\u00a0%)."), pale
    )


def _names(base: alt.Chart, axis: Values, signed: bool) -> list[alt.Chart]:
    """Writes the names of the models in the first row, beside their intervals, where there is more room."""
    sides: dict[str, dict[str, Any]] = {
        "low": {"align": "right", "dx": -12},
        "high": {"align": "left", "dx": 12},
    }
    return [
        shaded(base.transform_filter(f"datum.named == '{side}'"), "text")
        .mark_text(fontWeight=600, **look)
        .encode(x=_value_channel(alt.X, axis, end, signed), text="name:N")
        for side, (end, look) in zip(("left", "right"), sides.items(), strict=True)
    ]


def _finished(
    layers: Sequence[alt.Chart], rows: pd.DataFrame, plan: Plan, height: int, *notes: str
) -> alt.LayerChart:
    """Returns the chart with its title; below it, where the axis begins if that is not 0, and the notes."""
    axis, (title, first) = plan.axis, plan.heading
    start = [] if axis.low <= 0 <= axis.high else [_("Axis from {start}.", start=numeral(axis.low, ",g"))]
    below = " ".join([*start, *filter(None, notes)])
    return finished(alt.layer(*layers, data=rows), title, height, [*first, below])


def _value_channel(kind: Any, axis: Values, field: str = "value", signed: bool = False) -> Any:
    """Returns the channel alt.X or alt.Y of values. signed: whether positive numbers have a sign."""
    words = "datum.value == 0 ? '0' : replace(format(datum.value, '+~g'), '-', '−')"
    return kind(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(domain=[axis.low, axis.high], nice=False, zero=False),
        axis=alt.Axis(values=axis.ticks, labelExpr=words if signed else alt.Undefined, labelFlush=False),
    )


def _no_difference(channel: str, plan: Plan) -> list[alt.Chart]:
    is_shown = plan.signed and plan.axis.low < 0 < plan.axis.high
    return [zero_rule(channel, color="#888888", strokeDash=[2, 3])] if is_shown else []
