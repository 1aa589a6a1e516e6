"""The figures of a study: a heat map of its verdicts, lines with bands, and when to stop adding repeats."""

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import product
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.experiment_plan import ticks_with_zero
from kd.charts.parts import (
    COLORS,
    by_role,
    finished,
    in_words,
    mean_tooltips,
    number_axis,
    role_words,
    zero_rule,
)
from kd.charts.run_charts import accuracy_title
from kd.config import FIELDS
from kd.studies.axes import are_numbers, in_order, is_logarithmic, values_in_order
from kd.studies.over_seeds import STATIONS
from kd.studies.sure.near import AMONG_MANY, NOT_SURE, ZERO, why_not_shown
from kd.studies.sure.single_seeds import AT_STATIONS, MOST_SEEDS, USUAL, AddingSeeds
from kd.studies.verdicts import course
from kd.text.study_words import difference, leans, p_value_words, signed, verdict_word
from kd.text.translation import N_, _
from kd.text.words import accuracy

FULL_COLOUR = 10.0
"""In points: from here on, a gain or a loss has the full colour. The same for every study, so that colours
stay as they are while one fills, and can be compared."""

MISSING, FAILED = "missing", "failed"
"""What a cell is that has no verdict: none of its runs has finished, or one of them cannot."""

HATCHES = 5
_WHY = {
    ZERO: N_("no difference shown: zero is in the likely range"),
    AMONG_MANY: N_("not settled: may be luck among so many cells"),
    NOT_SURE: N_("not settled: not sure enough for a verdict"),
}
_LEAST_HEIGHT = 360
_VERDICTS = ("helps", "hurts", "not shown", "not judged yet", "baseline")
_GAIN, _GAIN_OVER_A_CELL = (
    N_("Gain over scratch, in percentage points"),
    N_("Gain over the baseline, in percentage points"),
)
_TICKS = (-10, -2, 0, 2, 10)


def heat_map_rows(
    table: pd.DataFrame,
    axes: Sequence[str],
    values: Mapping[str, Sequence[Hashable]],
    failed: Mapping[int, str] | None = None,
) -> pd.DataFrame:
    """Makes a row for each cell of a heat map, also for those that have no result.

    table: of `verdicts`; the first axis goes across, the second up. failed: number of a cell → why a run of
    it failed. Cells are numbered by the first axis, then the second. verdict may be MISSING or FAILED, too.
    """
    first, second = axes
    found = {(row[first], row[second]): row for row in table.to_dict("records")}
    largest = max((abs(row["difference"]) for row in found.values() if row["seeds"]), default=0.0)
    rows = []
    for number, (across, up) in enumerate(product(values[first], values[second])):
        row, reason = found.get((across, up)), (failed or {}).get(number, "")
        rows.append(
            {
                "cell": number,
                "across": FIELDS[first].in_words(across),
                "up": FIELDS[second].in_words(up),
                **_figures(row, reason, digits=1 if largest >= 1 else 2),
                "reason": reason,
                "chosen": False,
            }
        )
    return pd.DataFrame(rows)


def _figures(row: Mapping[str, Any] | None, reason: str, digits: int) -> dict[str, Any]:
    """Returns what a cell shows; `row` is None where nothing has finished, `digits` those of its number."""
    verdict = row["verdict"] if row and row["seeds"] else FAILED if reason else MISSING
    row = row or {
        "seeds": 0,
        "verdict": verdict,
        **dict.fromkeys(("difference", "low", "high", "p_corrected"), math.nan),
    }
    signs = {MISSING: "", FAILED: "✕", "baseline": "="}
    unsure = " ?" if verdict == "not judged yet" else ""
    label = signs[verdict] if verdict in signs else signed(difference(row), digits) + unsure
    return {
        **{name: row[name] for name in ("seeds", "difference", "low", "high", "p_corrected")},
        "verdict": verdict,
        "said": (why_not_shown(row) if verdict == "not shown" else "") or verdict,
        "hatched": verdict == "not shown",
        "half": leans(row),
        "label": label + (" ✕" if reason and verdict != FAILED else ""),
        "interval": "–"
        if math.isnan(row["low"])
        else _("{low} and {high}", low=signed(row["low"]), high=signed(row["high"])),
        "p": p_cell(row["p_corrected"]),
    }


