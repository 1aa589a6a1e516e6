"""The finished runs of a study as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from kd.config import MODELS, STUDENTS, RunConfig
from kd.studies.study import Study

COUNTS = ("only_distilled", "only_scratch")
BLOCKS = tuple(f"{model}_blocks" for model in STUDENTS)
COLUMNS = ("seed", "run", *(f"{model}_accuracy" for model in MODELS), *COUNTS, *BLOCKS)


def study_frame(study: Study, result: Callable[[RunConfig], dict[str, Any] | None]) -> pd.DataFrame:
    """One row for each finished run of a study, in the order of its runs.

    Args:
        result: a run's result, or None if it is not stored.

    Returns:
        The axes' values, then COLUMNS: seed, run (its id), the three models' test accuracies in [0, 1], the
        numbers of test images that only the distilled or only the scratch student gets right, and how many
        each of them gets right in each block (`kd.analysis.evaluation.right_in_blocks`), as text: "483 479",
        or None in a result of an earlier version.
    """
    rows = []
    for cell, config in study.runs():
        found = result(config)
        if found is None:
            continue
        row = {
            **cell,
            "seed": config.seed,
            "run": config.run_id,
            **{f"{name}_accuracy": found[name]["test_accuracy"] for name in MODELS},
            "only_distilled": found["comparison"]["only_distilled_right"],
            "only_scratch": found["comparison"]["only_scratch_right"],
            **{f"{name}_blocks": _blocks(found[name]) for name in STUDENTS},
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=[*study.axes, *COLUMNS])


def _blocks(model: Mapping[str, Any]) -> str | None:
    """How many pictures of each block a model gets right, as text; None where that is not known."""
    right = model.get("right_in_blocks")
    return None if right is None else " ".join(map(str, right))
