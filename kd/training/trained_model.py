"""What training returns. No TensorFlow here, since the app's process unpacks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kd.training.snapshots import Snapshots


@dataclass(frozen=True)
class TrainedModel:
    """A trained model and what is known about it.

    keras_file is the content of its .keras file. test_logits, float32 (10000, 10), are for all test images.
    Of the seconds that training took, evaluation_seconds were spent on test images and snapshots. Only
    students have snapshots, unless they were trained without. processor is the one whose measurement decided
    the precision, if any did (kd/training/precision.py).
    """

    name: str
    keras_file: bytes
    test_logits: np.ndarray
    history: list[dict]
    parameters: int
    seconds: float
    evaluation_seconds: float
    snapshots: Snapshots | None = None
    precision: str = "float32"
    processor: str | None = None
