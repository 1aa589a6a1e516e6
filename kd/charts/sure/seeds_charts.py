"""Seeds added one by one, with the interval of each verdict."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import by_role, finished
from kd.studies.sure.adding_seeds import AddingSeeds
from kd.text.translation import _

_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_MOST_TICKS = 6


def gain_ticks(adding: AddingSeeds) -> list[float]:
    """The ticks of the axis of gains, in points, which begins at the first and ends at the last.

    It has room for 0, for every seed and for the intervals in any order, so that it stays where it is while
    seeds are added.
    """
    points = [0.0]
    for steps in adding.steps.values():
        points += [step.own for step in steps]
        points += [end for step in steps for end in (step.low, step.high) if not math.isnan(end)]
    low, high = min(points), max(points)
    step = next((each for each in _STEPS if (high - low) / each <= _MOST_TICKS), _STEPS[-1])
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * at, 2) for at in range(first, max(last, first + 1) + 1)]


def seeds_rows(adding: AddingSeeds, order: str, number: int) -> pd.DataFrame:
    """The rows of `seeds_chart`.

    Args:
        order: one of kd.studies.sure.adding_seeds.ORDERS.
        number: how many seeds have been added.

    Returns:
        A row for each seed: role, number (of seeds with it), seed, own (its gain in points), says,
        difference (of all so far, in points), low and high (of the last verdict), added (whether it is among
        the first), here (whether it is the last of these).
    """
    rows = [
        {
            "role": "distilled",
            "number": at,
            **{name: getattr(step, name) for name in ("seed", "own", "says", "difference", "low", "high")},
            "added": at <= number,
            "here": at == number,
        }
        for at, step in enumerate(adding.steps[order], 1)
    ]
    return pd.DataFrame(rows)


def seeds_chart(rows: pd.DataFrame, ticks: list[float], seeds: int, height: int = 340) -> alt.LayerChart:
    """Each seed's gain, the mean of the first ones, and the 95 % interval of the last verdict.

    Args:
        rows: of `seeds_rows`.
        ticks: of `gain_ticks`.
        seeds: how many there are.
        height: of the plot in pixels.
    """
    scale = alt.Scale(domain=[ticks[0], ticks[-1]], nice=False, clamp=True)
    y: dict[str, Any] = {
        "title": _("Gain over scratch (points)"),
        "scale": scale,
        "axis": alt.Axis(values=ticks, format="+~g"),
    }
    base = alt.Chart().encode(
        x=alt.X(
            "number:Q",
            title=_("Number of seeds"),
            scale=alt.Scale(domain=[0.5, seeds + 0.5], nice=False),
            axis=alt.Axis(values=list(range(1, seeds + 1)), format="d", grid=False),
        ),
        color=by_role(),
        tooltip=[
            alt.Tooltip("seed:Q", title=_("Seed")),
            alt.Tooltip("own:Q", title=_("Its own gain (points)"), format="+.2f"),
            alt.Tooltip("difference:Q", title=_("Mean so far (points)"), format="+.2f"),
            alt.Tooltip("low:Q", title=_("95 % interval, from"), format="+.2f"),
            alt.Tooltip("high:Q", title=_("95 % interval, to"), format="+.2f"),
        ],
    )
    interval, mean = {"y": alt.Y("low:Q", **y), "y2": "high:Q"}, alt.Y("difference:Q", **y)
    several = base.transform_filter("isValid(datum.low)")
    here = "datum.here"
    layers = (
        alt.Chart().mark_rule(opacity=0.7).encode(y=alt.datum(0, type="quantitative")),
        several.mark_area(opacity=0.14).encode(**interval),
        base.mark_line(strokeWidth=1.5, opacity=0.6).encode(y=mean),
        several.transform_filter(here).mark_rule(strokeWidth=3).encode(**interval),
        base.mark_point(shape="circle", size=60, filled=True).encode(
            y=alt.Y("own:Q", **y), opacity=alt.condition("datum.added", alt.value(0.85), alt.value(0.2))
        ),
        base.transform_filter(here)
        .mark_point(shape="square", size=190, filled=True, opacity=1)
        .encode(y=mean),
    )
    return finished(alt.layer(*layers, data=rows), _("Gain over scratch as seeds are added"), height)
