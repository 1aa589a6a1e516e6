"""Charts of the pull on a student: what label and teacher tell it about one picture, and what T² is for."""

from __future__ import annotations

import math

import altair as alt
import numpy as np
import pandas as pd

from kd.analysis import softening
from kd.charts.dark_charts import rule_at_temperature
from kd.charts.parts import by_role, digit_axis, finished, role_words, shaded, temperature_axis
from kd.text.translation import _

STRENGTH_TICKS = (1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100)
STRENGTH_ENDS = STRENGTH_TICKS[0], STRENGTH_TICKS[-1]
# Where an axis of pulls may end, times a power of ten.
ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
# The grid of temperatures meets 1, up to rounding.
JUST_BELOW_1 = 0.999


def pull_rows(gradient: softening.Gradient) -> pd.DataFrame:
    """`kd.analysis.softening.pull_table` as the chart draws it: columns role, digit, pull."""
    table = softening.pull_table(gradient)
    return pd.DataFrame({"role": table["part"], "digit": table["class"].astype(str), "pull": table["pull"]})


def pull_limit(label: int, student_logits: np.ndarray, teacher_logits: np.ndarray, alpha: float) -> float:
    """Where the axis of pulls must end to fit every T with T², and T ≥ 1 without, a round number.

    Below T = 1 the teacher's part without T² is far longer than all others, and is drawn up to the end.

    Args:
        label: the true class.
        student_logits, teacher_logits: (10,).
        alpha: in [0, 1].
    """
    largest = 0.0
    for temperature in softening.temperature_grid():
        for squared in (True, False) if temperature > JUST_BELOW_1 else (True,):
            gradient = softening.loss_gradient(
                np.array(label), student_logits, teacher_logits, alpha, temperature, squared
            )
            parts = (*gradient, gradient.total)
            largest = max(largest, *(float(np.abs(part).max()) for part in parts))
    return _rounded_up(largest)


def pull_chart(rows: pd.DataFrame, limit: float, height: int = 390) -> alt.LayerChart:
    """The pull on each logit as signed bars: labels' and teacher's part stacked, and a tick for the sum.

    Args:
        rows: of `pull_rows`.
        limit: where the axis ends, of `pull_limit`; the same for every T, so that bars can be compared.
        height: of the plot in pixels.
    """
    base = alt.Chart().encode(
        x=alt.X(**digit_axis("digit", _("Class"))),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("From")),
            alt.Tooltip("digit:N", title=_("Class")),
            alt.Tooltip("pull:Q", title=_("Pull on the logit"), format="+.4f"),
        ],
    )
    scale = alt.Scale(domain=[-limit, limit], nice=False, clamp=True)
    axis = alt.Axis(format="+.2~g", tickCount=5)
    title = _("Pull on the student's logit")
    bars = (
        base.transform_filter("datum.role != 'total'")
        .mark_bar(width={"band": 0.6}, opacity=0.9)
        .encode(
            color=by_role(),
            y=alt.Y("pull:Q", title=title, scale=scale, axis=axis, stack="zero"),
        )
    )
    both = (
        base.transform_filter("datum.role == 'total'")
        .mark_tick(thickness=3, width={"band": 0.82}, color="#888888")
        .encode(y=alt.Y("pull:Q", title=title, scale=scale, axis=axis))
    )
    zero = alt.Chart().mark_rule(color="#888888", opacity=0.6, aria=False).encode(y=alt.datum(0))
    words = {"role": {**role_words(), "total": _("Both")}}
    return finished(alt.layer(zero, bars, both, data=rows), _("The pull on each logit"), height, words=words)


def strength_rows(
    label: int,
    student_logits: np.ndarray,
    teacher_logits: np.ndarray,
    alpha: float,
    temperature: float,
) -> pd.DataFrame:
    """`kd.analysis.softening.pull_strength_curve` for one picture, with rows for this T.

    Returns:
        Columns role, part, temperature, strength, here. Parts without any strength are left out.
    """
    picture = (np.array([label]), student_logits[np.newaxis], teacher_logits[np.newaxis], alpha)
    curve = softening.pull_strength_curve(*picture)
    here = softening.pull_strength_curve(*picture, temperatures=[temperature])
    table = pd.concat([curve.assign(here=False), here.assign(here=True)], ignore_index=True)
    table["role"] = np.where(table["part"] == "labels", "labels", "teacher")
    return table[table["strength"] > 0].reset_index(drop=True)


def strength_chart(rows: pd.DataFrame, height: int = 320) -> alt.LayerChart:
    """How strongly each part pulls, against T: the teacher's part fades without T², and not with it.

    Args:
        rows: of `strength_rows`.
        height: of the plot in pixels.
    """
    base = alt.Chart().encode(
        x=temperature_axis(),
        y=alt.Y(
            "strength:Q",
            title=_("Strength (log scale)"),
            scale=alt.Scale(type="log", domain=list(STRENGTH_ENDS), nice=False, clamp=True),
            axis=alt.Axis(format="~g", values=[*STRENGTH_TICKS]),
        ),
        color=by_role(),
        tooltip=[
            alt.Tooltip("part_words:N", title=_("From")),
            alt.Tooltip("temperature:Q", title="T", format=".3~g"),
            alt.Tooltip("strength:Q", title=_("Length of the gradient"), format=".3~g"),
        ],
    )
    dash = alt.StrokeDash(
        "part:N",
        scale=alt.Scale(domain=["labels", "teacher", "teacher_without_t2"], range=[[2, 3], [1, 0], [6, 4]]),
        legend=None,
    )
    lines = base.transform_filter("!datum.here").mark_line(strokeWidth=2.5).encode(strokeDash=dash)
    points = base.transform_filter("datum.here").mark_point(filled=True, size=70, opacity=1)
    ends = base.transform_filter(f"!datum.here && datum.temperature > {softening.HIGHEST_TEMPERATURE - 0.01}")
    words = {
        "labels": _("labels"),
        "teacher": _("teacher"),
        "teacher_without_t2": _("teacher without T²"),
    }
    # there is room above the ends of the lines, except for the one that falls
    names = [
        shaded(ends.transform_filter(f"(datum.part == 'teacher_without_t2') == {falling}"), "text")
        .mark_text(align="right", dy=dy, dx=-4, fontWeight=600)
        .encode(text="part_words:N")
        for falling, dy in (("true", 13), ("false", -9))
    ]
    return finished(
        alt.layer(rule_at_temperature(), lines, points, *names, data=rows),
        _("Strength of the pull against T"),
        height,
        words={"part": words},
    )


def _rounded_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(value, 1e-6)))
    return next(factor * power for factor in ROUND if factor * power >= value)
