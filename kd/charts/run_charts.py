"""Charts of runs and answers: epoch events or arrays in, Altair charts out, for notebooks and the app."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from kd.charts.parts import PERCENT, by_role, finished, role_words, shaded, vega_lite
from kd.charts.theme import COLORS, ROLES
from kd.text.translation import _
from kd.text.words import NAMES, accuracy, percent

__all__ = [
    "COLORS",
    "ROLES",
    "accuracy_chart",
    "accuracy_lines",
    "accuracy_rows",
    "loss_chart",
    "loss_lines",
    "loss_rows",
    "probability_chart",
    "probability_columns",
    "vega_lite",
]

# Where an accuracy axis may begin: few steps, so that the axis of a live chart seldom moves.
_AXIS_STARTS = (0.98, 0.95, 0.92, 0.9, 0.88, 0.85, 0.8, 0.7, 0.5, 0.0)
_AXIS_BEFORE_EVENTS = 0.85
_LOG_STEPS = [float(f"{factor}e{power}") for power in range(-9, 7) for factor in (1, 3)]
_LABEL_PIXELS = 17
_NO_ROWS = ("role", "epoch", "value", "point")
# Of a chart's height, this much goes to its title and its axis in the app.
_AROUND_PIXELS = 110


def accuracy_chart(
    events: Iterable[Mapping[str, Any]],
    teacher_accuracy: float | None = None,
    epochs: int = 1,
    height: int = 360,
) -> alt.LayerChart:
    """Accuracy on the test images by epoch, with a line for each model.

    Args:
        events: epoch events of a run: model, epoch (from 1), epochs, accuracy and val_accuracy (0 to 1).
            Without any, the chart is empty.
        teacher_accuracy: of a teacher that was trained before, which is drawn as a level line.
        epochs: how many are planned, for the axis; events may have more.
        height: in pixels.
    """
    rows, axes = accuracy_rows(events, teacher_accuracy, epochs, height)
    return accuracy_lines(rows, **axes, height=height)


def accuracy_rows(
    events: Iterable[Mapping[str, Any]],
    teacher_accuracy: float | None = None,
    epochs: int = 1,
    height: int = 360,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `accuracy_chart` draws: the rows, and the axes as arguments of `accuracy_lines`.

    The axes seldom change during a run, so a page can keep the chart and exchange its rows.
    """
    events = [event for event in events if event["val_accuracy"] is not None]
    last_epoch = _last_epoch(events, epochs)
    rows = [
        {
            "role": event["model"],
            "epoch": event["epoch"],
            "value": event["val_accuracy"],
            "training": event["accuracy"],
            "point": True,
        }
        for event in events
    ]
    if teacher_accuracy is not None and not any(event["model"] == "teacher" for event in events):
        level = {"role": "teacher", "value": teacher_accuracy, "training": None, "point": False}
        rows += [{**level, "epoch": epoch} for epoch in (1, last_epoch)]
    # Before the first epoch, the axis begins where students usually do, so that it need not move later.
    lowest = min([row["value"] for row in rows] + ([] if events else [_AXIS_BEFORE_EVENTS]))
    start = next(step for step in _AXIS_STARTS if step <= lowest)
    gap = (1 - start) * _LABEL_PIXELS / (height - _AROUND_PIXELS)
    return _labelled(rows, gap, words=accuracy), {"start": start, "last_epoch": last_epoch}


def accuracy_lines(rows: pd.DataFrame, start: float, last_epoch: int, height: int = 360) -> alt.LayerChart:
    """`accuracy_chart` from the result of `accuracy_rows`."""
    return _lines_chart(
        rows,
        title=_("Test accuracy by epoch"),
        last_epoch=last_epoch,
        height=height,
        value_axis={
            "title": _("Test accuracy (axis from {start} %)", start=f"{100 * start:.0f}")
            if start
            else _("Test accuracy"),
            "scale": alt.Scale(domain=[start, 1.0], nice=False),
            "axis": alt.Axis(format="%", labelExpr=PERCENT, tickCount=5),
        },
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("epoch:Q", title=_("Epoch")),
            alt.Tooltip("value:Q", title=_("Accuracy, test images"), format=".2%"),
            alt.Tooltip("training:Q", title=_("Accuracy, training images"), format=".2%"),
        ],
    )


