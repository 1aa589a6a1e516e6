"""How hard the label and the teacher pull on a student, and where to: kd/text puts it in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kd.analysis.softening import Gradient


class Pull(NamedTuple):
    """The pull on a student's logits for one picture.

    label, teacher: the Euclidean lengths of the two parts. up, down: the classes that both together raise and
    lower most.
    """

    label: float
    teacher: float
    up: int
    down: int


def pull_of(gradient: Gradient) -> Pull:
    """The pull of a gradient of one picture, parts (classes,); it points against the gradient."""
    total = gradient.total
    return Pull(
        label=float(np.linalg.norm(gradient.labels)),
        teacher=float(np.linalg.norm(gradient.teacher)),
        up=int(np.argmin(total)),
        down=int(np.argmax(total)),
    )
