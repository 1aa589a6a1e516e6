"""Charts of a training played back: accuracy and agreement by time, and how a picture was read."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import altair as alt
import numpy as np
import pandas as pd

from kd.charts.parts import DIGITS, PERCENT, by_role, digit_axis, finished, role_words
from kd.text.translation import N_, _

MEASURES = {"accuracy": N_("Test accuracy"), "agreement": N_("Agreement with the teacher")}
TITLES = {"accuracy": N_("Test accuracy by epoch"), "agreement": N_("Agreement with the teacher by epoch")}
_FROM = {
    "accuracy": N_("Test accuracy (axis from {start} %)"),
    "agreement": N_("Agreement with the teacher (axis from {start} %)"),
}


def point_label(time: float) -> str:
    """A point in a training, as an axis writes it: '1/16', '1/2', '3'."""
    return str(Fraction(float(time)).limit_denominator(16))


def point_name(time: float) -> str:
    """A point in a training, in words."""
    if time < 1:
        return _("after {fraction} of the first epoch", fraction=point_label(time))
    return _("after epoch {number}", number=round(time))


def playback_rows(table: pd.DataFrame, time: float) -> pd.DataFrame:
    """`kd.analysis.playback.playback_table` as the chart draws it.

    Returns:
        Columns role, point (the time's label), time, accuracy, agreement, here (whether it is `time`).
    """
    return pd.DataFrame(
        {
            "role": table["model"],
            "point": table["time"].map(point_label),
            "time": table["time"],
            "accuracy": table["accuracy"],
            "agreement": table["agreement"],
            "here": np.isclose(table["time"], time),
        }
    )


def playback_chart(
    rows: pd.DataFrame, measure: str, points: Sequence[str], start: float, height: int = 300
) -> alt.LayerChart:
    """Accuracy or agreement of both students by time, with a rule at the time that is shown.

    Args:
        rows: of `playback_rows`.
        measure: a key of MEASURES.
        points: all labels of the time axis, in order.
        start: where the axis begins, a fraction.
        height: in pixels, with the title.
    """
    value = alt.Y(
        f"{measure}:Q",
        title=_(_FROM[measure], start=f"{100 * start:.0f}") if start else _(MEASURES[measure]),
        scale=alt.Scale(domain=[start, 1], nice=False, clamp=True),
        axis=alt.Axis(format="%", labelExpr=PERCENT, tickCount=5),
    )
    base = alt.Chart().encode(
        x=_time(points),
        y=value,
        color=by_role(),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("point:N", title=_("Epoch")),
            alt.Tooltip("accuracy:Q", title=_(MEASURES["accuracy"]), format=".2%"),
            alt.Tooltip("agreement:Q", title=_(MEASURES["agreement"]), format=".2%"),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5).encode(strokeDash=by_role("strokeDash"))
    marks = (
        base.transform_filter("datum.here")
        .mark_point(filled=True, size=110, opacity=1)
        .encode(shape=by_role("shape"))
    )
    return finished(
        alt.layer(_rule(points), lines, marks, data=rows),
        _(TITLES[measure]),
        height,
        words={"role": role_words()},
    )


def reading_rows(path: pd.DataFrame, time: float) -> pd.DataFrame:
    """`kd.analysis.playback.picture_path` of one student as the chart draws it.

    Returns:
        Columns role, point, time, digit, probability, here.
    """
    return pd.DataFrame(
        {
            "role": path["model"],
            "point": path["time"].map(point_label),
            "time": path["time"],
            "digit": path["class"].astype(str),
            "probability": path["probability"],
            "here": np.isclose(path["time"], time),
        }
    )


def reading_chart(rows: pd.DataFrame, title: str, points: Sequence[str], height: int = 330) -> alt.LayerChart:
    """How one student read a picture as it learned: a row for each class, and colour for probability.

    Args:
        rows: of `reading_rows`.
        title: with the student's name.
        points: all labels of the time axis, in order.
        height: in pixels, with the title.
    """
    base = alt.Chart().encode(
        x=_time(points),
        y=alt.Y(**digit_axis("digit", None)),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("point:N", title=_("Epoch")),
            alt.Tooltip("digit:N", title=_("Class")),
            alt.Tooltip("probability:Q", title=_("Probability"), format=".2%"),
        ],
    )
    cells = base.mark_rect(cornerRadius=2).encode(
        color=by_role(),
        fillOpacity=alt.FillOpacity(
            "probability:Q", scale=alt.Scale(domain=[0, 1], range=[0.03, 1]), legend=None
        ),
    )
    frame = (
        alt.Chart()
        .transform_filter("datum.here")
        .mark_rule(color="#888888", strokeWidth=2, aria=False)
        .encode(x=_time(points), y=alt.datum(DIGITS[0]), y2=alt.datum(DIGITS[-1]))
    )
    return finished(alt.layer(cells, frame, data=rows), title, height, words={"role": role_words()})


def axis_start(values: pd.Series) -> float:
    """Where an axis of fractions may begin and still hold all values: at 0 or a few round numbers."""
    lowest = float(values.min())
    return next(start for start in (0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0) if start <= lowest)


def _time(points: Sequence[str]) -> alt.X:
    return alt.X(
        "point:N",
        title=_("Epoch"),
        sort=list(points),
        scale=alt.Scale(domain=list(points)),
        axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False),
    )


def _rule(points: Sequence[str]) -> alt.Chart:
    return (
        alt.Chart()
        .transform_filter("datum.here")
        .mark_rule(strokeDash=[3, 3], opacity=0.6, color="#888888", aria=False)
        .encode(x=_time(points))
    )
