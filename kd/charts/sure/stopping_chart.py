"""The trap of stopping when it helps: how many methods without effect are said to have one, seed by seed."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import finished, in_words
from kd.charts.theme import COLORS
from kd.studies.sure.stations import STATIONS
from kd.studies.sure.stopping import AT_STATIONS, USUAL
from kd.text.translation import _

_LEAST = 0.3


def stopping_chart(rows: pd.DataFrame, most: int, height: int = 340) -> alt.LayerChart:
    """A line for each rule: the share of methods that had a verdict by so many seeds.

    Args:
        rows: of `kd.studies.sure.stopping.stopping`.
        most: up to how many seeds.
        height: of the plot in pixels.
    """
    words = {USUAL: _("a verdict at every look"), AT_STATIONS: _("verdicts at stations only")}
    base = alt.Chart().encode(
        x=alt.X(
            "seeds:Q",
            title=_("Number of seeds"),
            scale=alt.Scale(domain=[1, most], nice=False),
            axis=alt.Axis(values=[1, *(each for each in STATIONS if each <= most)], format="d", grid=False),
        ),
        y=alt.Y(
            "share:Q",
            title=_("Share of methods that do nothing"),
            scale=alt.Scale(domain=[0, _LEAST], nice=True),
            axis=alt.Axis(format="%", tickCount=6),
        ),
        color=alt.Color(
            "rule:N",
            scale=alt.Scale(domain=list(words), range=[COLORS["light"][2], COLORS["light"][1]]),
            legend=alt.Legend(title=None, orient="top", labelExpr=in_words("datum.value", words)),
        ),
        strokeDash=alt.StrokeDash(
            "rule:N", scale=alt.Scale(domain=list(words), range=[[6, 3], [1, 0]]), legend=None
        ),
    )
    tooltip: list[Any] = [
        alt.Tooltip("rule_words:N", title=_("Rule")),
        alt.Tooltip("seeds:Q", title=_("Number of seeds")),
        alt.Tooltip("share:Q", title=_("Said to help or to hurt by then"), format=".1%"),
    ]
    layers = (
        base.mark_line(interpolate="step-after", strokeWidth=2.5),
        base.mark_point(size=120, opacity=0).encode(tooltip=tooltip),
    )
    title = _("A method that does nothing: said to help or to hurt")
    return finished(alt.layer(*layers, data=rows), title, height, words={"rule": words})
