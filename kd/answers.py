"""Three models' answers to one drawing, in words and in numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kd.logits import checked_logits, divergence_bits

# Where words change: from here a model is sure; a digit with this much is a rival of the answer; and an
# answer with less than this is none.
SURE, RIVAL, LOST = 0.9, 0.15, 0.25

Opinion = tuple[str, frozenset[int]]


def opinion(probabilities: np.ndarray) -> Opinion:
    """What a model's ten probabilities amount to.

    Returns:
        ("sure", {digit}) from 90 % for one digit; ("lost", {}) where none has 25 %; ("hesitates", two or
        three digits) where others have at least 15 %; else ("leans", {digit}).
    """
    values = np.asarray(probabilities, np.float64)
    best = int(values.argmax())
    if values[best] >= SURE:
        return "sure", frozenset([best])
    if values[best] < LOST:
        return "lost", frozenset()
    rivals = [int(d) for d in np.argsort(-values, kind="stable")[:3] if values[d] >= RIVAL and d != best]
    return ("hesitates", frozenset([best, *rivals])) if rivals else ("leans", frozenset([best]))


def answers_sentence(probabilities: Mapping[str, np.ndarray]) -> str:
    """One plain sentence on what the three models make of a drawing.

    Args:
        probabilities: of teacher, distilled and scratch, (classes,) each, at temperature 1.
    """
    teacher, distilled, scratch = (opinion(probabilities[m]) for m in ("teacher", "distilled", "scratch"))
    if teacher == distilled == scratch:
        return f"All three {_phrase(teacher, many=True)}."
    if teacher == distilled:
        as_teacher = "does" if teacher[0] in ("hesitates", "leans") else "is"
        return (
            f"The distilled student {_phrase(teacher)} as its teacher {as_teacher}; "
            f"scratch {_phrase(scratch)}."
        )
    if distilled == scratch:
        return f"The teacher {_phrase(teacher)}; both students {_phrase(distilled, many=True)}."
    if teacher == scratch:
        return (
            f"Teacher and scratch {_phrase(teacher, many=True)}; the distilled student {_phrase(distilled)}."
        )
    return (
        f"The teacher {_phrase(teacher)}; the distilled student {_phrase(distilled)}; "
        f"scratch {_phrase(scratch)}."
    )


def _phrase(view: Opinion, many: bool = False) -> str:
    kind, digits = view
    names = [str(digit) for digit in sorted(digits)]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    if kind == "sure":
        return f"{'are' if many else 'is'} sure of {listed}"
    if kind == "lost":
        return f"{'are' if many else 'is'} at a loss"
    if kind == "hesitates":
        return f"{'hesitate' if many else 'hesitates'} between {listed}"
    return f"{'lean' if many else 'leans'} towards {listed}"


def distances_bits(logits: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far each model is from the teacher on one drawing: model → KL(teacher ‖ model) in bits, at T = 1.

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
