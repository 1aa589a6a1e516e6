"""The gradient of the loss with soft targets, in NumPy: a reference for what the browser draws."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import softmax


class Gradient(NamedTuple):
    """The parts of the gradient with respect to the student's logits, each (classes,)."""

    labels: np.ndarray
    teacher: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return self.labels + self.teacher


def loss_gradient(label: int, student, teacher, alpha: float, temperature: float, squared: bool) -> Gradient:
    """What label and teacher tell the student about a picture (objectives/soft_targets.py)."""
    student, teacher = np.asarray(student, float), np.asarray(teacher, float)
    apart = softmax(student / temperature) - softmax(teacher / temperature)
    scale = temperature if squared else 1 / temperature  # s / T
    return Gradient(alpha * (softmax(student) - np.eye(len(student))[label]), (1 - alpha) * scale * apart)
