"""MNIST from data/mnist.npz, verified and never unpickled; and pictures as networks take them."""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kd.base.once import computed_once
from kd.base.places import CODE, DATA, PROJECT
from kd.base.unusable import Unusable
from kd.config import TEST_IMAGES, TRAIN_IMAGES
from kd.text.words import plain, quoted

MNIST_FILE = DATA / "mnist.npz"
_SCRIPT = DATA / "make_mnist.py"
# in a checkout, its folder is where commands are typed
REMAKE_COMMAND = f"python {(_SCRIPT.relative_to(CODE) if PROJECT == CODE else _SCRIPT).as_posix()}"

SIDE = 28
# Pictures that were resized or normalised in float32 may be this far beyond [0, 1].
_ROUNDING = 1e-5
# of the uint8 arrays in C order
_SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}


@dataclass(frozen=True)
class Mnist:
    """The four official arrays, uint8 and read-only: images (n, 28, 28) in 0–255, labels (n,) in 0–9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def train(self, size: int = TRAIN_IMAGES) -> tuple[np.ndarray, np.ndarray]:
        """Returns the first training images, float32 (size, 28, 28, 1) in [0, 1], and labels int32 (size,).

        Raises ValueError when there are not that many.
        """
        return _slice(self.x_train, self.y_train, size)

    def test(self, size: int = TEST_IMAGES) -> tuple[np.ndarray, np.ndarray]:
        """Returns the same of the test images."""
        return _slice(self.x_test, self.y_test, size)


def _slice(images: np.ndarray, labels: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= len(images):
        raise ValueError(f"size must be a whole number between 1 and {len(images):,}, got {quoted(size)}.")
    return to_model_input(images[:size]), labels[:size].astype(np.int32)


def to_model_input(images: np.ndarray) -> np.ndarray:
    """Returns uint8 pictures (n, 28, 28) as networks take them: float32 (n, 28, 28, 1) in [0, 1]."""
    return (images.astype(np.float32) / np.float32(255.0))[..., np.newaxis]


def as_batch(pictures: Any) -> np.ndarray:
    """Returns a person's pictures of digits, white on black, as networks take them.

    They have the shape (28, 28), (28, 28, 1), (n, 28, 28) or (n, 28, 28, 1), and are uint8 from 0 to 255, or
    floats from 0 to 1; anything else raises ValueError.
    """
    try:
        given = np.asarray(pictures)
    except (TypeError, ValueError, RuntimeError):  # lists of different lengths, a tensor on another device
        given = np.empty(0, dtype=object)
    kind = given.dtype.kind
    if given.dtype != np.uint8 and kind != "f":
        raise ValueError(
            "The pictures must be an array of uint8 from 0 to 255 or of floats from 0 to 1, got "
            f"{type(pictures).__name__ if kind == 'O' else given.dtype}."
        )
    batch = given[np.newaxis] if given.shape in ((SIDE, SIDE), (SIDE, SIDE, 1)) else given
    batch = batch[..., np.newaxis] if batch.ndim == 3 else batch
    if batch.ndim != 4 or batch.shape[1:] != (SIDE, SIDE, 1):
        raise ValueError(
            f"The pictures must have the shape (28, 28), (n, 28, 28) or (n, 28, 28, 1), got {given.shape}."
        )
    if given.dtype == np.uint8:
        return to_model_input(batch[..., 0])
    if not np.isfinite(batch).all():
        raise ValueError("The pictures must be finite, got NaN or infinity in at least one pixel.")
    low, high = float(batch.min(initial=np.inf)), float(batch.max(initial=-np.inf))
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise ValueError(
            f"Pictures of floats must be between 0 and 1, got values from {plain(low)} to {plain(high)}: "
            "divide by 255, or pass them as uint8."
        )
    return np.ascontiguousarray(batch, np.float32)


@computed_once(maxsize=4)
def load_mnist(path: str | os.PathLike | None = None) -> Mnist:
    """Reads and verifies the data set; later calls return the same read-only arrays.

    Args:
        path: another file than data/mnist.npz.

    Raises:
        ValueError: when the file is missing, truncated or altered; the message names the command that
            makes it again.
    """
    path = Path(path) if path is not None else MNIST_FILE
    named = {"path": path, "command": REMAKE_COMMAND}
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in _SHA256}
    except FileNotFoundError:
        raise Unusable("The MNIST file {path} is missing. Make it again with: {command}", **named) from None
    # zipfile, zlib and NumPy raise a dozen types for altered bytes, RuntimeError among them
    except Exception:
        raise Unusable(
            "The MNIST file {path} is truncated or not an npz of MNIST. Make it again with: {command}",
            **named,
        ) from None
    for key, sha256 in _SHA256.items():
        array, count = arrays[key], TRAIN_IMAGES if key.endswith("train") else TEST_IMAGES
        shape = (count, SIDE, SIDE) if key.startswith("x") else (count,)
        intact = array.dtype == np.uint8 and array.shape == shape
        if not intact or hashlib.sha256(np.ascontiguousarray(array).data).hexdigest() != sha256:
            raise Unusable(
                "The MNIST file {path} was altered ({array} is not the official one). Make it again "
                "with: {command}",
                array=key,
                **named,
            )
        array.flags.writeable = False
        arrays[key] = _in_a_file(array)
    return Mnist(**arrays)


def _in_a_file(array: np.ndarray) -> np.ndarray:
    """Returns the array mapped from a nameless file: memory that the system can take back.

    It is read-only. Its base is not, as DLPack wants it (kd.training.compiled.in_place); what is written
    there stays in this process.
    """
    if sys.platform == "win32":  # which has no nameless files
        return array
    try:
        with tempfile.TemporaryFile() as file:
            array.tofile(file)
            file.flush()
            mapped = np.memmap(file, array.dtype, "c", shape=array.shape).view(np.ndarray)
    except OSError:  # the disk is full
        return array
    mapped.flags.writeable = False
    return mapped
