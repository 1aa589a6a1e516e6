"""What the app and its workers pass to each other. No TensorFlow here, since the app packs and unpacks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

# Numbers of a picture's attention maps, after two convolutions.
ATTENTION = 14 * 14 + 7 * 7


class Teaching(NamedTuple):
    """A teacher's answers to the training images of a run, in order.

    logits: float32 (n, 10), a row for each image or variant of one. attention: float32 (n, 245), if compared.
    """

    logits: np.ndarray
    attention: np.ndarray | None = None


def averaged(teachings: Sequence[Teaching]) -> Teaching:
    """Returns the mean of teachers' answers: of logits, the geometric mean of their predictions at any T."""
    if len(teachings) == 1:
        return teachings[0]
    logits, attention = zip(*teachings, strict=True)
    return Teaching(np.mean(logits, axis=0), None if None in attention else np.mean(attention, axis=0))


class TrainingStopped(Exception):
    """The training was asked to stop."""


@dataclass
class Snapshots:
    """A student's weights and test logits during its training, in float16: small enough to keep.

    times float64 (k,), in epochs; logits (k, 10000, 10); weights (k, parameters), of `model.get_weights()`
    flattened and joined; accuracies float64 (k,), of the logits before they were rounded.
    """

    times: list[float] = field(default_factory=list)
    logits: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def add(self, time: float, model, logits: np.ndarray, accuracy: float) -> None:
        self.times.append(float(time))
        self.logits.append(logits.astype(np.float16))
        self.weights.append(np.concatenate([w.ravel() for w in model.get_weights()]).astype(np.float16))
        self.accuracies.append(float(accuracy))

    def copy(self) -> Snapshots:
        """Returns a copy, to which points can be added without changing this one."""
        return Snapshots([*self.times], [*self.logits], [*self.weights], [*self.accuracies])

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the arrays by name, for an npz."""
        return {
            "times": np.array(self.times),
            "logits": np.stack(self.logits),
            "weights": np.stack(self.weights),
            "accuracies": np.array(self.accuracies),
        }


@dataclass(frozen=True)
class TrainedModel:
    """A trained model and what is known about it.

    test_logits: float32 (10000, 10). evaluation_seconds: the part of `seconds` spent on test images.
    processor: the one whose measurement decided the precision, if any did (kd/training/precision.py).
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


@dataclass(frozen=True)
class Checkpoint:
    """A training that paused after `epoch` epochs and `step` steps of the next: others could go first.

    optimizer: Adam's steps and moments. sums: of the steps since the last event, and epoch_seconds what they
    took. The other fields are TrainedModel's, as they are so far.
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