def loss_chart(
    events: Iterable[Mapping[str, Any]], alpha: float, epochs: int = 1, height: int = 320
) -> alt.LayerChart:
    """The distilled student's loss by epoch, split into its two weighted terms.

    The two add up to the loss: α · cross-entropy with the labels, and (1 − α) · distance from the
    teacher's soft targets (with T², if the run has it). The axis is logarithmic, as one term is often a
    hundred times the other. A term with weight 0 is not drawn.

    Args:
        events: epoch events of a run; those of the distilled student are used.
        alpha: the run's α, in [0, 1].
        epochs: how many are planned, for the axis.
        height: in pixels.
    """
    rows, axes = loss_rows(events, alpha, epochs)
    return loss_lines(rows, **axes, height=height)


def loss_rows(
    events: Iterable[Mapping[str, Any]], alpha: float, epochs: int = 1
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `loss_chart` draws: the rows, and the axes as arguments of `loss_lines`."""
    events = [event for event in events if event["model"] == "distilled"]
    terms = (("teacher", 1 - alpha, "distillation_loss"), ("labels", alpha, "student_loss"))
    rows = [
        {
            "role": role,
            "epoch": event["epoch"],
            "value": weight * event[key],
            "unweighted": event[key],
            "point": True,
        }
        for role, weight, key in terms
        for event in events
        if weight * event[key] > 0
    ]
    axes = {"decades": _decades([row["value"] for row in rows]), "last_epoch": _last_epoch(events, epochs)}
    return _labelled(rows, gap=0, words="{:.2g}".format), axes


def loss_lines(
    rows: pd.DataFrame, decades: tuple[float, float], last_epoch: int, height: int = 320
) -> alt.LayerChart:
    """`loss_chart` from the result of `loss_rows`."""
    return _lines_chart(
        rows,
        title=_("The distilled student's loss, in two parts"),
        last_epoch=last_epoch,
        height=height,
        value_axis={
            "title": _("Part of the loss (log scale)"),
            "scale": alt.Scale(type="log", domain=list(decades), nice=False),
            "axis": alt.Axis(format="~g", values=_LOG_STEPS),
        },
        tooltip=[
            alt.Tooltip("role_words:N", title=_("From")),
            alt.Tooltip("epoch:Q", title=_("Epoch")),
            alt.Tooltip("value:Q", title=_("Part of the loss"), format=".4g"),
            alt.Tooltip("unweighted:Q", title=_("Before weighting"), format=".4g"),
        ],
    )


def probability_chart(
    probabilities: np.ndarray, model: str, title: str | None = None, height: int = 340
) -> alt.LayerChart:
    """One model's ten probabilities as bars on a scale from 0 to 100 %.

    Args:
        probabilities: shape (10,), in [0, 1].
        model: teacher, distilled or scratch.
        title: in place of the model's name.
        height: in pixels.
    """
    table = pd.DataFrame(probability_columns(probabilities, model))
    base = alt.Chart().encode(
        y=alt.Y(
            "digit:N",
            title=None,
            sort=None,
            axis=alt.Axis(labelFontSize=14, labelOverlap=False, ticks=False, domain=False),
        ),
        # Beyond 100 %, there is room for the number at the end of a bar.
        x=alt.X(
            "probability:Q",
            title=_("Probability"),
            scale=alt.Scale(domain=[0, 1.3], nice=False),
            axis=alt.Axis(format="%", labelExpr=PERCENT, values=[0, 0.5, 1]),
        ),
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("digit:N", title=_("Digit")),
            alt.Tooltip("probability:Q", title=_("Probability"), format=".3%"),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, height={"band": 0.72}).encode(
        color=by_role(), opacity=alt.condition("datum.best", alt.value(1), alt.value(0.6))
    )
    labels = base.mark_text(align="left", dx=5, fontSize=12).encode(text="label:N")
    return finished(
        alt.layer(bars, labels, data=table), title or _(NAMES[model]), height, words={"role": role_words()}
    )


def probability_columns(probabilities: np.ndarray, model: str) -> dict[str, list]:
    """The data of `probability_chart`: role, digit, probability, its label, and whether it is the answer."""
    best = int(np.argmax(probabilities))
    return {
        "role": [model] * 10,
        "digit": [str(digit) for digit in range(10)],
        "probability": [float(p) for p in probabilities],
        "label": [percent(float(p)) if p >= 0.0005 else "" for p in probabilities],
        "best": [digit == best for digit in range(10)],
    }


def _labelled(rows: list[dict[str, Any]], gap: float, words: Callable[[float], str]) -> pd.DataFrame:
    """The rows as a table with a label at the end of each role's line, labels at least `gap` apart."""
    last: dict[str, int] = {}
    for row in rows:
        last[row["role"]] = max(row["epoch"], last.get(row["role"], 0))
    ends = [row for row in rows if row["epoch"] == last[row["role"]]]
    label_at, floor = {}, -np.inf
    for row in sorted(ends, key=lambda row: row["value"]):
        floor = label_at[id(row)] = max(floor + gap, row["value"])
    # in plain Python: pandas took ten times as long, and a page redraws this every second
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else _NO_ROWS)}
    columns["label"] = [words(row["value"]) if id(row) in label_at else "" for row in rows]
    columns["label_at"] = [label_at.get(id(row), row["value"]) for row in rows]
    return pd.DataFrame(columns)


