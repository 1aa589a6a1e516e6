"""What is compared: a row for each setting, and in it a dot with its interval for each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiments.axes import note, value_channel, zero_rule
from kd.charts.experiments.lines import tooltips
from kd.charts.experiments.plan import Plan
from kd.charts.experiments.rows import INCLUDED, YOURS
from kd.charts.parts import by_role, finished, shaded
from kd.text.translation import _

_AROUND = 104
_PIXELS_A_ROW, _PIXELS_A_MODEL = 16, 24
_WIDEST = 26


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
        table.loc[first["value"].idxmin(), "named"] = "left"
        table.loc[first["value"].idxmax(), "named"] = "right"
    return table


def dot_names(plan: Plan, rows: pd.DataFrame) -> list[str]:
    """The rows of the figure from top to bottom: all that there will be, as far as they are known before."""
    places = [plan.in_words(place) for place in plan.places or ()]
    planned = [_row(plan, place, one.name) for place in places for one in plan.series]
    return list(dict.fromkeys([*planned, *rows["row"]]))


def _row(plan: Plan, setting: str, series: str) -> str:
    if plan.by_role or plan.names_itself:
        return setting
    if len(plan.places or ()) == 1:
        return series
    return _("{setting}: {what}", setting=setting, what=series)


def dots_height(names: Sequence[str], plan: Plan) -> int:
    """In pixels, with title and axis."""
    models = len(plan.series) if plan.by_role else 1
    return _AROUND + len(names) * (_PIXELS_A_ROW + models * _PIXELS_A_MODEL)


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
    # a long name breaks after what it begins with
    broken = (
        "indexof(datum.label, ': ') > 0 ? replace(datum.label, ': ', ':|')"
        " : replace(replace(datum.label, ' (', '|('), ', ', ',|')"
    )
    wide = f"length(datum.label) > {_WIDEST} ? split(({broken}), '|') : datum.label"
    y = alt.Y(
        "row:N",
        title=None,
        scale=alt.Scale(domain=list(names), paddingInner=0.25, paddingOuter=0.1),
        axis=alt.Axis(
            labelLimit=250,
            ticks=False,
            domain=False,
            labelOverlap=False,
            labelLineHeight=16,
            labelExpr=wide,
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
        *_names(own, at),
        *zero_rule(alt.X, axis, signed),
    ]
    thin = _("Pale: the included result.") if ghosts else ""
    below = note(axis, _("Lines: 95 % intervals over seeds."), thin)
    return finished(alt.layer(*layers, data=rows), plan.title, dots_height(names, plan), below)


def _names(base: alt.Chart, at: alt.X) -> list[alt.Chart]:
    """The names of the models beside the dots of the first row, on the outside."""
    sides: dict[str, dict[str, Any]] = {
        "left": {"align": "right", "dx": -14},
        "right": {"align": "left", "dx": 14},
    }
    return [
        shaded(base.transform_filter(f"datum.named == '{side}'"), "text")
        .mark_text(fontWeight=600, **look)
        .encode(x=at, text="name:N")
        for side, look in sides.items()
    ]
