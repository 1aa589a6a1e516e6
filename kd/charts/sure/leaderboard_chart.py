"""The leaderboard of objectives: each one's mean gain and its interval, the best on top."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import by_role, finished, in_words
from kd.studies.verdicts import BASELINE, HELPS, HURTS, NOT_JUDGED, NOT_SHOWN
from kd.text.study_words import verdict_word
from kd.text.translation import _

_COLUMNS = ("objective", "difference", "low", "high", "p_corrected", "seeds", "verdict")
_PIXELS_A_ROW = 44


def leaderboard_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of `leaderboard_chart`.

    Args:
        table: of kd.studies.sure.leaderboard.leaderboard.

    Returns:
        Columns role, objective, difference, low, high (in points), p_corrected, seeds, verdict (a code) and
        shown (whether a difference is). The baseline has no interval.
    """
    rows = table[list(_COLUMNS)].copy()
    rows.insert(0, "role", "distilled")
    rows["shown"] = rows["verdict"].isin([HELPS, HURTS])
    return rows


def leaderboard_ends(tables: Sequence[pd.DataFrame]) -> tuple[float, float]:
    """From where to where the axis of such charts side by side goes. tables: as of `leaderboard_rows`."""
    columns = pd.concat(tables)[["difference", "low", "high"]]
    return math.floor(min(columns.min().min(), 0)), math.ceil(max(columns.max().max(), 0))


def leaderboard_chart(
    rows: pd.DataFrame, names: Mapping[str, str], over: str, steps: str, ends: tuple[float, float]
) -> alt.LayerChart:
    """A dot with its 95 % interval for each objective: filled where a difference is shown, else hollow.

    Args:
        rows: of `leaderboard_rows`.
        names: objective → what it is called.
        over: what the gain is over.
        steps: how long each was trained, such as '640 steps'.
        ends: of `leaderboard_ends`.
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
    zero = alt.Chart().mark_rule(color="#888888").encode(x=alt.datum(0, type="quantitative"))
    interval: dict[str, Any] = {"x": alt.X("low:Q", title=title, axis=axis), "x2": "high:Q"}
    dot: dict[str, Any] = {"shape": "square", "size": 150, "strokeWidth": 2, "opacity": 1}
    compared = f"datum.verdict != '{BASELINE}'"
    return finished(
        alt.layer(
            zero,
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
