"""Runs as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kd.config import FIELDS
from kd.runs.state import RunView
from kd.text.words import MODELS, STUDENTS

if TYPE_CHECKING:
    import pandas as pd

_OF_A_RUN = ("status", "created", "shipped", "whose", "name", "tags", "note")
_OF_A_MODEL = ("parameters", "bytes", "seconds", "milliseconds")
_OF_THE_COMPARISON = {
    **{name: name for name in ("difference", "low", "high", "p_value", "verdict")},
    "only_distilled": "only_distilled_right",
    "only_scratch": "only_scratch_right",
}


def runs_frame(views: Iterable[RunView]) -> pd.DataFrame:
    """One row for each run, in this order, with NaN or None where it has no result yet.

    The columns are those of kd.lab.runs.Runs.to_frame.
    """
    import pandas as pd

    frame = pd.DataFrame([_row(view) for view in views], columns=_COLUMNS)
    return frame.assign(created=pd.to_datetime(frame["created"].astype(float), unit="s", utc=True))


def _row(view: RunView) -> dict[str, Any]:
    run = {"run": view.run_id, **{name: getattr(view, name) for name in _OF_A_RUN}}
    return {**run, **view.config.to_dict(), **_results(view.result or {})}


def _results(result: dict[str, Any]) -> dict[str, Any]:
    models = {name: result.get(name, {}) for name in MODELS}
    comparison = dict(result.get("comparison", {}))
    return {
        **{f"{name}_accuracy": models[name].get("test_accuracy") for name in MODELS},
        **{f"{name}_agreement": models[name].get("agreement") for name in STUDENTS},
        **{f"{name}_{part}": models[name].get(part) for part in _OF_A_MODEL for name in MODELS},
        **{column: comparison.get(part) for column, part in _OF_THE_COMPARISON.items()},
    }


_COLUMNS = ["run", *_OF_A_RUN, *FIELDS, *_results({})]