def p_cell(p_value: float) -> str:
    """Writes a p-value under a heading that says what it is: '< 0.001', '0.012', or '–' without one."""
    return "–" if math.isnan(p_value) else p_value_words(p_value).removeprefix("p ").removeprefix("= ")


def heat_map(
    rows: pd.DataFrame,
    across: Sequence[str],
    up: Sequence[str],
    titles: Sequence[str],
    height: int,
    over_scratch: bool = True,
) -> alt.LayerChart:
    """Draws a cell for each combination: its colour is the gain, and lines across it say that none is shown.

    A click selects a cell in the parameter "opened". over_scratch: whether each cell is compared with its own
    scratch student, and not with one cell.
    """
    opened = alt.selection_point(name="opened", fields=["cell"], toggle=False, on="click")
    space: dict[str, Any] = {"paddingInner": 0.05, "paddingOuter": 0.0}
    scales = [alt.Scale(domain=list(each), **space) for each in (across, up[::-1])]
    axis = alt.Axis(labelAngle=0, ticks=False, domain=False, labelLimit=160, labelFlush=False)
    x = alt.X("across:N", title=titles[0], scale=scales[0], axis=axis)
    y = alt.Y("up:N", title=titles[1], scale=scales[1], axis=axis)
    whole = alt.Chart().encode(x=x, y=y)
    colour = alt.Color(
        "difference:Q",
        title=None,
        # the root brings out small gains; the colours are the theme's
        scale=alt.Scale(
            type="pow",
            exponent=0.5,
            domain=[-FULL_COLOUR, FULL_COLOUR],
            domainMid=0,
            clamp=True,
            interpolate="rgb",
        ),
        legend=alt.Legend(
            orient="bottom", direction="horizontal", gradientThickness=12,
            values=list(_TICKS), format="+d",
            labelExpr="datum.value == 0 ? '0' : datum.label", offset=8,
        ),
    )  # fmt: skip
    known = "isValid(datum.difference)"
    empty = whole.transform_filter(f"!{known}").mark_rect(fillOpacity=0, stroke="#888888", strokeDash=[3, 3])
    cells = whole.transform_filter(known).mark_rect(cornerRadius=2).encode(color=colour)
    numbers = whole.mark_text(fontWeight=600).encode(text="label:N")
    # on top of all: what has the tooltip and hears the click
    touched = (
        whole.mark_rect(fillOpacity=0, fill="#888888", cursor="pointer", cornerRadius=2)
        .encode(
            stroke=alt.value("#888888"),
            strokeWidth=alt.condition("datum.chosen", alt.value(4), alt.value(0)),
            tooltip=[
                alt.Tooltip("across:N", title=titles[0]),
                alt.Tooltip("up:N", title=titles[1]),
                alt.Tooltip("said_words:N", title=_("Verdict")),
                alt.Tooltip("label:N", title=_("Gain (points)")),
                alt.Tooltip("interval:N", title=_("Likely between")),
                alt.Tooltip("seeds:Q", title=_("Repeats (seeds)")),
                alt.Tooltip("p:N", title=_("p, all cells")),
            ],
        )
        .add_params(opened)
    )
    return finished(
        alt.layer(empty, cells, *_hatching(x, y, colour), numbers, touched, data=rows),
        _(_GAIN if over_scratch else _GAIN_OVER_A_CELL),
        height,
        _("Hatched: no difference shown. Half: not settled."),
        words={"said": verdict_words(over_scratch) | {why: _(words) for why, words in _WHY.items()}},
    )


def verdict_words(over_scratch: bool = True) -> dict[str, str]:
    """Returns the code of each verdict → what it is called, with what a cell without one is."""
    words = {code: verdict_word(code, over_scratch) for code in _VERDICTS}
    return words | {MISSING: _("not finished"), FAILED: _("failed")}


