"""What is worth noticing, in codes and numbers; kd/text has the words.

In all test pictures of a run, of which labels are whole numbers (n,) and logits (n, 10): what is confused,
relearned, alike, fixed and broken. In the answers to one picture: how sure they are, and how they differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from kd.analysis.evaluation import confusion_matrix
from kd.analysis.logits import checked_labels, checked_logits, softmax
from kd.text.words import MODELS

if TYPE_CHECKING:
    import pandas as pd

# How probable the teacher's second choice must be in a showcase, at this temperature.
TEMPERATURE, VISIBLE_DOUBT = 4.0, 0.2

SHOWCASE = 4498
"""The included run's `showcase`, computed in a test and not for every visitor."""


def most_frequent_confusion(labels: np.ndarray, logits: np.ndarray) -> tuple[int, int, int]:
    """Returns the classes that a model confuses most often: true class, what it says, how often."""
    counts = confusion_matrix(labels, logits)
    np.fill_diagonal(counts, 0)
    true, said = np.unravel_index(counts.argmax(), counts.shape)
    return int(true), int(said), int(counts[true, said])


def relearned(labels: np.ndarray, logits_over_time: np.ndarray) -> int:
    """Returns how many pictures were right, later wrong, and right again; logits (points, n, classes)."""
    right = np.asarray(logits_over_time).argmax(axis=2) == labels
    once = np.maximum.accumulate(right, axis=0)
    lapsed = np.maximum.accumulate(once & ~right, axis=0)
    return int((lapsed & right).any(axis=0).sum())


def most_one_sided_likeness(
    labels: np.ndarray, logits: np.ndarray, temperature: float
) -> tuple[int, int, float, float]:
    """Returns the classes a and b of which a looks like b, and b least like a, and both mean soft targets."""
    from kd.analysis.softening import mean_soft_targets

    likeness = mean_soft_targets(labels, logits, temperature)
    a, b = np.unravel_index(np.nanargmax(likeness - likeness.T), likeness.shape)
    return int(a), int(b), float(likeness[a, b]), float(likeness[b, a])


def fixed_and_broken(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Returns the pictures on which exactly one of the two students is right, with all three answers.

    Columns picture (index), change ("fixed": only distilled is right; "broken": only scratch is), true, then
    for each model its answer (teacher, distilled, scratch) and the probability that it gives the true class
    (teacher_probability, …). Fixed ones come first; in each group, those for which that probability differs
    most between the students.
    """
    import pandas as pd

    columns: dict[str, np.ndarray] = {}
    for model in MODELS:
        values = checked_logits(logits[model], model)
        true = checked_labels(labels, *values.shape)
        columns[model] = values.argmax(axis=1)
        columns[f"{model}_probability"] = softmax(values)[np.arange(len(values)), true]
    distilled_right, scratch_right = columns["distilled"] == true, columns["scratch"] == true
    change = np.where(distilled_right, "fixed", "broken")
    table = pd.DataFrame({"picture": np.arange(len(true)), "change": change, "true": true, **columns})
    table = table[distilled_right != scratch_right]
    moved = (table["distilled_probability"] - table["scratch_probability"]).abs()
    order = np.lexsort((-moved, table["change"] == "broken"))
    return table.iloc[order].reset_index(drop=True)


def showcase(labels: np.ndarray, logits: Mapping[str, np.ndarray]) -> int:
    """Returns the number of the picture on which distillation does what its story says.

    Teacher and distilled student are right, and scratch is wrong. At TEMPERATURE, the teacher's second choice
    has at least VISIBLE_DOUBT, the distilled student has the same second choice, and it is closer to the
    teacher than scratch is: of all such pictures, this is the one where it is closer by most. Raises
    ValueError when there is none.
    """
    from scipy.special import rel_entr

    said = {name: checked_logits(logits[name], name) for name in MODELS}
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


def all_disagree(logits: Mapping[str, np.ndarray]) -> bool:
    """Returns whether no two of several models give the same answer; logits: model → (classes,)."""
    answers = [int(np.argmax(values)) for values in logits.values()]
    return len(set(answers)) == len(answers) > 1
