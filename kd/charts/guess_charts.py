"""Charts of what a class has guessed: a dot a person, a bar an answer, a thin curve a person."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.class_charts import along
from kd.charts.experiment_plan import COLUMNS, CROWD, GUESS, Plan, guess_rows, ticks_with_zero
from kd.charts.parts import by_role, finished, zero_rule
from kd.text.study_words import signed
from kd.text.translation import _

HEIGHT = 225
"""In pixels; a presenter's window shows it larger."""
_BINS, _LEAST_UP = 48, 4
_WIDEST, _PIXELS_A_LINE, _PIXELS_BETWEEN, _AROUND = 26, 18, 18, 70


def guess_ticks(guesses: Sequence[float], low: float, high: float) -> list[float]:
    """Returns the ticks of an axis with room for 0, all guesses and what came out."""
    return ticks_with_zero([*guesses, low, high])


def dot_rows(
    guesses: Mapping[str, float], ticks: Sequence[float], found: tuple[float, float, float], middle: float
) -> pd.DataFrame:
    """Makes a row for each guess, for what came out, and for the median guess, if there is one.

    guesses: name → points; up: its place in its stack, from 0. found: the mean, low and high. middle: or NaN.
    """
    width, filled = (ticks[-1] - ticks[0]) / _BINS, Counter[int]()
    mean, low, high = found
    rows: list[tuple[Any, ...]] = [("found", _("What came out"), mean, signed(mean, 1), 0, low, high)]
    if not math.isnan(middle):
        rows.append(("middle", _("Median guess"), middle, signed(middle, 1), 0, middle, middle))
    for name, guess in guesses.items():
        column = round(guess / width)
        rows.append(("guess", name, guess, signed(guess, 1), filled[column], guess, guess))
        filled[column] += 1
    return pd.DataFrame(rows, columns=["kind", "person", "points", "said", "up", "low", "high"])


def guess_dots(rows: pd.DataFrame, ticks: Sequence[float], most: int) -> alt.LayerChart:
    """Draws a dot for each guess above the points, and what came out with its interval.

    rows: of `dot_rows`. most: dots in the highest stack.
    """
    x = along(ticks)
    highest = max(_LEAST_UP, most) + 0.3
    y = alt.Y("up:Q", scale=alt.Scale(domain=[-0.7, highest], nice=False), axis=None)
    at = alt.X("points:Q", **x)
    found, middle, guesses = (
        alt.Chart().transform_filter(f"datum.kind == '{kind}'") for kind in ("found", "middle", "guess")
    )
    found = found.transform_calculate(role="'distilled'").encode(color=by_role())
    tooltip = [alt.Tooltip("person:N", title=_("Whose")), alt.Tooltip("said:N", title=_("Points"))]
    return finished(
        alt.layer(
            zero_rule("x", strokeWidth=2, opacity=0.7),
            found.mark_bar(opacity=0.25, orient="horizontal").encode(
                x=alt.X("low:Q", **x), x2="high:Q", y=alt.value(0), y2=alt.value("height")
            ),
            found.mark_rule(strokeWidth=4).encode(x=at, tooltip=tooltip),
            middle.mark_rule(strokeWidth=2.5, strokeDash=[7, 5], color="black").encode(x=at, tooltip=tooltip),
            guesses.mark_point(size=190, strokeWidth=2.5, color="black", opacity=1).encode(
                x=at, y=y, tooltip=tooltip
            ),
            data=rows,
        ),
        _("Everybody's guess, in percentage points"),
        HEIGHT,
        _("Line and band: what came out, and its likely range (95\u00a0%). Dashed: the median guess."),
    )


def bar_rows(counts: Mapping[str, int]) -> pd.DataFrame:
    """Makes a row for each answer. counts: what it says → how many chose it, in the order of the answers."""
    return pd.DataFrame(
        [("\n".join(wrap(answer, _WIDEST)), count) for answer, count in counts.items()],
        columns=["answer", "count"],
    )


def guess_bars(rows: pd.DataFrame, answers: Sequence[str], most: int) -> alt.LayerChart:
    """Draws a bar for each answer. rows: of `bar_rows`, answers: of it. most: who could have chosen one."""
    broken = ["\n".join(wrap(answer, _WIDEST)) for answer in answers]
    lines = sum(answer.count("\n") + 1 for answer in broken)
    base = alt.Chart().encode(
        x=alt.X("count:Q", title=None, scale=alt.Scale(domain=[0, max(most, 1)], nice=False), axis=None),
        y=alt.Y(
            "answer:N",
            title=None,
            scale=alt.Scale(domain=broken, paddingInner=0.3, paddingOuter=0.1),
            axis=alt.Axis(
                ticks=False,
                domain=False,
                labelLimit=400,
                labelOverlap=False,
                labelExpr="split(datum.label, '\\n')",
            ),
        ),
        tooltip=[alt.Tooltip("answer:N", title=_("Answer")), alt.Tooltip("count:Q", title=_("Guesses"))],
    )
    return finished(
        alt.layer(
            base.mark_bar(color="#888888"),
            base.mark_text(align="left", dx=8, fontWeight=600).encode(text="count:Q"),
            data=rows,
        ),
        _("Guesses"),
        _AROUND + _PIXELS_A_LINE * lines + _PIXELS_BETWEEN * len(broken),
    )


def curve_rows(plan: Plan, guesses: Mapping[str, Sequence[float]], middle: Sequence[float]) -> pd.DataFrame:
    """Makes the rows of everybody's curves, and of the median guess, for the experiment's chart."""
    rows = [
        guess_rows(plan, curve).assign(source=CROWD, series=f"{number}", name=name)
        for number, (name, curve) in enumerate(guesses.items())
    ]
    if rows:
        rows.append(guess_rows(plan, middle).assign(name=_("Median guess"), source=GUESS))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS))
