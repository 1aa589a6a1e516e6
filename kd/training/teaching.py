"""What a student learns from its teacher. No TensorFlow here, since the app's process packs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Teaching(NamedTuple):
    """A teacher's answers to the training images of a run, in order.

    logits: float32 (train_size, 10), or with as many rows for each image as it has variants. attention:
    float32 (train_size, 245), for objectives that compare it.
    """

    logits: np.ndarray
    attention: np.ndarray | None = None


def averaged(teachings: Sequence[Teaching]) -> Teaching:
    """The mean of what several teachers say; that of logits is the geometric mean of predictions at any T."""
    if len(teachings) == 1:
        return teachings[0]
    logits, attention = zip(*teachings, strict=True)
    return Teaching(np.mean(logits, axis=0), None if None in attention else np.mean(attention, axis=0))
