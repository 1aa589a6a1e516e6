"""The table of a class: an answer a row, with what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from kd.classes.activity import Activity
from kd.config import MODELS
from kd.runs.state import RunView
from kd.store.classes import Answer

COLUMNS = (
    *("activity", "kind", "round", "name", "key", "value", "status", "run", "seed"),
    *("teacher_accuracy", "distilled_accuracy", "scratch_accuracy"),
    *("teacher_says", "distilled_says", "scratch_says"),
)
"""activity, round: numbered from 1. value: a number, the code of an answer, a cell, the digit asked for, or
the heights of a curve with spaces between them. Accuracies are fractions of the test pictures; what a model
says is a digit. Empty where there is none."""


def class_table(
    plan: Sequence[Activity],
    answers: Sequence[Answer],
    called: Callable[[str], str],
    stored: Callable[[str], RunView | None],
    says: Mapping[int, Mapping[str, int]],
) -> pd.DataFrame:
    """Returns COLUMNS for all answers to all activities, in their order.

    called: person → name. stored: a run's id → the run, if it has finished. says: of a drawing, by the
    answer's number, which digit each model reads.
    """
    rows = []
    for answer in answers:
        view = stored(answer.run_id) if answer.run_id else None
        row: dict[str, Any] = {
            "activity": answer.place + 1,
            "kind": plan[answer.place].kind,
            "round": answer.round + 1,
            "name": _as_text(called(answer.person)),
            "key": answer.key,
            "value": _plain(answer.value),
            "status": answer.status,
            "run": answer.run_id,
        }
        if view is not None and view.result is not None:
            row["seed"] = view.config.seed
            row |= {f"{model}_accuracy": view.result[model]["test_accuracy"] for model in MODELS}
        row |= {f"{model}_says": digit for model, digit in says.get(answer.number, {}).items()}
        rows.append(row)
    whole = dict.fromkeys(("seed", *(f"{model}_says" for model in MODELS)), "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(whole)


def _as_text(name: str) -> str:
    """Returns a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@")) else name


def _plain(value: Any) -> Any:
    return " ".join(f"{each:g}" for each in value) if isinstance(value, list) else value
