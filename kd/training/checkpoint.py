"""A pause in a training: all it takes to go on as if there had been none. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kd.training.snapshots import Snapshots


@dataclass(frozen=True)
class Checkpoint:
    """A training that paused after `epoch` epochs and `step` steps of the next: others could go first.

    weights: the model's, in the order of `model.get_weights()`; optimizer: Adam's steps and moments
    (kd/training/adam.py); sums: of the steps since the last event (kd/training/compiled.py), and
    epoch_seconds what they took. The other fields are TrainedModel's, as they are so far.
    """

    name: str
    epoch: int
    weights: tuple[np.ndarray, ...]
    optimizer: tuple[np.ndarray, ...]
    history: list[dict] = field(default_factory=list)
    seconds: float = 0.0
    evaluation_seconds: float = 0.0
    snapshots: Snapshots | None = None
    precision: str = "float32"
    processor: str | None = None
    step: int = 0
    sums: np.ndarray | None = None
    epoch_seconds: float = 0.0
