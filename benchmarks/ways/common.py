"""What the ways share: the recipe's sizes, its data, and the result of timed training. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

BATCH_SIZE = 32
ALPHA = 0.1
TEMPERATURE = 10.0


class Timed(NamedTuple):
    """One training run: seconds in all (with evaluation), seconds per training epoch, and test accuracy."""

    seconds: float
    epoch_seconds: float
    accuracy: float


@dataclass(frozen=True)
class Sizes:
    """How much of the recipe to run: the notebook's own numbers, or tiny ones to see that it works.

    folder holds data.npz and teacher.npz, as the driver wrote them.
    """

    images: int
    test_images: int
    teacher_epochs: int
    teacher_images: int
    epochs: int
    folder: str

    def data(self):
        """((x_train, y_train), (x_test, y_test)): float32 (n, 28, 28, 1) in [0, 1], int labels (n,)."""
        return self._slice(self.images), self._slice(self.test_images, "test")

    def teacher_data(self):
        """As `data`, for the teacher's training images."""
        return self._slice(self.teacher_images), self._slice(self.test_images, "test")

    def teacher_weights(self) -> list[np.ndarray]:
        """The weights of the teacher that every way's students learn from, in Keras's order."""
        with np.load(Path(self.folder) / "teacher.npz", allow_pickle=False) as arrays:
            return [arrays[f"arr_{i}"] for i in range(len(arrays.files))]

    def _slice(self, size: int, part: str = "train"):
        with np.load(Path(self.folder) / "data.npz", allow_pickle=False) as arrays:
            images, labels = arrays[f"x_{part}"][:size], arrays[f"y_{part}"][:size]
        return images.astype(np.float32)[..., np.newaxis] / np.float32(255), labels.astype(np.int64)
