"""What a study shows along one axis: lines with bands, or marks with intervals."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import PERCENT, by_role, finished, role_words
from kd.charts.study.heat_map import heat_map, heat_map_axes, heat_map_rows
from kd.config import FIELDS
from kd.studies.axes import are_numbers, in_order, is_logarithmic, values_in_order
from kd.studies.verdicts import course
from kd.text.study_words import signed
from kd.text.translation import _
from kd.text.words import accuracy

# An axis ends at a multiple of this: seldom elsewhere while a study fills.
_ACCURACY_STEP, _POINTS_STEP = 0.05, 2.0
_SLICE_HEIGHT = 300


def slice_rows(data: pd.DataFrame, axis: str) -> pd.DataFrame:
    """What `slice_lines` draws along an axis: of a table of verdicts the gain, of runs both students.

    Args:
        data: rows of kd.studies.verdicts.verdicts, or of kd.studies.verdicts.study_frame.
        axis: the column along which they are.

    Returns:
        Columns role, x (the value), setting (the same in words), value, low, high (in points, or fractions of
        the test pictures), seeds, shown (its verdict shows a difference), and in words: label, interval.
    """
    gains = "verdict" in data.columns
    table = data.assign(role="distilled", mean=data["difference"]) if gains else course(data, axis)
    order = values_in_order(table[axis])
    rows = [
        {
            "role": row["role"],
            "x": row[axis] if are_numbers(order) else FIELDS[axis].in_words(row[axis]),
            "setting": FIELDS[axis].in_words(row[axis]),
            "value": row["mean"],
            "low": row["low"],
            "high": row["high"],
            "seeds": row["seeds"],
            "shown": not gains or row["verdict"] in ("helps", "hurts"),
            "label": _number(row["mean"], gains),
            "interval": _(
                "{low} to {high}", low=_number(row["low"], gains), high=_number(row["high"], gains)
            ),
        }
        for row in sorted(table.to_dict("records"), key=lambda row: order.index(row[axis]))
        if not math.isnan(row["mean"])
    ]
    return pd.DataFrame(rows, columns=list(_SLICE_COLUMNS))


_SLICE_COLUMNS = (
    "role", "x", "setting", "value", "low", "high", "seeds", "shown", "label", "interval",
)  # fmt: skip


def _number(value: float, gains: bool) -> str:
    if math.isnan(value):
        return "–"
    return signed(value) if gains else accuracy(value)


def slice_axes(rows: pd.DataFrame, axis: str, values: Sequence[Hashable], gains: bool) -> dict[str, Any]:
    """The arguments of `slice_lines`, which seldom change while a study fills.

    Args:
        rows: of `slice_rows`.
        axis: the field.
        values: on the axis.
        gains: whether the rows are gains, and not accuracies.
    """
    ordered = in_order(values)
    if gains:
        low, high = _room(rows, 0.0, _POINTS_STEP, 0.4)
    else:
        low, high = max(0.0, _room(rows, 1.0, _ACCURACY_STEP, 0.15)[0]), 1.0
    return {
        "title": _(FIELDS[axis].label),
        "values": ordered if are_numbers(ordered) else [FIELDS[axis].in_words(value) for value in ordered],
        "log": is_logarithmic(ordered, axis),
        "low": low,
        "high": high,
        "gains": gains,
    }


def _room(rows: pd.DataFrame, fixed: float, step: float, share: float) -> tuple[float, float]:
    """From where to where an axis goes, in steps: it has this value, all means, and a share around them.

    An interval that goes on beyond it is cut: that of two seeds can be many times as wide as its neighbours'.
    """
    means = [fixed, *rows["value"]]
    around = share * (max(means) - min(means))
    low = math.floor((min(means) - around) / step - 0.1)
    high = math.ceil((max(means) + around) / step + 0.1)
    return round(step * low, 2), round(step * high, 2)


def slice_lines(
    rows: pd.DataFrame,
    title: str,
    values: Sequence[Any],
    log: bool,
    low: float,
    high: float,
    gains: bool,
    height: int = _SLICE_HEIGHT,
) -> alt.LayerChart:
    """Lines with bands along an axis of numbers, or marks with intervals along any other.

    Args:
        rows: of `slice_rows`.
        title, values, log, low, high, gains: of `slice_axes`.
        height: in pixels, with the title.
    """
    numeric = are_numbers(values)
    if numeric:
        ends: dict[str, Any] = {"domain": [values[0], values[-1]]} if len(values) > 1 else {}
        scale = alt.Scale(type="log" if log else "linear", zero=False, nice=False, padding=24, **ends)
        axis = alt.Axis(grid=False, values=list(values), format=",~g", labelOverlap=True)
    else:
        scale, axis = alt.Scale(domain=list(values)), alt.Axis(labelAngle=0)
    x = alt.X(
        "x:Q" if numeric else "x:N",
        title=_("{field} (log scale)", field=title) if log else title,
        scale=scale,
        axis=axis,
    )
    y: dict[str, Any] = {
        "title": _("Gain (points)") if gains else _slice_title(low),
        "scale": alt.Scale(domain=[low, high], nice=False, zero=False),
        "axis": alt.Axis(tickCount=5) if gains else alt.Axis(tickCount=5, format="%", labelExpr=PERCENT),
    }
    base = alt.Chart().encode(x=x, color=by_role())
    marked = base.encode(y=alt.Y("value:Q", **y))
    ranged = base.transform_filter("isValid(datum.low)").encode(y=alt.Y("low:Q", **y), y2="high:Q")
    band = (
        ranged.mark_area(opacity=0.18, clip=True)
        if numeric
        else ranged.mark_rule(strokeWidth=14, opacity=0.25, clip=True)
    )
    points = marked.mark_point(size=75, filled=True, opacity=1).encode(
        shape=by_role("shape"),
        fillOpacity=alt.condition("datum.shown", alt.value(1), alt.value(0)),
        stroke=by_role("color"),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("setting:N", title=title),
            alt.Tooltip("label:N", title=_("Gain (points)") if gains else _("Test accuracy")),
            alt.Tooltip("interval:N", title=_("95 % interval")),
            alt.Tooltip("seeds:Q", title=_("Seeds")),
        ],
    )
    lines = [marked.mark_line(strokeWidth=2.5).encode(strokeDash=by_role("strokeDash"))] if numeric else []
    zero = alt.Chart().mark_rule(strokeDash=[2, 3], opacity=0.6).encode(y=alt.datum(0, type="quantitative"))
    return finished(
        alt.layer(*([zero] if gains else []), band, *lines, points, data=rows),
        _("Gain along {field}", field=title) if gains else _("Test accuracy along {field}", field=title),
        height,
        _("Bands: 95 % intervals. Hollow: not shown.") if gains else _("Bands: 95 % intervals."),
        words={"role": role_words()},
    )


def _slice_title(low: float) -> str:
    return _("Test accuracy (axis from {start} %)", start=f"{100 * low:.0f}") if low else _("Test accuracy")


def heat_map_chart(table: pd.DataFrame, axes: Sequence[str], over_scratch: bool = True) -> alt.LayerChart:
    """The verdicts of a study over two axes: a cell's gain in points, hatched if none is shown.

    Args:
        table: of kd.studies.verdicts.verdicts.
        axes: its two columns that make a cell: the first goes across, the second up.
        over_scratch: whether it is the gain over each cell's scratch student, and not over one cell.
    """
    values = {axis: values_in_order(table[axis]) for axis in axes}
    rows = heat_map_rows(table, axes, values)
    return heat_map(rows, **heat_map_axes(values), over_scratch=over_scratch)


def slice_chart(data: pd.DataFrame, axis: str) -> alt.LayerChart:
    """A study along one axis: of a table of verdicts the gain, of runs the accuracy of both students.

    Args:
        data: rows of kd.studies.verdicts.verdicts, or of kd.studies.verdicts.study_frame.
        axis: the column along which they are.
    """
    rows, values = slice_rows(data, axis), values_in_order(data[axis])
    return slice_lines(rows, **slice_axes(rows, axis, values, gains="verdict" in data.columns))
