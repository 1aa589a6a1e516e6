"""What a student learns from its teacher. No TensorFlow here, since the app's process packs it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Teaching(NamedTuple):
    """A teacher's answers to the training images of a run, in order.

    logits: float32 (train_size, 10), or with as many rows for each image as it has variants. attention:
    float32 (train_size, 245), for objectives that compare it.
    """

    logits: np.ndarray
    attention: np.ndarray | None = None
