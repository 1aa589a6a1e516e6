"""Lines over the epochs of a run, each with its name and last value at its end."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import by_role, finished, in_words, shaded
from kd.charts.theme import TEXT_PIXELS
from kd.text.translation import _

# A label at the end of a line breaks before it has more letters.
_MOST_LETTERS = 20
_VALUE = "0.001"
_LABEL_PIXELS = TEXT_PIXELS + 4
# Of a chart's height, this much goes to its title and its axis in the app.
_AROUND_PIXELS = 116
# A line of more points than this is drawn without marks: they would cover it.
MOST_MARKS = 15


def label_start(name: str) -> str:
    """A line's name as its label begins: in rows of at most _MOST_LETTERS, so that its value fits, too."""
    return "\n".join(wrap(f"{name} {_VALUE}", _MOST_LETTERS)).removesuffix(_VALUE)


def share_of_a_label(height: int) -> float:
    """How much of a value axis the label of a line takes. height: the chart's, in pixels."""
    return _LABEL_PIXELS / (height - _AROUND_PIXELS)


def labelled(
    rows: list[dict[str, Any]],
    line: str,
    gap: float,
    highest: float,
    words: Callable[[float], str],
    log: bool = False,
) -> pd.DataFrame:
    """The rows as a table with a label for the end of each line, labels at least `gap` apart.

    The column "marked" says which points have a mark: those of lines with at most MOST_MARKS points.

    Args:
        rows: with role, epoch, value, point, and the column `line`, which tells the lines apart.
        gap: in values; in decades on a logarithmic axis.
        highest: where the axis ends, and so the highest label is.
        words: a value → its text.
        log: whether the axis is logarithmic.
    """
    last: dict[str, int] = {}
    for row in rows:
        last[row[line]] = max(row["epoch"], last.get(row[line], 0))
    ends = [row for row in rows if row["epoch"] == last[row[line]]]
    ends.sort(key=lambda row: row["value"])
    values = [row["value"] for row in ends]
    places = spread(
        [math.log10(each) for each in values] if log else values, gap, math.log10(highest) if log else highest
    )
    label_at = {id(row): 10**place if log else place for row, place in zip(ends, places, strict=True)}
    points = Counter(row[line] for row in rows if row["point"])
    # in plain Python: pandas took ten times as long, and a page redraws this every second
    names = rows[0] if rows else dict.fromkeys(("role", line, "epoch", "value", "point"))
    columns = {name: [row[name] for row in rows] for name in names}
    columns["label"] = [words(row["value"]) if id(row) in label_at else "" for row in rows]
    columns["label_at"] = [label_at.get(id(row), row["value"]) for row in rows]
    columns["marked"] = [row["point"] and points[row[line]] <= MOST_MARKS for row in rows]
    return pd.DataFrame(columns)


def spread(places: list[float], gap: float, highest: float) -> list[float]:
    """Ascending places moved as little apart as `gap` asks: upwards, and down again from the highest."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + gap) if apart else place)
    ceiling = highest
    for at in reversed(range(len(apart))):
        apart[at] = min(apart[at], ceiling)
        ceiling = apart[at] - gap
    return apart


def lines_chart(
    table: pd.DataFrame,
    title: str,
    last_epoch: int,
    height: int,
    value_axis: dict[str, Any],
    tooltip: list[alt.Tooltip],
    words: Mapping[str, Mapping[str, str]],
    dashes: alt.StrokeDash | None = None,
    shapes: alt.Shape | None = None,
    ghosts: bool = False,
    ghost_tooltip: list[alt.Tooltip] | None = None,
) -> alt.LayerChart:
    """Lines over epochs with their points, and beside the plot, where no line is, a label for each.

    All points have tooltips, but not all have marks.

    Args:
        table: of `labelled`.
        value_axis: arguments of alt.Y.
        words: the column that tells the lines apart → code → words. Labels break long ones into lines.
        dashes, shapes: what each line looks like, if its role does not say it.
        ghosts: whether the table has the column "ghost", the name of an earlier run; empty for this one. The
            earlier ones are thin, and have tooltips.
        ghost_tooltip: theirs, if it is not the others' with the name of the earlier run.
    """
    (line,) = words
    ticks = _whole_ticks(last_epoch)
    everything = alt.Chart().encode(
        x=alt.X(
            "epoch:Q",
            title=_("Epoch"),
            scale=alt.Scale(domain=[1, last_epoch], nice=False),
            axis=alt.Axis(values=ticks, format="d", grid=False),
        ),
        color=by_role(),
    )
    base = everything.transform_filter("datum.ghost == ''") if ghosts else everything
    marked = base.encode(y=alt.Y("value:Q", **value_axis))
    lines = marked.mark_line(strokeWidth=2.5).encode(strokeDash=dashes or by_role("strokeDash"))
    points = (
        marked.transform_filter("datum.point")
        .mark_point(filled=True, size=65)
        .encode(
            shape=shapes or by_role("shape"),
            opacity=alt.condition("datum.marked", alt.value(1), alt.value(0)),
            # a line has but one tooltip, that of its first point
            tooltip=tooltip,
        )
    )
    broken = {code: label_start(text) for code, text in words[line].items()}
    breaks: dict[str, Any] = {"lineBreak": "\n"} if any("\n" in text for text in broken.values()) else {}
    labels = (
        shaded(base.transform_filter("datum.label != ''"), "text")
        .transform_calculate(name=f"{in_words(f'datum.{line}', broken)} + datum.label")
        .mark_text(align="left", dx=10, fontWeight=600, **breaks)
        .encode(x=alt.value("width"), y=alt.Y("label_at:Q", **value_axis), text="name:N")
    )
    layers = [lines, points, labels]
    if ghosts:
        earlier = everything.transform_filter("datum.ghost != ''").encode(
            y=alt.Y("value:Q", **value_axis), detail=[alt.Detail("ghost:N"), alt.Detail(f"{line}:N")]
        )
        layers[:0] = [
            earlier.mark_line(strokeWidth=1, opacity=0.55).encode(strokeDash=by_role("strokeDash")),
            # a line is hard to hit: what has the tooltip is wider, and not seen
            earlier.mark_point(filled=True, size=120, opacity=0).encode(
                tooltip=ghost_tooltip or [alt.Tooltip("ghost:N", title=_("Earlier run")), *tooltip]
            ),
        ]
    return finished(alt.layer(*layers, data=table), title, height, words=words)


def last_epoch_of(events: Iterable[Mapping[str, Any]], epochs: int) -> int:
    """Where the axis of epochs ends: known before the first event, and 2 at least."""
    return max([2, epochs, *(event["epochs"] for event in events)])


def _whole_ticks(last_epoch: int) -> list[int]:
    """At most a dozen epochs to write on an axis: the first, and multiples of one step."""
    step = max(1, -(-last_epoch // 12))
    return [1, *range(step if step > 1 else 2, last_epoch + 1, step)]
