"""Charts of how sure a result is: the axis of gains for seeds added one by one, and when to stop adding."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiment_plan import ticks_with_zero
from kd.charts.parts import COLORS, finished, in_words
from kd.studies.over_seeds import STATIONS
from kd.studies.sure.single_seeds import AddingSeeds
from kd.studies.sure.stopping import AT_STATIONS, MOST_SEEDS, USUAL
from kd.text.translation import _


def gain_ticks(adding: AddingSeeds) -> list[float]:
    """Returns the ticks, in points, of an axis with room for 0, every seed and the intervals in any order."""
    points = []
    for steps in adding.steps.values():
        points += [step.own for step in steps]
        points += [end for step in steps for end in (step.low, step.high) if not math.isnan(end)]
    return ticks_with_zero(points)


def stopping_chart(rows: pd.DataFrame) -> alt.LayerChart:
    """Draws for each rule the share of methods that had a verdict by so many seeds; rows: of `stopping`."""
    words = {USUAL: _("a verdict after every repeat"), AT_STATIONS: _("the lab's verdicts")}
    base = alt.Chart().encode(
        x=alt.X(
            "seeds:Q",
            title=_("Repeats"),
            scale=alt.Scale(domain=[1, MOST_SEEDS], nice=False),
            axis=alt.Axis(
                values=[1, *(each for each in STATIONS if each <= MOST_SEEDS)], format="d", grid=False
            ),
        ),
        y=alt.Y(
            "share:Q",
            title=_("Share of methods that do nothing"),
            scale=alt.Scale(domain=[0, 0.4]),
            axis=alt.Axis(format="%", tickCount=5),
        ),
        color=alt.Color(
            "rule:N",
            scale=alt.Scale(domain=list(words), range=[COLORS["light"][2], COLORS["light"][1]]),
            legend=alt.Legend(
                title=None, orient="top", labelLimit=300, labelExpr=in_words("datum.value", words)
            ),
        ),
        strokeDash=alt.StrokeDash(
            "rule:N", scale=alt.Scale(domain=list(words), range=[[6, 3], [1, 0]]), legend=None
        ),
    )
    tooltip: list[Any] = [
        alt.Tooltip("rule_words:N", title=_("Rule")),
        alt.Tooltip("seeds:Q", title=_("Repeats")),
        alt.Tooltip("share:Q", title=_("Said to help or to hurt by then"), format=".1%"),
    ]
    layers = (
        base.mark_line(interpolate="step-after", strokeWidth=2.5),
        base.mark_point(size=120, opacity=0).encode(tooltip=tooltip),
    )
    title = _("A method that does nothing, said to help or to hurt")
    return finished(alt.layer(*layers, data=rows), title, 300, words={"rule": words})
