"""Dark knowledge in sentences."""

from __future__ import annotations

import numpy as np

from kd.analysis.logits import entropy_bits
from kd.text.words import listing, percent

# From here on a wrong class is worth a word.
RIVAL = 0.05


def soft_target_sentence(probabilities: np.ndarray, temperature: float, label: int | None = None) -> str:
    """What the teacher says at this temperature, in one or two sentences.

    Args:
        probabilities: (10,), at `temperature`.
        temperature: T.
        label: the true class, where it is known.
    """
    best = int(np.argmax(probabilities))
    rivals = [int(d) for d in np.argsort(-probabilities) if d != best and probabilities[d] >= RIVAL]
    words = f"At T = {temperature:g} the teacher says {best} ({percent(float(probabilities[best]))})"
    if rivals:
        words += ", and also " + listing([f"{d} ({percent(float(probabilities[d]))})" for d in rivals])
    elif probabilities[best] < 1:
        second = int(np.argsort(-probabilities)[1])
        words += f"; of the others it thinks most of {second} ({percent(float(probabilities[second]))})"
    words += f". That is {float(entropy_bits(probabilities)):.2f} bits of doubt."
    if label is not None and label != best:
        words += f" The label says {label}."
    return words


def pull_sentence(labels: np.ndarray, teacher: np.ndarray) -> str:
    """Who pulls harder on the student, and where to.

    Args:
        labels, teacher: the parts of the gradient, (10,) each; pulls are their negatives.
    """
    from_labels, from_teacher = float(np.linalg.norm(labels)), float(np.linalg.norm(teacher))
    if not from_labels and not from_teacher:
        return "Nothing pulls: the student already says what it is told."
    total = labels + teacher
    up, down = int(np.argmin(total)), int(np.argmax(total))
    if not from_teacher or not from_labels:
        return f"Only the {'label' if from_labels else 'teacher'} pulls: {up} up most, and {down} down most."
    direction = f"Together they pull {up} up most, and push {down} down most."
    stronger, weaker, ratio = "teacher", "label", from_teacher / from_labels
    if ratio < 1:
        stronger, weaker, ratio = weaker, stronger, 1 / ratio
    if ratio < 1.5:
        return f"Label and teacher pull about equally hard. {direction}"
    times = f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}"
    return f"The {stronger} pulls {times} times as hard as the {weaker}. {direction}"
