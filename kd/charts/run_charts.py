"""Lines over the epochs of runs, each with its name and last value at its end.

`…_rows` makes a table and the arguments of what draws it, which seldom change, so a page can keep the chart.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.parts import TEXT_PIXELS, by_role, finished, in_words, role_words, shaded
from kd.text.translation import _, numeral
from kd.text.words import MODELS, STUDENTS, accuracy

Event = Mapping[str, Any]
"""An epoch of a run: model, epoch (from 1), epochs, accuracy and val_accuracy (0 to 1, or None), losses."""

# A label at the end of a line breaks before it has more letters.
_MOST_LETTERS = 20
_VALUE = "0.001"
_LABEL_PIXELS = TEXT_PIXELS + 4
# Of a chart's height, this much goes to its title and its axis in the app.
_AROUND_PIXELS = 116
# A line of more points than this is drawn without marks: they would cover it.
MOST_MARKS = 15
# Where an accuracy axis may begin: few steps, so that the axis of a live chart seldom moves.
AXIS_STARTS = (0.98, 0.95, 0.92, 0.9, 0.88, 0.85, 0.8, 0.7, 0.5, 0.0)
AXIS_BEFORE_EVENTS = 0.85
SETTING_DASHES = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 4])
SETTING_SHAPES = ("square", "circle", "triangle-up", "diamond", "cross", "triangle-down")


def label_start(name: str) -> str:
    """Breaks a line's name into rows of at most _MOST_LETTERS, so that its value fits, too."""
    return "\n".join(wrap(f"{name} {_VALUE}", _MOST_LETTERS)).removesuffix(_VALUE)


def share_of_a_label(height: int, around: int = _AROUND_PIXELS) -> float:
    """Returns how much of a value axis the label of a line takes in a chart of this height.

    around: what is above and below the axis, in pixels.
    """
    return _LABEL_PIXELS / (height - around)


def labelled(
    rows: list[dict[str, Any]],
    line: str,
    gap: float,
    highest: float,
    words: Callable[[float], str],
    log: bool = False,
) -> pd.DataFrame:
    """Returns the rows as a table with a label for the end of each line, labels at least `gap` apart.

    line: the column that tells the lines apart. gap: in values, or in decades on a logarithmic axis. highest:
    the end of the axis, and so of the labels. "marked": whether a point has a mark, as on lines of few
    points.
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
    """Moves ascending places as little apart as `gap` asks: upwards, and down again from the highest."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + gap) if apart else place)
    ceiling = highest
    for at in reversed(range(len(apart))):
        apart[at] = min(apart[at], ceiling)
        ceiling = apart[at] - gap
    return apart