def _lines_chart(
    table: pd.DataFrame,
    title: str,
    last_epoch: int,
    height: int,
    value_axis: dict[str, Any],
    tooltip: list[alt.Tooltip],
) -> alt.LayerChart:
    """Lines over epochs with their points, and a label where each ends."""
    base = alt.Chart().encode(
        x=alt.X(
            "epoch:Q",
            title=_("Epoch"),
            scale=alt.Scale(domain=[1, last_epoch], nice=False),
            axis=alt.Axis(values=_whole_ticks(last_epoch), format="d", grid=False),
        ),
        color=by_role(),
    )
    marked = base.encode(y=alt.Y("value:Q", **value_axis), tooltip=tooltip)
    lines = marked.mark_line(strokeWidth=2.5).encode(strokeDash=by_role("strokeDash"))
    points = (
        marked.transform_filter("datum.point")
        .mark_point(filled=True, size=65, opacity=1)
        .encode(shape=by_role("shape"))
    )
    labels = (
        shaded(base.transform_filter("datum.label != ''"), "text")
        .transform_calculate(name="datum.role_words + ' ' + datum.label")
        .mark_text(align="left", dx=10, fontSize=13, fontWeight=600)
        .encode(y=alt.Y("label_at:Q", **value_axis), text="name:N")
    )
    return finished(alt.layer(lines, points, labels, data=table), title, height, words={"role": role_words()})


def _last_epoch(events: list[Mapping[str, Any]], epochs: int) -> int:
    """Where the axis of epochs ends: known before the first event, and 2 at least."""
    return max([2, epochs, *(event["epochs"] for event in events)])


def _decades(values: list[float]) -> tuple[float, float]:
    """The ends of a logarithmic axis around the values: powers of ten, or three times one."""
    steps = [factor * 10.0**power for power in range(-9, 7) for factor in (1, 3)]
    low, high = min(values, default=0.1), max(values, default=1.0)
    return (
        max(step for step in steps if step <= max(low, steps[0])),
        min(step for step in steps if step >= high),
    )


def _whole_ticks(last_epoch: int) -> list[int]:
    """At most a dozen epochs to write on an axis: the first, and multiples of one step."""
    step = max(1, -(-last_epoch // 12))
    return [1, *range(step if step > 1 else 2, last_epoch + 1, step)]
