"""The trail: every run of a person as a point, what it gained against a field that was moved."""

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import by_role, finished, number_axis, zero_rule
from kd.config import FIELD_TYPES, FIELDS, RunConfig
from kd.text.translation import _, pgettext

COLUMNS = ("role", "run", "x", "setting", "difference", "low", "high", "shown", "name", "study")
# A field whose largest value is so many times its smallest is drawn on a logarithmic axis.
_DECADES = 100


def trail_rows(
    runs: Iterable[tuple[RunConfig, Mapping[str, Any]]],
    field: str,
    shown: str,
    names: Mapping[str, str],
    study: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Makes the rows of `trail_chart`, in points: each run's gain, and behind them a study's along the field.

    runs: the setting and the comparison of each. names: run id → what it is called in a tooltip.
    """

    def row(config: RunConfig, figures: Mapping[str, Any], scale: int, run: str, name: str) -> dict[str, Any]:
        setting, numbers = FIELDS[field].in_words(getattr(config, field)), ("difference", "low", "high")
        return {
            "role": "distilled",
            "run": run,
            "x": getattr(config, field) if _is_numeric(field) else setting,
            "setting": setting,
            **{each: scale * figures[each] for each in numbers},
            "shown": run == shown,
            "name": name,
            "study": not run,
        }

    several = _("Mean of several repeats")
    behind = [] if study is None else study.to_dict("records")
    rows = [row(config, found, 100, config.run_id, names[config.run_id]) for config, found in runs]
    rows += [row(RunConfig(**{field: each[field]}), each, 1, "", several) for each in behind]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def trail_chart(rows: pd.DataFrame, field: str, title: str, height: int = 230) -> alt.LayerChart:
    """Draws runs as points with their 95 % intervals; a click selects a run in the parameter "opened".

    A study lies behind them, as a line with a band. title: what the field on the axis is called.
    """
    spec = FIELDS[field]
    numeric = _is_numeric(field)
    minimum, maximum = spec.minimum or 0, spec.maximum or 0
    log = numeric and 0 < _DECADES * minimum <= maximum
    opened = alt.selection_point(name="opened", fields=["run"], toggle=False, on="click")
    if numeric:
        x = number_axis(title, log, labelAngle=0, format="~g" if log else alt.Undefined)
    else:
        x = alt.X("x:N", title=title, axis=alt.Axis(grid=False, labelAngle=0))
    base = alt.Chart().encode(x=x, color=by_role())
    y: dict[str, Any] = {"title": _("Gain (points)"), "axis": alt.Axis(tickCount=4)}
    tooltip = [
        alt.Tooltip("name:N", title=pgettext("noun", "Run")),
        alt.Tooltip("setting:N", title=title),
        alt.Tooltip("difference:Q", title=_("Gain over scratch (points)"), format="+.2f"),
        alt.Tooltip("low:Q", title=_("95 % interval, from"), format="+.2f"),
        alt.Tooltip("high:Q", title=_("95 % interval, to"), format="+.2f"),
    ]
    zero = zero_rule(strokeDash=[2, 3], opacity=0.6)
    behind = base.transform_filter("datum.study")
    course = behind.mark_line if numeric else behind.mark_tick
    band = behind.mark_area(opacity=0.15) if numeric else behind.mark_rule(strokeWidth=12, opacity=0.15)
    study = [
        band.encode(y=alt.Y("low:Q", **y), y2="high:Q"),
        course(strokeWidth=1.5, opacity=0.75).encode(y=alt.Y("difference:Q", **y)),
        behind.mark_point(size=200, opacity=0).encode(y=alt.Y("difference:Q", **y), tooltip=tooltip),
    ]
    base = base.transform_filter("!datum.study")
    intervals = base.mark_rule(strokeWidth=1.5, opacity=0.75).encode(y=alt.Y("low:Q", **y), y2="high:Q")
    points = (
        base.mark_point(filled=True, shape="square", opacity=1, cursor="pointer")
        .encode(
            y=alt.Y("difference:Q", **y),
            size=alt.condition("datum.shown", alt.value(190), alt.value(70)),
            fillOpacity=alt.condition("datum.shown", alt.value(1), alt.value(0.75)),
            tooltip=tooltip,
        )
        .add_params(opened)
    )
    return finished(
        alt.layer(zero, *study, intervals, points, data=rows), _("Your trail: gain over scratch"), height
    )


def _is_numeric(field: str) -> bool:
    return FIELD_TYPES[field] in (int, float)
