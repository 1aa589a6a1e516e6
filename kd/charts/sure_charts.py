"""Charts of how sure a result is: when to stop adding seeds, and the leaderboard of objectives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiment_plan import ticks_with_zero
from kd.charts.parts import COLORS, by_role, finished, in_words, zero_rule
from kd.studies.over_seeds import STATIONS
from kd.studies.sure.single_seeds import AddingSeeds
from kd.studies.sure.stopping import AT_STATIONS, USUAL
from kd.studies.verdicts import BASELINE, HELPS, HURTS, NOT_JUDGED, NOT_SHOWN
from kd.text.study_words import verdict_word
from kd.text.translation import _


def gain_ticks(adding: AddingSeeds) -> list[float]:
    """Returns the ticks, in points, of an axis with room for 0, every seed and the intervals in any order."""
    points = []
    for steps in adding.steps.values():
        points += [step.own for step in steps]
        points += [end for step in steps for end in (step.low, step.high) if not math.isnan(end)]
    return ticks_with_zero(points)


_LEAST = 0.3


def stopping_chart(rows: pd.DataFrame, most: int) -> alt.LayerChart:
    """Draws for each rule the share of methods that had a verdict by so many seeds."""
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
    return finished(alt.layer(*layers, data=rows), title, 340, words={"rule": words})


_COLUMNS = ("objective", "difference", "low", "high", "p_corrected", "seeds", "verdict")
_PIXELS_A_ROW = 44


def leaderboard_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Makes the rows of `leaderboard_chart`; the baseline has no interval and is not `shown`."""
    rows = table[list(_COLUMNS)].copy()
    rows.insert(0, "role", "distilled")
    rows["shown"] = rows["verdict"].isin([HELPS, HURTS])
    return rows


def leaderboard_ends(tables: Sequence[pd.DataFrame]) -> tuple[float, float]:
    """Returns the ends of the axis of such charts side by side."""
    columns = pd.concat(tables)[["difference", "low", "high"]]
    return math.floor(min(columns.min().min(), 0)), math.ceil(max(columns.max().max(), 0))


def leaderboard_chart(
    rows: pd.DataFrame, names: Mapping[str, str], over: str, steps: str, ends: tuple[float, float]
) -> alt.LayerChart:
    """Draws a dot with its 95 % interval for each objective: filled where a difference is shown, else hollow.

    names: objective → what it is called. over: what the gain is over. steps: how long each was trained.
    """
    words = {code: verdict_word(code) for code in (HELPS, HURTS, NOT_SHOWN, NOT_JUDGED, BASELINE)}
    base = alt.Chart().encode(
        y=alt.Y(
            "objective:N",
            title=None,
            sort=alt.EncodingSortField("difference", op="max", order="descending"),
            axis=alt.Axis(
                labelExpr=in_words("datum.value", names),
                labelLimit=240,
                labelFlush=False,
                ticks=False,
                domain=False,
            ),
        ),
        color=by_role(),
        tooltip=[
            alt.Tooltip("objective_words:N", title=_("Objective")),
            alt.Tooltip("difference:Q", title=_("Mean difference (points)"), format="+.2f"),
            alt.Tooltip("low:Q", title=_("95 % interval, from"), format="+.2f"),
            alt.Tooltip("high:Q", title=_("95 % interval, to"), format="+.2f"),
            alt.Tooltip("seeds:Q", title=_("Seeds")),
            alt.Tooltip("p_corrected:Q", title=_("p, corrected"), format=".2~g"),
            alt.Tooltip("verdict_words:N", title=_("Verdict")),
        ],
    )
    axis = alt.Axis(
        tickCount=6, labelFlush=False, labelExpr="datum.value == 0 ? '0' : format(datum.value, '+~g')"
    )
    title = _("Accuracy in points above {what}", what=over)
    at = alt.X("difference:Q", title=title, axis=axis, scale=alt.Scale(domain=list(ends)))
    interval: dict[str, Any] = {"x": alt.X("low:Q", title=title, axis=axis), "x2": "high:Q"}
    dot: dict[str, Any] = {"shape": "square", "size": 150, "strokeWidth": 2, "opacity": 1}
    compared = f"datum.verdict != '{BASELINE}'"
    return finished(
        alt.layer(
            zero_rule("x", color="#888888"),
            base.mark_rule(strokeWidth=2.5, opacity=0.6).encode(**interval),
            base.transform_filter("datum.shown").mark_point(filled=True, **dot).encode(x=at),
            base.transform_filter(f"!datum.shown && {compared}").mark_point(**dot).encode(x=at),
            base.transform_filter(f"!({compared})").mark_tick(thickness=4, size=22).encode(x=at),
            data=rows,
        ),
        _("Every objective after {steps}", steps=steps),
        _PIXELS_A_ROW * len(names),
        words={"objective": names, "verdict": words},
    )
