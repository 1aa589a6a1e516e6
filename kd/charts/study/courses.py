"""The courses of several settings over each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import altair as alt
import pandas as pd

from kd.charts.lines import labelled, last_epoch_of, lines_chart, share_of_a_label
from kd.charts.parts import in_words, role_words
from kd.charts.run_charts import accuracy_axis, axis_start
from kd.text.translation import _
from kd.text.words import accuracy

DASHES = ([1, 0], [8, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 4])
SHAPES = ("square", "circle", "triangle-up", "diamond", "cross", "triangle-down")

_UNLABELLED = {"point": False, "marked": False, "label": ""}


def courses_rows(
    histories: Mapping[str, Iterable[Mapping[str, Any]]], height: int = 300
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """What `courses_chart` draws: the rows, and the axes as its arguments.

    Args:
        histories: name → epoch events of a run, as `kd.charts.run_charts.accuracy_chart` takes them.

    Returns:
        Rows with role, setting (the name), epoch, value, training, ghost (empty for the distilled students
        and the name for scratch), and where labels and marks are.
    """
    events = {
        name: [event for event in each if event["val_accuracy"] is not None]
        for name, each in histories.items()
    }
    rows = [
        {
            "role": event["model"],
            "setting": name,
            "epoch": event["epoch"],
            "value": event["val_accuracy"],
            "training": event.get("accuracy"),
            "point": True,
        }
        for name, each in events.items()
        for event in each
    ]
    distilled = [row for row in rows if row["role"] == "distilled"]
    scratch = [row for row in rows if row["role"] == "scratch"]
    start = axis_start([row["value"] for row in (*distilled, *scratch)])
    gap = (1 - start) * share_of_a_label(height)
    table = labelled(distilled, "setting", gap, highest=1.0, words=accuracy).assign(ghost="")
    others = [{**row, **_UNLABELLED, "label_at": row["value"], "ghost": row["setting"]} for row in scratch]
    whole = pd.DataFrame([*table.to_dict("records"), *others], columns=list(table.columns))
    return whole, {"start": start, "last_epoch": last_epoch_of(chain(*events.values()), 1)}


def courses_chart(
    rows: pd.DataFrame, names: Sequence[str], start: float, last_epoch: int, height: int = 300
) -> alt.LayerChart:
    """Test accuracy of each setting's distilled student by epoch, and thin lines for its scratch student.

    Args:
        rows, start, last_epoch: of `courses_rows`.
        names: of the settings, in order.
    """

    def by_setting(channel: Any, kinds: Sequence[Any]) -> Any:
        scale = alt.Scale(domain=list(names), range=list(kinds[: len(names)]))
        return channel("setting:N", scale=scale, legend=None)

    tooltip = [
        alt.Tooltip("setting:N", title=_("Setting")),
        alt.Tooltip("role_words:N", title=_("Model")),
        alt.Tooltip("epoch:Q", title=_("Epoch")),
        alt.Tooltip("value:Q", title=_("Accuracy, test images"), format=".2%"),
    ]

    return lines_chart(
        rows,
        title=_("Distilled by epoch (thin: scratch)"),
        last_epoch=last_epoch,
        height=height,
        words={"setting": {name: name for name in names}},
        value_axis=accuracy_axis(start),
        dashes=by_setting(alt.StrokeDash, DASHES),
        shapes=by_setting(alt.Shape, SHAPES),
        ghosts=True,
        tooltip=tooltip,
        ghost_tooltip=tooltip,
    ).transform_calculate(role_words=in_words("datum.role", role_words()))
