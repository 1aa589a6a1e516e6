"""What a model's ten probabilities for one picture amount to, in codes and numbers; kd/text has the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from kd.analysis.logits import checked_logits, divergence_bits

# From SURE on a model is sure of its answer. Below LOST it has none. A digit with at least RIVAL competes
# with the answer.
SURE, RIVAL, LOST = 0.9, 0.15, 0.25


class Opinion(NamedTuple):
    """What a model thinks of a picture.

    kind: "sure", "hesitates", "leans" or "lost". answer: its most probable digit, even where it is lost.
    digits: the answer and its rivals, in order; none where it is lost.
    """

    kind: str
    answer: int
    digits: tuple[int, ...]


def opinion(probabilities: np.ndarray) -> Opinion:
    """What a model's probabilities, (10,), amount to.

    Returns:
        "sure" if one digit has at least 90 %; "lost" if none has 25 %; "hesitates" if one or two other digits
        have at least 15 %; else "leans".
    """
    values = np.asarray(probabilities)
    best = int(values.argmax())
    if values[best] >= SURE:
        return Opinion("sure", best, (best,))
    if values[best] < LOST:
        return Opinion("lost", best, ())
    rivals = [int(d) for d in np.argsort(-values, kind="stable")[:3] if values[d] >= RIVAL and d != best]
    return Opinion("hesitates" if rivals else "leans", best, tuple(sorted([best, *rivals])))


def distances_bits(logits: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far each model is from the teacher on one picture: model → KL(teacher ‖ model) in bits, at T = 1.

    Args:
        logits: model → (classes,); "teacher" among them.

    Raises:
        ValueError: when logits are not finite or not of the same classes.
    """
    values = {name: checked_logits(np.asarray(z)[np.newaxis], name)[0] for name, z in logits.items()}
    if len({z.shape for z in values.values()}) != 1:
        raise ValueError("All models must have the same number of classes.")
    return {name: float(divergence_bits(values["teacher"], z)) for name, z in values.items()}


def all_disagree(logits: Mapping[str, np.ndarray]) -> bool:
    """Whether no two of the models give the same digit. logits: model → (classes,)."""
    answers = [int(np.argmax(values)) for values in logits.values()]
    return len(set(answers)) == len(answers) > 1
