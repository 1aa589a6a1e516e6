"""The test pictures that distillation fixed, and those it broke."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kd.analysis.logits import checked_labels, checked_logits, softmax


def fixed_and_broken(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Pictures on which exactly one of the two students is right, with all three answers.

    Args:
        labels: whole numbers (n,).
        logits: of teacher, distilled and scratch, each (n, classes).

    Returns:
        Columns picture (index), change ("fixed": only distilled is right; "broken": only scratch is), true,
        then for each model its answer (teacher, distilled, scratch) and the probability that it gives the
        true class (teacher_probability, …). Fixed ones come first; in each group, those for which that
        probability differs most between the students.

    Raises:
        ValueError: when labels and logits do not match or are not valid.
    """
    columns: dict[str, np.ndarray] = {}
    for model in ("teacher", "distilled", "scratch"):
        values = checked_logits(logits[model], model)
        true = checked_labels(labels, *values.shape)
        columns[model] = values.argmax(axis=1)
        columns[f"{model}_probability"] = softmax(values)[np.arange(len(values)), true]
    distilled_right, scratch_right = columns["distilled"] == true, columns["scratch"] == true
    table = pd.DataFrame(
        {
            "picture": np.arange(len(true)),
            "change": np.where(distilled_right, "fixed", "broken"),
            "true": true,
            **columns,
        }
    )[distilled_right != scratch_right]
    moved = (table["distilled_probability"] - table["scratch_probability"]).abs()
    order = np.lexsort((-moved, table["change"] == "broken"))
    return table.iloc[order].reset_index(drop=True)
