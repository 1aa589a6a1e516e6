"""The training pictures that a teacher finds most like a drawing: neighbours in its penultimate features.

Distance is Euclidean in the input of the last dense layer: 25,088 numbers for each picture in our teacher.
For 10,000 pictures they would fill a gigabyte, so an index keeps their coordinates along the principal
directions of the features, finds the nearest few by these, and sorts them by their exact features. With the
notebook's teacher, 10,000 training pictures and every 50th test picture, the five nearest were exactly right
200 times out of 200 (64 directions, 50 candidates); the directions alone find 79 % of them.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kd.base.files import Damaged, read_sealed, write_sealed
from kd.networks.numpy_model import NumpyModel, PenultimateMap

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("kd")

DIRECTIONS = 64
CANDIDATES = 50
# How many pictures the directions are computed from: their features take 100 MB for a moment.
_SAMPLE = 1_000


@dataclass(frozen=True, eq=False)
class NeighbourIndex:
    """Coordinates of training pictures in a model's penultimate features. Immutable; threads may share it."""

    model: NumpyModel
    images: np.ndarray = field(repr=False)  # (n, 28, 28, 1), as the model takes them
    labels: np.ndarray = field(repr=False)  # (n,)
    directions: np.ndarray = field(repr=False)  # (features, k), float16
    coordinates: np.ndarray = field(repr=False)  # (n, k), float32
    _map: PenultimateMap = field(repr=False)

    @classmethod
    def build(
        cls, model: NumpyModel, images: np.ndarray, labels: np.ndarray, directions: int = DIRECTIONS
    ) -> NeighbourIndex:
        """Index training pictures; with the teacher and 10,000 pictures, this takes some seconds on one core.

        Args:
            model: the one whose features are used.
            images: (n, 28, 28, 1), float in [0, 1], n ≥ 2; the first ones determine the directions.
            labels: whole numbers (n,).
            directions: how many principal directions to keep, at most.

        Raises:
            ValueError: when there are fewer than 2 pictures, or labels and images do not match.
        """
        _check(images, labels)
        features = model.penultimate(images[:_SAMPLE])
        axes = _principal_directions(features, directions).astype(np.float16)
        mapping = model.penultimate_map(axes)
        return cls(model, images, labels, axes, mapping(images), mapping)

    @classmethod
    def open(
        cls, path: str | os.PathLike, model: NumpyModel, images: np.ndarray, labels: np.ndarray
    ) -> NeighbourIndex:
        """The index stored at `path` if it fits this model and these pictures; else a new one, stored there.

        Raises:
            ValueError: as for `build`.
        """
        path = Path(path)
        _check(images, labels)
        fingerprint = _fingerprint(model, images)
        try:
            with np.load(io.BytesIO(read_sealed(path)), allow_pickle=False) as stored:
                if str(stored["fingerprint"]) == fingerprint:
                    axes, coordinates = stored["directions"], stored["coordinates"]
                    return cls(model, images, labels, axes, coordinates, model.penultimate_map(axes))
        except FileNotFoundError:
            pass
        except (Damaged, OSError) as error:
            log.warning(
                "the cached neighbours in %s cannot be used (%s): they are computed again", path, error
            )
        index = cls.build(model, images, labels)
        buffer = io.BytesIO()
        np.savez(buffer, fingerprint=fingerprint, directions=index.directions, coordinates=index.coordinates)
        try:
            write_sealed(path, buffer.getvalue())
        except OSError as error:  # a full disk should not stop anybody from looking
            log.warning("the neighbours could not be cached (%s): they are computed again next time", error)
        return index

    def nearest(self, image: np.ndarray, count: int = 6) -> pd.DataFrame:
        """The training pictures most like this one, nearest first.

        Args:
            image: (28, 28, 1), float in [0, 1].
            count: how many, at most CANDIDATES.

        Returns:
            Columns picture (index into the training pictures), label, distance (in the features' own unit).

        Raises:
            ValueError: when `count` is out of range, or the picture is not valid.
        """
        limit = min(CANDIDATES, len(self.images))
        if not 1 <= count <= limit:
            raise ValueError(f"count must be between 1 and {limit}, got {count}.")
        picture = np.asarray(image)[np.newaxis]
        offsets = self.coordinates - self._map(picture)
        candidates = np.argpartition(np.einsum("nk,nk->n", offsets, offsets), limit - 1)[:limit]
        features = self.model.penultimate(self.images[candidates])
        distances = np.linalg.norm(features - self.model.penultimate(picture), axis=1)
        order = np.argsort(distances)[:count]
        chosen = candidates[order]
        import pandas as pd

        return pd.DataFrame(
            {"picture": chosen, "label": np.asarray(self.labels)[chosen], "distance": distances[order]}
        )


def _principal_directions(features: np.ndarray, count: int) -> np.ndarray:
    """The first principal directions of rows (n, features), by their Gram matrix; centres them in place."""
    rounding = 1e-10 * float(np.vdot(features, features))
    features -= features.mean(axis=0)
    values, vectors = np.linalg.eigh(features @ features.T)
    if values[-1] <= rounding:
        raise ValueError("All pictures have the same features, so none is nearer than another.")
    kept = [i for i in range(len(values) - 1, -1, -1)[:count] if values[i] > 1e-6 * values[-1]]
    return features.T @ (vectors[:, kept] / np.sqrt(values[kept]))


def _check(images: np.ndarray, labels: np.ndarray) -> None:
    if len(images) < 2 or len(images) != len(labels):
        raise ValueError(
            f"An index needs at least 2 pictures and a label for each, got {len(images)} pictures and "
            f"{len(labels)} labels."
        )


def _fingerprint(model: NumpyModel, images: np.ndarray) -> str:
    """What the index depends on: the weights, the pictures and the number of directions."""
    digest = hashlib.sha256(f"{DIRECTIONS} {_SAMPLE} {np.shape(images)}".encode())
    for array in (*model.weights(), images):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
