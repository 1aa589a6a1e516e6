"""A training between two epochs: what it takes to go on as if it had never stopped. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from kd.training.snapshots import Snapshots


@dataclass(frozen=True)
class Checkpoint:
    """A training that gave its place up after `epoch` epochs.

    weights: those of the model, in the order of `model.get_weights()`; optimizer: Adam's steps and moments
    (kd/training/adam.py). history, snapshots, seconds and what
    follows are those of TrainedModel so far.
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
