"""Pictures worth a look: which ones distillation fixed or broke, and the one that shows best how it works."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kd.analysis.logits import checked_labels, checked_logits, softmax

TEMPERATURE = 4.0
VISIBLE_DOUBT = 0.2
"""How probable the teacher's second choice must be at TEMPERATURE."""


def showcase(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> int:
    """The picture on which distillation does what its story says.

    Teacher and distilled student are right, and scratch is wrong. At TEMPERATURE, the teacher's second choice
    has at least VISIBLE_DOUBT, the distilled student has the same second choice, and it is closer to the
    teacher than scratch is: of all such pictures, this is the one where it is closer by most.

    Args:
        labels: int (n,).
        logits: of teacher, distilled and scratch, float (n, classes) each.

    Returns:
        Its number, from 0.

    Raises:
        ValueError: when labels and logits do not match, or there is no such picture.
    """
    from scipy.special import rel_entr

    said = {name: checked_logits(logits[name], name) for name in ("teacher", "distilled", "scratch")}
    labels = checked_labels(labels, len(said["teacher"]))
    right = {name: values.argmax(axis=1) == labels for name, values in said.items()}
    soft = {name: softmax(values, TEMPERATURE) for name, values in said.items()}
    second = {name: np.argsort(values, axis=1)[:, -2] for name, values in soft.items()}
    doubt = np.sort(soft["teacher"], axis=1)[:, -2]
    away = {name: rel_entr(soft["teacher"], soft[name]).sum(axis=1) for name in ("distilled", "scratch")}
    closer = away["scratch"] - away["distilled"]
    fits = right["teacher"] & right["distilled"] & ~right["scratch"]
    fits &= (doubt >= VISIBLE_DOUBT) & (second["distilled"] == second["teacher"]) & (closer > 0)
    if not fits.any():
        raise ValueError("No test picture shows a student that learned from its teacher's doubts.")
    return int(np.argmax(np.where(fits, closer, -np.inf)))


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
