"""The finished runs of a study as a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from kd.config import MODELS, RunConfig
from kd.studies.study import Study

COLUMNS = ("seed", "run", *(f"{model}_accuracy" for model in MODELS), "only_distilled", "only_scratch")


def study_frame(study: Study, result: Callable[[RunConfig], dict[str, Any] | None]) -> pd.DataFrame:
    """One row for each finished run of a study, in the order of its runs.

    Args:
        result: a run's result, or None if it is not stored.

    Returns:
        The axes' values, then COLUMNS: seed, run (its id), the three models' test accuracies in [0, 1], and
        the numbers of test images that only the distilled or only the scratch student gets right.
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
        }
        rows.append(row)
    return pd.DataFrame(rows, columns=[*study.axes, *COLUMNS])
