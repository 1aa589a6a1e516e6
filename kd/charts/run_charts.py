"""Charts of runs and answers: epoch events or arrays in, Altair charts out, for notebooks and the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.lines import labelled, last_epoch_of, lines_chart, share_of_a_label
from kd.charts.loss_charts import loss_chart, loss_lines, loss_rows
from kd.charts.parts import PERCENT, role_words, vega_lite
from kd.charts.theme import COLORS, ROLES
from kd.text.translation import _
from kd.text.words import MODELS, STUDENTS, accuracy

__all__ = [
    "COLORS",
    "ROLES",
    "accuracy_chart",
    "accuracy_lines",
    "accuracy_rows",
    "loss_chart",
    "loss_lines",
    "loss_rows",
    "vega_lite",
]

# Where an accuracy axis may begin: few steps, so that the axis of a live chart seldom moves.
_AXIS_STARTS = (0.98, 0.95, 0.92, 0.9, 0.88, 0.85, 0.8, 0.7, 0.5, 0.0)
_AXIS_BEFORE_EVENTS = 0.85


def accuracy_chart(
    events: Iterable[Mapping[str, Any]],
    teacher_accuracy: float | None = None,
    epochs: int = 1,
    height: int = 360,
) -> alt.LayerChart:
    """Accuracy on the test images by epoch, with a line for each model.

    Args:
        events: epoch events of a run: model, epoch (from 1), epochs, accuracy and val_accuracy (0 to 1).
            Without any, the chart is empty. Epochs after which the model did not see the test images have
            None as val_accuracy; lines pass over them.
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
    earlier: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `accuracy_chart` draws: the rows, and the axes as arguments of `accuracy_lines`.

    The axes seldom change during a run, so a page can keep the chart and exchange its rows.

    Args:
        earlier: name → epoch events of runs to compare with. Their students are in the rows, too, with that
            name in the column "ghost", which is empty for this run. None: there is no such column.
    """
    events = list(events)
    past = {name: _seen(each, STUDENTS) for name, each in (earlier or {}).items()}
    ghosts = {name: [_row(event) for event in each] for name, each in past.items()}
    last_epoch = last_epoch_of(chain(events, *past.values()), epochs)
    has_teacher = any(event["model"] == "teacher" for event in events)
    rows = [_row(event) for event in _seen(events, MODELS)]
    has_begun = bool(rows or ghosts)
    if teacher_accuracy is not None and not has_teacher:
        level = {"role": "teacher", "value": teacher_accuracy, "training": None, "point": False}
        rows += [{**level, "epoch": epoch} for epoch in (1, last_epoch)]
    # Before the first epoch, the axis begins where students usually do, so that it need not move later.
    shown = [row["value"] for each in (rows, *ghosts.values()) for row in each]
    start = axis_start(shown + ([] if has_begun else [_AXIS_BEFORE_EVENTS]))
    gap = (1 - start) * share_of_a_label(height)
    table = labelled(rows, "role", gap, highest=1.0, words=accuracy)
    if earlier is not None:
        table = _with_ghosts(table, ghosts)
    return table, {"start": start, "last_epoch": last_epoch}


def axis_start(values: Sequence[float]) -> float:
    """Where an axis of these accuracies begins."""
    return next(step for step in _AXIS_STARTS if step <= min(values, default=_AXIS_BEFORE_EVENTS))


def accuracy_axis(start: float) -> dict[str, Any]:
    """Arguments for an axis of accuracies from `start` on."""
    title = _("Test accuracy")
    if start:
        title = _("Test accuracy (axis from {start} %)", start=f"{100 * start:.0f}")
    return {
        "title": title,
        "scale": alt.Scale(domain=[start, 1.0], nice=False),
        "axis": alt.Axis(format="%", labelExpr=PERCENT, tickCount=5),
    }


def _seen(events: Iterable[Mapping[str, Any]], models: Sequence[str]) -> list[Mapping[str, Any]]:
    """The epochs of these models after which they saw the test images."""
    return [event for event in events if event["model"] in models and event["val_accuracy"] is not None]


def _row(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "role": event["model"],
        "epoch": event["epoch"],
        "value": event["val_accuracy"],
        "training": event.get("accuracy"),
        "point": True,
    }


def _with_ghosts(table: pd.DataFrame, ghosts: Mapping[str, list[dict[str, Any]]]) -> pd.DataFrame:
    """The table with the rows of earlier runs, which have no label."""
    unlabelled = [
        {**row, "point": False, "marked": False, "label": "", "label_at": row["value"], "ghost": name}
        for name, rows in ghosts.items()
        for row in rows
    ]
    whole = [*table.assign(ghost="").to_dict("records"), *unlabelled]
    return pd.DataFrame(whole, columns=[*table.columns, "ghost"])


def accuracy_lines(rows: pd.DataFrame, start: float, last_epoch: int, height: int = 360) -> alt.LayerChart:
    """`accuracy_chart` from the result of `accuracy_rows`."""
    return lines_chart(
        rows,
        title=_("Test accuracy by epoch"),
        last_epoch=last_epoch,
        height=height,
        words={"role": role_words()},
        value_axis=accuracy_axis(start),
        ghosts="ghost" in rows.columns,
        tooltip=[
            alt.Tooltip("role_words:N", title=_("Model")),
            alt.Tooltip("epoch:Q", title=_("Epoch")),
            alt.Tooltip("value:Q", title=_("Accuracy, test images"), format=".2%"),
            alt.Tooltip("training:Q", title=_("Accuracy, training images"), format=".2%"),
        ],
    )