def _hatching(x: alt.X, y: alt.Y, colour: alt.Color) -> list[alt.Chart]:
    """Draws lines across the cells in which no difference is shown, but not through their numbers.

    A cell that leans one way has them in its first half only.
    """
    base = alt.Chart().transform_filter("datum.hatched")
    whole = base.transform_filter("!datum.half")

    def within(left: float, right: float, low: float, high: float) -> dict[str, Any]:
        """Returns channels for a part of a cell: 0 to 1 across and up."""
        sides = {"x2": alt.X2("across", bandPosition=right), "y2": alt.Y2("up", bandPosition=high)}
        return {"x": x.bandPosition(left), "y": y.bandPosition(low), **sides}

    hatches = []
    for at in (each / HATCHES for each in range(1, 2 * HATCHES)):
        low, high = max(0.0, at - 1), min(1.0, at)
        line = (base if at <= 1 else whole).mark_rule(opacity=0.6, strokeWidth=1.2)
        hatches.append(line.encode(**within(low, high, high, low)))
    return [*hatches, base.mark_rect().encode(color=colour, **within(0.2, 0.8, 0.28, 0.72))]


def heat_map_axes(values: Mapping[str, Sequence[Hashable]]) -> dict[str, Any]:
    """Returns the arguments of `heat_map` for two axes with these values, in words; height: in pixels."""
    across, up = ([FIELDS[axis].in_words(value) for value in values[axis]] for axis in values)
    titles = [_(FIELDS[axis].label) for axis in values]
    return {"across": across, "up": up, "titles": titles, "height": max(_LEAST_HEIGHT, 140 + 32 * len(up))}


def heat_map_chart(table: pd.DataFrame, axes: Sequence[str], over_scratch: bool = True) -> alt.LayerChart:
    """Draws a table of `verdicts` over two axes: the first goes across, the second up."""
    values = {axis: values_in_order(table[axis]) for axis in axes}
    rows = heat_map_rows(table, axes, values)
    return heat_map(rows, **heat_map_axes(values), over_scratch=over_scratch)


# An axis ends at a multiple of this: seldom elsewhere while a study fills.
_ACCURACY_STEP, _POINTS_STEP = 0.05, 2.0
_SLICE_COLUMNS = (
    "role", "x", "setting", "value", "low", "high", "seeds", "shown", "label", "interval",
)  # fmt: skip


def slice_rows(data: pd.DataFrame, axis: str) -> pd.DataFrame:
    """Makes the rows of `slice_lines`: of verdicts the gain, of runs (`study_frame`) both students.

    Values are in points, or fractions of the test pictures. shown: whether the verdict shows a difference.
    """
    gains = "verdict" in data.columns
    table = data.assign(role="distilled", mean=data["difference"]) if gains else course(data, axis)
    order = values_in_order(table[axis])

    def number(value: float) -> str:
        if math.isnan(value):
            return "–"
        return signed(value) if gains else accuracy(value)

    rows = [
        {
            "role": row["role"],
            "x": row[axis] if are_numbers(order) else FIELDS[axis].in_words(row[axis]),
            "setting": FIELDS[axis].in_words(row[axis]),
            "value": row["mean"],
            "low": row["low"],
            "high": row["high"],
            "seeds": row["seeds"],
            "shown": not gains or row["verdict"] in ("helps", "hurts"),
            "label": number(difference(row) if gains else row["mean"]),
            "interval": _("{low} to {high}", low=number(row["low"]), high=number(row["high"])),
        }
        for row in sorted(table.to_dict("records"), key=lambda row: order.index(row[axis]))
        if not math.isnan(row["mean"])
    ]
    return pd.DataFrame(rows, columns=list(_SLICE_COLUMNS))


