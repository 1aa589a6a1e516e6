"""The training pictures that a teacher finds most like a drawing: neighbours in its penultimate features.

Distance is Euclidean in the input of the last dense layer: 25,088 numbers for each picture in our teacher.
For 10,000 pictures they would fill a gigabyte, so an index keeps their coordinates along the principal
directions of the features, finds the nearest few by these, and sorts them by their exact features. With the
notebook's teacher, 10,000 training pictures and every 50th test picture, the five nearest were exactly right
200 times out of 200 (64 directions, 50 candidates); the directions alone find 70 % of them.
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
from kd.networks.numpy_model import NumpyModel
from kd.pictures.mnist import to_model_input

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("kd")

DIRECTIONS = 64
CANDIDATES = 50
# How many pictures the directions are computed from: their features take 13 MB for a moment. With 200, for
# one test picture in 200, the fifty candidates lacked one of the five nearest.
_SAMPLE = 250
_SAMPLED_AT_ONCE, _FEATURES_AT_ONCE = 50, 2**12
_AT_ONCE = 500  # pictures as the model takes them: all would take four times their memory


@dataclass(frozen=True, eq=False)
class NeighbourIndex:
    """Coordinates of training pictures in a model's penultimate features. Immutable; threads may share it."""

    model: NumpyModel
    pictures: np.ndarray = field(repr=False)  # (n, 28, 28), uint8
    labels: np.ndarray = field(repr=False)  # (n,)
    directions: np.ndarray = field(repr=False)  # (features, k), float16
    coordinates: np.ndarray = field(repr=False)  # (n, k), float32

    @classmethod
    def build(cls, model: NumpyModel, pictures: np.ndarray, labels: np.ndarray) -> NeighbourIndex:
        """Indexes training pictures; 10,000 pictures of the teacher take some seconds on one core.

        The first pictures, uint8 (n, 28, 28), determine the directions.
        """
        axes = _principal_directions(_sampled(model, pictures[:_SAMPLE]), DIRECTIONS)
        mapping = model.penultimate_map(axes)
        parts = range(0, len(pictures), _AT_ONCE)
        each = [mapping(to_model_input(pictures[start : start + _AT_ONCE])) for start in parts]
        return cls(model, pictures, labels, axes, np.concatenate(each))

    @classmethod
    def open(
        cls, path: str | os.PathLike, model: NumpyModel, pictures: np.ndarray, labels: np.ndarray
    ) -> NeighbourIndex:
        """Returns the index stored at `path` if it fits this model and these pictures; else a new one."""
        path = Path(path)
        fingerprint = _fingerprint(model, pictures)
        try:
            with np.load(io.BytesIO(read_sealed(path)), allow_pickle=False) as stored:
                if str(stored["fingerprint"]) == fingerprint:
                    return cls(model, pictures, labels, stored["directions"], stored["coordinates"])
        except FileNotFoundError:
            pass
        except (Damaged, OSError) as error:
            log.warning(
                "the cached neighbours in %s cannot be used (%s): they are computed again", path, error
            )
        index = cls.build(model, pictures, labels)
        buffer = io.BytesIO()
        np.savez(buffer, fingerprint=fingerprint, directions=index.directions, coordinates=index.coordinates)
        try:
            write_sealed(path, buffer.getvalue())
        except OSError as error:  # a full disk does not stop a person from looking
            log.warning("the neighbours could not be cached (%s): they are computed again next time", error)
        return index

    def nearest(self, image: np.ndarray, count: int = 6) -> pd.DataFrame:
        """Returns the training pictures most like a picture (28, 28, 1) in [0, 1], nearest first.

        Columns picture (index into the training pictures), label, distance (in the features' own unit).
        Raises ValueError when `count` is not between 1 and CANDIDATES.
        """
        import pandas as pd

        limit = min(CANDIDATES, len(self.pictures))
        if not 1 <= count <= limit:
            raise ValueError(f"count must be between 1 and {limit}, got {count}.")
        own = self.model.penultimate(np.asarray(image)[np.newaxis])
        offsets = self.coordinates - own @ self.directions
        candidates = np.argpartition(np.einsum("nk,nk->n", offsets, offsets), limit - 1)[:limit]
        features = self.model.penultimate(to_model_input(self.pictures[candidates]))
        distances = np.linalg.norm(features - own, axis=1)
        order = np.argsort(distances)[:count]
        chosen = candidates[order]
        return pd.DataFrame({"picture": chosen, "label": self.labels[chosen], "distance": distances[order]})


def _sampled(model: NumpyModel, pictures: np.ndarray) -> np.ndarray:
    """Returns the penultimate features of pictures, up to a factor, float16 (n, features)."""
    found, scale = np.empty((len(pictures), model.layers[-2].activations), np.float16), 0.0
    for start in range(0, len(pictures), _SAMPLED_AT_ONCE):
        here = slice(start, start + _SAMPLED_AT_ONCE)
        features = model.penultimate(to_model_input(pictures[here]))
        scale = scale or float(np.abs(features).max()) or 1.0  # float16 ends at 65,504
        found[here] = features / scale
    return found


def _principal_directions(features: np.ndarray, count: int) -> np.ndarray:
    """Returns the first principal directions of rows (n, features), in their type; centres them in place."""
    mean = features.mean(axis=0, dtype=np.float64)
    features -= mean
    parts = [slice(at, at + _FEATURES_AT_ONCE) for at in range(0, len(mean), _FEATURES_AT_ONCE)]

    def wide(part: slice) -> np.ndarray:
        return features[:, part].astype(np.result_type(features, np.float32))

    products = sum(wide(part) @ wide(part).T for part in parts)
    values, vectors = np.linalg.eigh(products)
    if values[-1] <= 1e-10 * (len(features) * mean @ mean + np.trace(products)):
        raise ValueError("All pictures have the same features, so none is nearer than another.")
    kept = [i for i in range(len(values) - 1, -1, -1)[:count] if values[i] > 1e-6 * values[-1]]
    directions = np.empty((len(mean), len(kept)), features.dtype)
    for part in parts:
        directions[part] = wide(part).T @ (vectors[:, kept] / np.sqrt(values[kept]))
    return directions


def _fingerprint(model: NumpyModel, pictures: np.ndarray) -> str:
    """Returns a hash of what the index depends on: the weights, the pictures and the number of directions."""
    digest = hashlib.sha256(f"{DIRECTIONS} {_SAMPLE} {np.shape(pictures)}".encode())
    for array in (*model.weights(), pictures):
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
