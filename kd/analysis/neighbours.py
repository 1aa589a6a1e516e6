"""The training pictures a teacher finds most like a drawing: neighbours in its penultimate features.

Distance is Euclidean in the input of the last dense layer, 25,088 numbers a picture in our teacher. Those
of 10,000 pictures would fill a gigabyte, so an index keeps their coordinates along the principal
directions of the features, takes the nearest few from there, and puts these in order by their exact
features. With the notebook's teacher, 10,000 training pictures and every 50th test picture, the five nearest
were the exact ones 200 times of 200 (64 directions, 50 candidates); the directions alone find 79 % of them.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from kd.files import Damaged, read_sealed, write_sealed
from kd.networks.numpy_model import NumpyModel, PenultimateMap

log = logging.getLogger("kd")

DIRECTIONS = 64
CANDIDATES = 50
# The directions are found on this many pictures: their features take 100 MB for a moment.
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
        """Index training pictures; for the teacher and 10,000 of them some seconds of one core.

        Args:
            model: whose features count.
            images: (n, 28, 28, 1), float in [0, 1], n ≥ 2; the first ones decide the directions.
            labels: whole numbers (n,).
            directions: how many principal directions to keep, at most.

        Raises:
            ValueError: when there are fewer than 2 pictures, or labels and images do not fit together.
        """
        _check(images, labels)
        features = model.penultimate(images[:_SAMPLE])
        features -= features.mean(axis=0)
        axes = _principal_directions(features, directions).astype(np.float16)
        mapping = model.penultimate_map(axes)
        return cls(model, images, labels, axes, mapping(images), mapping)

    @classmethod
    def open(
        cls, path: str | os.PathLike, model: NumpyModel, images: np.ndarray, labels: np.ndarray
    ) -> NeighbourIndex:
        """The index kept at `path`, where it is of this model and these pictures; else a new one, kept there.

        Raises:
            ValueError: as `build`.
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
        except OSError as error:  # a full disk keeps nobody from looking
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
        order = np.argsort(distances, kind="stable")[:count]
        chosen = candidates[order]
        return pd.DataFrame(
            {"picture": chosen, "label": np.asarray(self.labels)[chosen], "distance": distances[order]}
        )


def _principal_directions(centred: np.ndarray, count: int) -> np.ndarray:
    """The first principal directions of centred rows (n, features), by the n × n Gram matrix."""
    values, vectors = np.linalg.eigh(centred @ centred.T)
    kept = [i for i in range(len(values) - 1, -1, -1)[:count] if values[i] > 1e-6 * values[-1]]
    if not kept:
        raise ValueError("The pictures give the same features throughout, so none is nearer than another.")
    return centred.T @ (vectors[:, kept] / np.sqrt(values[kept]))


def _check(images: np.ndarray, labels: np.ndarray) -> None:
    if len(images) < 2 or len(images) != len(labels):
        raise ValueError(
            "An index needs at least 2 pictures and a label for each, "
            f"got {len(images)} pictures and {len(labels)} labels."
        )


def _fingerprint(model: NumpyModel, images: np.ndarray) -> str:
    """What the index depends on: the weights, the pictures, and how many directions."""
    digest = hashlib.sha256(f"{DIRECTIONS} {_SAMPLE} {np.shape(images)}".encode())
    for array in (*model.weights(), images):
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
