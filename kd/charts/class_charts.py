"""Charts of what a class has trained: a dot a person, and the mean as they land with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiment_plan import ticks_with_zero
from kd.charts.parts import by_role, finished, shaded, zero_rule
from kd.classes.gains import Gains
from kd.text.study_words import signed
from kd.text.translation import _

HEIGHT = 225
"""Of each chart, in pixels; a presenter's window shows them larger."""
MOST_NAMED = 12
"""With more dots than this, names are in their tooltips alone."""

_COLUMNS = (
    "order", "person", "role", "said", "gain", "up", "mean", "low", "high", "interval", "last",
)  # fmt: skip
_LEAST_UP = 5
_DOT, _LETTER = 1 / 36, 1 / 52
"""Their widths as parts of the axis."""
_SIZE = 150
"""Of a dot, in square pixels."""
_EMPTY = (-1.0, 5.0)


def gain_ticks(found: Gains) -> list[float]:
    """Returns the ticks of the axis of gains: all dots are on it, and a wide interval goes beyond."""
    return ticks_with_zero(found.own or _EMPTY)


def gain_rows(found: Gains, names: Sequence[str], is_named: bool = False) -> pd.DataFrame:
    """Makes a row for each repeat in the order of landing; names: of its people, as the wall shows them.

    gain and its place up in the swarm, where names keep apart if they stand at the dots; mean, low and high:
    of all repeats up to this one.
    """
    ups = _ups(found, [_LETTER * len(name) if is_named else 0.0 for name in names], 2 if is_named else 1)
    rows = []
    steps = zip(names, found.own, ups, found.mean, found.low, found.high, strict=True)
    for number, (name, gain, up, mean, low, high) in enumerate(steps, 1):
        known = low == low
        interval = _("{low} to {high}", low=signed(low), high=signed(high)) if known else "–"
        last = number == len(found.own)
        rows.append((number, name, "distilled", signed(gain), gain, up, mean, low, high, interval, last))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _ups(found: Gains, widths: Sequence[float], step: int) -> list[int]:
    """Returns how far each dot is from the middle, so that none lies on another: 0, 1, −1, 2, −2, …"""
    ticks = gain_ticks(found)
    levels: dict[int, list[tuple[float, float]]] = {}
    ups = []
    for gain, width in zip(found.own, widths, strict=True):
        at, half = gain / (ticks[-1] - ticks[0]), max(width, _DOT) / 2
        for number in count():
            up = step * ((number + 1) // 2) * (-1 if number % 2 else 1)
            level = levels.setdefault(up, [])
            if all(abs(at - other) >= half + wide for other, wide in level):
                break
        level.append((at, half))
        ups.append(up)
    return ups


def along(ticks: Sequence[float]) -> dict[str, Any]:
    """Returns what an axis of percentage points from left to right is like."""
    return {
        "scale": alt.Scale(domain=[ticks[0], ticks[-1]], nice=False, padding=12),
        "axis": alt.Axis(values=list(ticks), format="+.2~f", labelExpr=LABEL, grid=False),
        "title": None,
    }


def swarm(rows: pd.DataFrame, ticks: Sequence[float], most: int, is_named: bool) -> alt.LayerChart:
    """Draws a dot for each person along the gain, the mean of all, and where it is likely to be.

    rows: of `gain_rows`. most: how far dots are from the middle, at most. is_named: whether names stand at
    the dots.
    """
    x = along(ticks)
    ends = max(_LEAST_UP, most + 1)
    size = _SIZE * min(1, (_LEAST_UP + 3) / ends) ** 2  # smaller where a large class stands in high columns
    y = alt.Y("up:Q", scale=alt.Scale(domain=[-ends, ends], nice=False), axis=None)
    all_ = alt.Chart().encode(color=by_role())
    last = all_.transform_filter("datum.last")
    band = shaded(last.transform_filter("isValid(datum.low)").mark_rect(opacity=0.3, clip=True), "cell")
    dots = all_.mark_square(size=size, opacity=0.85).encode(
        x=alt.X("gain:Q", **x),
        y=y,
        tooltip=[
            alt.Tooltip("person:N", title=_("Whose")),
            alt.Tooltip("said:N", title=_("Gain (points)")),
            alt.Tooltip("order:Q", title=_("Landed as number")),
        ],
    )
    ring = alt.Chart().transform_filter("datum.order == 1")
    ring = ring.mark_square(size=500, filled=False, stroke="#888888", strokeWidth=3, opacity=1)
    named = alt.Chart().mark_text(dy=-16, align="center").encode(x=alt.X("gain:Q", **x), y=y, text="person:N")
    return finished(
        alt.layer(
            zero_rule("x", strokeWidth=2, opacity=0.7),
            band.encode(x=alt.X("low:Q", **x), x2="high:Q"),
            last.transform_filter("datum.order > 1").mark_rule(strokeWidth=3).encode(x=alt.X("mean:Q", **x)),
            dots,
            ring.encode(x=alt.X("gain:Q", **x), y=y),
            *([named] if is_named else []),
            data=rows,
        ),
        _("Gain of each student, in percentage points"),
        HEIGHT,
        _("Line and band: the mean, and where it likely is (95\u00a0%)."),
    )


def course(rows: pd.DataFrame, ticks: Sequence[float], last: int) -> alt.LayerChart:
    """Draws the mean of the first 1, 2, … repeats with its interval; rows: of `gain_rows`.

    last: where the axis of repeats ends.
    """
    x = alt.X(
        "order:Q",
        title=_("Repeats (seeds)"),
        scale=alt.Scale(domain=[1, last], nice=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=6, grid=False),
    )
    y: dict[str, Any] = {
        "title": None,
        "scale": alt.Scale(domain=[ticks[0], ticks[-1]], nice=False),
        "axis": alt.Axis(values=list(ticks), format="+.2~f", labelExpr=LABEL),
    }
    all_ = alt.Chart().encode(x=x, color=by_role())
    return finished(
        alt.layer(
            zero_rule(strokeWidth=2, opacity=0.7),
            all_.transform_filter("isValid(datum.low)")
            .mark_area(opacity=0.2, clip=True)
            .encode(y=alt.Y("low:Q", **y), y2="high:Q"),
            all_.mark_line(strokeWidth=3).encode(y=alt.Y("mean:Q", **y)),
            all_.mark_circle(size=40, opacity=1).encode(
                y=alt.Y("mean:Q", **y),
                tooltip=[
                    alt.Tooltip("order:Q", title=_("Repeats (seeds)")),
                    alt.Tooltip("mean:Q", title=_("Gain (points)"), format="+.2f"),
                    alt.Tooltip("interval:N", title=_("Likely between (95\u00a0%)")),
                ],
            ),
            data=rows,
        ),
        _("Mean gain, repeat by repeat"),
        HEIGHT,
        _("Band: likely range (95\u00a0%)."),
    )


LABEL = "datum.value == 0 ? '0' : replace(datum.label, '-', '−')"
