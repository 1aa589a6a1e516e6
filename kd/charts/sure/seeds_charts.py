"""Seeds added one by one, with their interval, and what all choices of so many of them would have said."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from kd.charts.parts import AGAINST, by_role, finished, in_words
from kd.charts.theme import COLORS
from kd.studies.sure.adding_seeds import SIDES, AddingSeeds
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import verdict_word
from kd.text.translation import _

SIDE_COLORS = {HELPS: COLORS["light"][1], NOT_SHOWN: "#9A9A9A", HURTS: AGAINST}
# The interval of two or three seeds is far wider than all else: the axis has room for that of so many.
_FITS = 4
_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_MOST_TICKS = 6


def gain_ticks(adding: AddingSeeds) -> list[float]:
    """The ticks of the axis of gains, in points, which begins at the first and ends at the last.

    It has room for 0, for every seed and for the intervals of four seeds and more in any order, so that it
    stays where it is while seeds are added.
    """
    points = [0.0]
    for steps in adding.steps.values():
        points += [step.own for step in steps]
        fitting = steps[min(_FITS, len(steps)) - 1 :]
        points += [end for step in fitting for end in (step.low, step.high) if not math.isnan(end)]
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
        difference, low and high (of all so far, in points), added (whether it is among the first), here
        (whether it is the last of these).
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
    """Each seed's gain, and the mean of the first ones with its 95 % interval.

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
    several = base.transform_filter("datum.number > 1")
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


def choices_rows(choices: np.ndarray, number: int) -> pd.DataFrame:
    """The rows of `choices_chart`.

    Args:
        choices: (n, 3), of kd.studies.sure.adding_seeds.AddingSeeds.
        number: how many seeds are chosen now.

    Returns:
        Columns number, side (of SIDES), place (its index), choices (how many say so), share (of all), here.
    """
    rows = [
        {
            "number": at,
            "side": side,
            "place": place,
            "choices": int(counts[place]),
            "share": float(counts[place] / counts.sum()),
            "here": at == number,
        }
        for at, counts in enumerate(choices, 1)
        for place, side in enumerate(SIDES)
    ]
    return pd.DataFrame(rows)


def choices_chart(rows: pd.DataFrame, seeds: int, height: int = 340) -> alt.LayerChart:
    """For each number of seeds, the shares of all choices that say that it helps, show nothing, and hurts.

    Args:
        rows: of `choices_rows`.
        seeds: how many there are.
        height: of the plot in pixels.
    """
    words = {side: verdict_word(side) for side in SIDES}
    legend = alt.Legend(
        title=None, orient="top", symbolType="square", labelExpr=in_words("datum.value", words)
    )
    colour = alt.Scale(domain=list(SIDE_COLORS), range=list(SIDE_COLORS.values()))
    bars = (
        alt.Chart()
        .mark_bar(width={"band": 0.7})
        .encode(
            x=alt.X(
                "number:O",
                title=_("Number of seeds"),
                scale=alt.Scale(domain=list(range(1, seeds + 1))),
                axis=alt.Axis(labelAngle=0, ticks=False),
            ),
            y=alt.Y(
                "share:Q",
                title=_("Share of all choices"),
                stack="zero",
                axis=alt.Axis(format="%", tickCount=4),
            ),
            order="place:Q",
            color=alt.Color("side:N", scale=colour, legend=legend),
            opacity=alt.condition("datum.here", alt.value(1), alt.value(0.5)),
            tooltip=[
                alt.Tooltip("number:O", title=_("Number of seeds")),
                alt.Tooltip("side_words:N", title=_("What they say")),
                alt.Tooltip("choices:Q", title=_("Choices of seeds"), format=","),
                alt.Tooltip("share:Q", title=_("Share of all choices"), format=".1%"),
            ],
        )
    )
    title = _("What so many seeds say")
    return finished(alt.layer(bars, data=rows), title, height, words={"side": words})
