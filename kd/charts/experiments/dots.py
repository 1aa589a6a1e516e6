"""What is compared: a row for each setting, and in it a dot with its interval for each model."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiments.axes import Values, note, value_channel, zero_rule
from kd.charts.experiments.lines import tooltips
from kd.charts.experiments.plan import Plan
from kd.charts.experiments.rows import INCLUDED, YOURS
from kd.charts.parts import by_role, finished, shaded
from kd.text.translation import _

_AROUND = 104
_PIXELS_A_ROW, _PIXELS_A_MODEL = 16, 24
_WIDEST = 24


def dot_rows(rows: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The rows of `result_rows` as the figure takes them: which row each is in, and where its name stands."""
    own = (rows["source"] == YOURS).any()
    table = rows.assign(
        row=[_row(plan, row["setting"], row["name"]) for row in rows.to_dict("records")],
        ghost=(rows["source"] == INCLUDED) & own,
        named="",
    )
    if plan.by_role and len(plan.series) > 1 and len(table):
        first = table[(table["row"] == table["row"].iloc[0]) & ~table["ghost"]]
        middle = (plan.axis.low + plan.axis.high) / 2
        table.loc[first.index, "named"] = ["left" if value > middle else "right" for value in first["value"]]
    return table


def dot_names(plan: Plan, rows: pd.DataFrame) -> list[str]:
    """The rows of the figure from top to bottom: all that there will be, as far as they are known before."""
    places = [plan.in_words(place) for place in plan.places or ()]
    planned = [_row(plan, place, one.name) for place in places for one in plan.series]
    return list(dict.fromkeys([*planned, *rows["row"]]))


def _row(plan: Plan, setting: str, series: str) -> str:
    """What a row is called, broken into lines."""
    if plan.by_role or plan.names_itself:
        name = setting
    elif len(plan.places or ()) == 1:
        name = series
    else:
        name = _("{setting}: {what}", setting=setting, what=series)
    return "\n".join(wrap(name, _WIDEST))


def dots_height(names: Sequence[str], plan: Plan) -> int:
    """In pixels, with title and axis."""
    models = len(plan.series) if plan.by_role else 1
    return (
        _AROUND
        + (_PIXELS_A_ROW if plan.when else 0)
        + len(names) * (_PIXELS_A_ROW + models * _PIXELS_A_MODEL)
    )


def experiment_dots(
    rows: pd.DataFrame, plan: Plan, names: Sequence[str], ghosts: bool = False
) -> alt.LayerChart:
    """A dot with its 95 % interval in each row; the included result is a pale bar behind it.

    Args:
        rows: of `result_rows`, as `dot_rows` has them.
        names: of `dot_names`.
        ghosts: whether the included result is among the rows and is pale.
    """
    axis, signed = plan.axis, plan.signed
    at = value_channel(alt.X, axis, signed=signed)
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
            labelLineHeight=16,
            labelExpr="split(datum.label, '\\n')",
        ),
    )
    base = alt.Chart().encode(y=y, color=by_role(), tooltip=tooltips(plan.x_title))
    if plan.by_role and len(plan.series) > 1:
        codes = [one.code for one in plan.series]
        base = base.encode(yOffset=alt.YOffset("series:N", scale=alt.Scale(domain=codes)))
    own, ghost = base.transform_filter("!datum.ghost"), base.transform_filter("datum.ghost")
    ends: dict[str, Any] = {"x": value_channel(alt.X, axis, "low", signed), "x2": "high:Q"}
    layers = [
        ghost.mark_rule(strokeWidth=12, opacity=0.2, clip=True).encode(**ends),
        ghost.mark_tick(thickness=2, size=22, opacity=0.45).encode(x=at),
        own.mark_rule(strokeWidth=2.5, opacity=0.7, clip=True).encode(**ends),
        own.mark_point(filled=True, size=150, opacity=1).encode(x=at, shape=by_role("shape")),
        *_names(own, axis, signed),
        *zero_rule(alt.X, axis, signed),
    ]
    thin = _("Pale: the included result.") if ghosts else ""
    title, first = plan.heading
    below = note(axis, _("Lines: 95 % intervals."), thin)
    return finished(alt.layer(*layers, data=rows), title, dots_height(names, plan), [*first, below])


def _names(base: alt.Chart, axis: Values, signed: bool) -> list[alt.Chart]:
    """The names of the models in the first row, beside their intervals, where there is more room."""
    sides: dict[str, dict[str, Any]] = {
        "low": {"align": "right", "dx": -12},
        "high": {"align": "left", "dx": 12},
    }
    return [
        shaded(base.transform_filter(f"datum.named == '{side}'"), "text")
        .mark_text(fontWeight=600, **look)
        .encode(x=value_channel(alt.X, axis, end, signed), text="name:N")
        for side, (end, look) in zip(("left", "right"), sides.items(), strict=True)
    ]