def slice_axes(rows: pd.DataFrame, axis: str, values: Sequence[Hashable], gains: bool) -> dict[str, Any]:
    """Returns the arguments of `slice_lines`, which seldom change while a study fills."""
    ordered = in_order(values)
    if gains:
        low, high = _room(rows, 0.0, _POINTS_STEP, 0.4)
    else:
        low, high = max(0.0, _room(rows, 1.0, _ACCURACY_STEP, 0.15)[0]), 1.0
    return {
        "title": _(FIELDS[axis].label),
        "values": ordered if are_numbers(ordered) else [FIELDS[axis].in_words(value) for value in ordered],
        "log": is_logarithmic(ordered, axis),
        "low": low,
        "high": high,
        "gains": gains,
    }


def _room(rows: pd.DataFrame, fixed: float, step: float, share: float) -> tuple[float, float]:
    """Returns the ends of an axis, in steps: it has this value, all means, and a share around them.

    An interval may go on beyond: that of two seeds can be many times as wide as its neighbours'.
    """
    means = [fixed, *rows["value"]]
    around = share * (max(means) - min(means))
    low = math.floor((min(means) - around) / step - 0.1)
    high = math.ceil((max(means) + around) / step + 0.1)
    return round(step * low, 2), round(step * high, 2)


def slice_lines(
    rows: pd.DataFrame,
    title: str,
    values: Sequence[Any],
    log: bool,
    low: float,
    high: float,
    gains: bool,
    height: int = 300,
) -> alt.LayerChart:
    """Draws lines with bands along an axis of numbers, or marks with intervals along any other."""
    numeric = are_numbers(values)
    if numeric:
        x = number_axis(title, log, values, format=",.6~g", labelOverlap=True)
    else:
        x = alt.X("x:N", title=title, scale=alt.Scale(domain=list(values)), axis=alt.Axis(labelAngle=0))
    y: dict[str, Any] = {
        "title": _("Gain (points)") if gains else accuracy_title(low),
        "scale": alt.Scale(domain=[low, high], nice=False, zero=False),
        "axis": alt.Axis(tickCount=5) if gains else alt.Axis(tickCount=5, format="%"),
    }
    base = alt.Chart().encode(x=x, color=by_role())
    marked = base.encode(y=alt.Y("value:Q", **y))
    ranged = base.transform_filter("isValid(datum.low)").encode(y=alt.Y("low:Q", **y), y2="high:Q")
    band = (
        ranged.mark_area(opacity=0.18, clip=True)
        if numeric
        else ranged.mark_rule(strokeWidth=14, opacity=0.25, clip=True)
    )
    points = marked.mark_point(size=75, filled=True, opacity=1).encode(
        shape=by_role("shape"),
        fillOpacity=alt.condition("datum.shown", alt.value(1), alt.value(0)),
        stroke=by_role("color"),
        tooltip=mean_tooltips(
            alt.Tooltip("role_words:N", title=_("Model")),
            title,
            _("Gain (points)") if gains else _("Test accuracy"),
        ),
    )
    lines = [marked.mark_line(strokeWidth=2.5).encode(strokeDash=by_role("strokeDash"))] if numeric else []
    zero = [zero_rule(strokeDash=[2, 3], opacity=0.6)] if gains else []
    return finished(
        alt.layer(*zero, band, *lines, points, data=rows),
        _("Gain along {field}", field=title) if gains else _("Test accuracy along {field}", field=title),
        height,
        [_("Bands: likely ranges (95\u00a0%)."), *([_("Hollow: no difference shown.")] if gains else [])],
        words={"role": role_words()},
    )


def slice_chart(data: pd.DataFrame, axis: str) -> alt.LayerChart:
    """Draws a study along one axis: of a table of verdicts the gain, of runs both accuracies."""
    rows, values = slice_rows(data, axis), values_in_order(data[axis])
    return slice_lines(rows, **slice_axes(rows, axis, values, gains="verdict" in data.columns))


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
                title=None,
                orient="top",
                columns={"expr": "width < 400 ? 1 : 2"},
                labelLimit=300,
                labelExpr=in_words("datum.value", words),
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