def with_ghosts(table: pd.DataFrame, ghosts: Mapping[str, list[dict[str, Any]]]) -> pd.DataFrame:
    """Adds thin lines without labels and marks: name → rows. The column "ghost" has the name, or nothing."""
    bare = {"point": False, "marked": False, "label": ""}
    thin = [
        {**row, **bare, "label_at": row["value"], "ghost": name}
        for name, rows in ghosts.items()
        for row in rows
    ]
    whole = [*table.assign(ghost="").to_dict("records"), *thin]
    return pd.DataFrame(whole, columns=[*table.columns, "ghost"])


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
    ghost_tooltip: list[alt.Tooltip] | None = None,
) -> alt.LayerChart:
    """Draws lines over epochs with their points, and beside the plot, where no line is, a label for each.

    words: the column that tells the lines apart → code → words. dashes, shapes: of lines that their role does
    not tell apart. ghost_tooltip: of thin lines; by default the others' with the name of the earlier run.
    """
    (line,) = words
    ghosts = "ghost" in table.columns
    step = max(1, -(-last_epoch // 12))
    everything = alt.Chart().encode(
        x=alt.X(
            "epoch:Q",
            title=_("Epoch"),
            scale=alt.Scale(domain=[1, last_epoch], nice=False),
            axis=alt.Axis(values=[1, *range(max(step, 2), last_epoch + 1, step)], format="d", grid=False),
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
            earlier.mark_line(strokeWidth=1, opacity=0.85).encode(strokeDash=by_role("strokeDash")),
            # a line is hard to hit: what has the tooltip is wider, and not seen
            earlier.mark_point(filled=True, size=120, opacity=0).encode(
                tooltip=ghost_tooltip or [alt.Tooltip("ghost:N", title=_("Earlier run")), *tooltip]
            ),
        ]
    return finished(alt.layer(*layers, data=table), title, height, words=words)


def last_epoch_of(events: Iterable[Event], epochs: int) -> int:
    """Returns where the axis of epochs ends: known before the first event, and 2 at least."""
    return max([2, epochs, *(event["epochs"] for event in events)])


def accuracy_rows(
    events: Iterable[Event],
    teacher_accuracy: float | None = None,
    epochs: int = 1,
    height: int = 360,
    earlier: Mapping[str, Iterable[Event]] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Makes the rows of a run's accuracies by epoch, and the axes as arguments of `accuracy_lines`.

    Lines pass over epochs after which the model did not see the test images. teacher_accuracy: of a teacher
    that was trained before, drawn as a level line. earlier: name → events of runs whose students are thin
    lines.
    """
    events = list(events)
    past = {name: _seen(each, STUDENTS) for name, each in (earlier or {}).items()}
    ghosts = {name: [_row(event) for event in each] for name, each in past.items()}
    last_epoch = last_epoch_of(chain(events, *past.values()), epochs)
    rows = [_row(event) for event in _seen(events, MODELS)]
    has_begun = bool(rows or ghosts)
    if teacher_accuracy is not None and not any(event["model"] == "teacher" for event in events):
        level = {"role": "teacher", "value": teacher_accuracy, "training": None, "point": False}
        rows += [{**level, "epoch": epoch} for epoch in (1, last_epoch)]
    # Before the first epoch, the axis begins where students usually do, so that it need not move later.
    shown = [row["value"] for each in (rows, *ghosts.values()) for row in each]
    start = axis_start(shown + ([] if has_begun else [AXIS_BEFORE_EVENTS]))
    gap = (1 - start) * share_of_a_label(height)
    table = labelled(rows, "role", gap, highest=1.0, words=accuracy)
    if earlier is not None:
        table = with_ghosts(table, ghosts)
    return table, {"start": start, "last_epoch": last_epoch}


def axis_start(values: Sequence[float]) -> float:
    """Returns where an axis of these accuracies begins."""
    return next(step for step in AXIS_STARTS if step <= min(values, default=AXIS_BEFORE_EVENTS))


def _accuracy_axis(start: float) -> dict[str, Any]:
    return {
        "title": accuracy_title(start),
        "scale": alt.Scale(domain=[start, 1.0], nice=False),
        "axis": alt.Axis(format="%", tickCount=5),
    }


def accuracy_title(start: float) -> str:
    """Returns what an axis of accuracies is called, and where it begins if that is not 0."""
    if start:
        return _("Test accuracy (axis from {start} %)", start=numeral(100 * start, ".0f"))
    return _("Test accuracy")


def _seen(events: Iterable[Event], models: Sequence[str]) -> list[Event]:
    """Returns the epochs of these models after which they saw the test images."""
    return [event for event in events if event["model"] in models and event["val_accuracy"] is not None]


def _row(event: Event) -> dict[str, Any]:
    return {
        "role": event["model"],
        "epoch": event["epoch"],
        "value": event["val_accuracy"],
        "training": event.get("accuracy"),
        "point": True,
    }


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("role_words:N", title=_("Model")),
        alt.Tooltip("epoch:Q", title=_("Epoch")),
        alt.Tooltip("value:Q", title=_("Accuracy, test images"), format=".2%"),
    ]


def accuracy_lines(rows: pd.DataFrame, start: float, last_epoch: int, height: int = 360) -> alt.LayerChart:
    """Draws the result of `accuracy_rows`, a line for each model."""
    return lines_chart(
        rows,
        title=_("Test accuracy by epoch"),
        last_epoch=last_epoch,
        height=height,
        words={"role": role_words()},
        value_axis=_accuracy_axis(start),
        tooltip=[
            *_tooltips(),
            alt.Tooltip("training:Q", title=_("Accuracy, training images"), format=".2%"),
        ],
    )


def courses_rows(
    histories: Mapping[str, Iterable[Event]], height: int = 300
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Makes the rows of several settings' accuracies, and the axes as arguments of `courses_chart`.

    histories: name → events. ghost is empty for distilled students, and the setting's name for scratch ones.
    """
    events = {name: _seen(each, STUDENTS) for name, each in histories.items()}
    distilled, scratch = (
        {
            name: [{**_row(event), "setting": name} for event in each if event["model"] == student]
            for name, each in events.items()
        }
        for student in STUDENTS
    )
    own = [row for rows in distilled.values() for row in rows]
    start = axis_start([row["value"] for row in chain(own, *scratch.values())])
    table = labelled(own, "setting", (1 - start) * share_of_a_label(height), highest=1.0, words=accuracy)
    axes = {"start": start, "last_epoch": last_epoch_of(chain(*events.values()), 1)}
    return with_ghosts(table, scratch), axes


def courses_chart(
    rows: pd.DataFrame, names: Sequence[str], start: float, last_epoch: int, height: int = 300
) -> alt.LayerChart:
    """Draws each setting's distilled student by epoch, and thin lines for its scratch student."""
    tooltip = [alt.Tooltip("setting:N", title=_("Setting")), *_tooltips()]
    return lines_chart(
        rows,
        title=_("Distilled by epoch (thin: scratch)"),
        last_epoch=last_epoch,
        height=height,
        words={"setting": {name: name for name in names}},
        value_axis=_accuracy_axis(start),
        dashes=by_code(alt.StrokeDash, "setting", names, SETTING_DASHES),
        shapes=by_code(alt.Shape, "setting", names, SETTING_SHAPES),
        tooltip=tooltip,
        ghost_tooltip=tooltip,
    ).transform_calculate(role_words=in_words("datum.role", role_words()))


def by_code(channel: Any, column: str, codes: Sequence[str], kinds: Sequence[Any]) -> Any:
    """Returns a channel that gives the codes of a column one kind after the other."""
    each = [kinds[at % len(kinds)] for at in range(len(codes))]
    return channel(f"{column}:N", scale=alt.Scale(domain=list(codes), range=each), legend=None)
