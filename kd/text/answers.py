"""Three models' answers to one drawing, in words and in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from kd.analysis.logits import checked_logits, divergence_bits
from kd.text.words import listing

# Where words change: from here a model is sure; a digit with this much is a rival of the answer; and an
# answer with less than this is none.
SURE, RIVAL, LOST = 0.9, 0.15, 0.25

_WHO = {"teacher": "the teacher", "distilled": "the distilled student", "scratch": "scratch"}
_SEVERAL = {
    ("distilled", "scratch"): "both students",
    ("teacher", "distilled"): "the teacher and the distilled student",
    ("teacher", "scratch"): "the teacher and scratch",
    ("teacher", "distilled", "scratch"): "all three",
}


class Opinion(NamedTuple):
    """What a model's probabilities amount to.

    kind: sure, hesitates, leans or lost. digit: its answer, None when it is lost. digits: its answer and the
    rivals of it, in order.
    """

    kind: str
    digit: int | None
    digits: tuple[int, ...]


def opinion(probabilities: np.ndarray) -> Opinion:
    """What a model's ten probabilities amount to.

    Returns:
        sure from 90 % for one digit; lost where none has 25 %; hesitates, between two or three digits, where
        others have at least 15 %; else leans.
    """
    values = np.asarray(probabilities, np.float64)
    best = int(values.argmax())
    if values[best] >= SURE:
        return Opinion("sure", best, (best,))
    if values[best] < LOST:
        return Opinion("lost", None, ())
    rivals = [int(d) for d in np.argsort(-values, kind="stable")[:3] if values[d] >= RIVAL and d != best]
    return Opinion("hesitates" if rivals else "leans", best, tuple(sorted([best, *rivals])))


def answers_sentence(probabilities: Mapping[str, np.ndarray], label: int | None = None) -> str:
    """What the three models make of a picture, in a plain sentence, and in a second one who of them is wrong.

    Args:
        probabilities: of teacher, distilled and scratch, (classes,) each, at temperature 1.
        label: what the picture shows, where that is known.
    """
    sentence = _opinions_sentence({model: opinion(probabilities[model]) for model in _WHO})
    if label is None:
        return sentence
    wrong = [model for model in _WHO if int(np.argmax(probabilities[model])) != label]
    if not wrong:
        return sentence
    return f"{sentence} The label says {label}: {_who(wrong)} {'are' if len(wrong) > 1 else 'is'} wrong."


def _opinions_sentence(opinions: Mapping[str, Opinion]) -> str:
    teacher, distilled, scratch = opinions.values()
    if teacher == distilled == scratch:
        return f"All three {_phrase(teacher, many=True)}."
    if {(view.kind, view.digits) for view in opinions.values()} == {("hesitates", teacher.digits)}:
        sayings = [
            f"{_who(models)} {'say' if len(models) > 1 else 'says'} {digit}"
            for digit in dict.fromkeys(view.digit for view in opinions.values())
            if (models := [model for model, view in opinions.items() if view.digit == digit])
        ]
        return f"All three hesitate between {_listed(teacher.digits)}: {', '.join(sayings)}."
    if teacher == distilled:
        as_teacher = "does" if teacher.kind in ("hesitates", "leans") else "is"
        return (
            f"The distilled student {_phrase(teacher)}, as its teacher {as_teacher}; "
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
    if view.kind == "sure":
        return f"{'are' if many else 'is'} sure of {view.digit}"
    if view.kind == "lost":
        return f"{'are' if many else 'is'} at a loss"
    if view.kind == "hesitates":
        between = f"{'hesitate' if many else 'hesitates'} between {_listed(view.digits)}"
        return f"{between} and {'say' if many else 'says'} {view.digit}"
    return f"{'lean' if many else 'leans'} towards {view.digit}"


def _who(models: list[str]) -> str:
    return _SEVERAL.get(tuple(models)) or _WHO[models[0]]


def _listed(digits: tuple[int, ...]) -> str:
    return listing([str(digit) for digit in digits])


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
