"""Runs in long form: one row for each run and model, as tools for data analysis expect it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from kd.config import FIELDS, MODELS
from kd.export.numbers.columns import BEFORE, COMPARED, MEASURED
from kd.runs.state import RunView, runs_frame

_OF_THE_RUN = [*(name for name in BEFORE if name != "study"), *FIELDS]
_NAMED = ("model", "model_id")


def long_form(runs: Iterable[RunView], study_id: str | None = None) -> pd.DataFrame:
    """Three rows for each finished run, in the order of the runs: its teacher, distilled and scratch student.

    Args:
        study_id: of the study that all the runs are part of, if they are.

    Returns:
        The columns of kd.export.numbers.columns.COLUMNS, without study if there is none. What belongs to a
        whole run stands in each of its rows.
    """
    views = [view for view in runs if view.result is not None]
    wide = runs_frame(views)
    parts = []
    for model in MODELS:
        own = {name: wide.get(f"{model}_{name}", float("nan")) for name in MEASURED if name not in _NAMED}
        ids = [view.config.model_ids[model] for view in views]
        parts.append(wide.assign(model=model, model_id=ids, **own))
    table = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    # some readers of Parquet know no nanoseconds
    table = table.assign(created=table["created"].dt.as_unit("us"))[[*_OF_THE_RUN, *MEASURED, *COMPARED]]
    if study_id is not None:
        table.insert(0, "study", study_id)
    return table


def accuracies_in_long_form(frame: pd.DataFrame, also: Collection[str] = ()) -> pd.DataFrame:
    """The same of a table that knows the models' accuracies alone, in the order of its rows.

    Args:
        frame: some fields of the runs, and an accuracy for each model, as `kd.studies.verdicts` has them.
        also: further columns that tell runs apart, such as an experiment's labels.

    Returns:
        The columns that tell runs apart, model and accuracy.
    """
    fields = [name for name in frame.columns if name in FIELDS or name in also]
    parts = [
        frame[fields].assign(model=model, accuracy=frame[f"{model}_accuracy"].to_numpy()) for model in MODELS
    ]
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
