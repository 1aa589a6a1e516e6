"""MNIST from data/mnist.npz: verified, offline, never unpickled."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kd.base.once import computed_once
from kd.base.places import CODE, DATA, PROJECT
from kd.base.unusable import Unusable
from kd.config import TEST_IMAGES, TRAIN_IMAGES
from kd.text.translation import _
from kd.text.words import quoted

MNIST_FILE = DATA / "mnist.npz"
_SCRIPT = DATA / "make_mnist.py"
# in a checkout, its folder is where commands are typed
REMAKE_COMMAND = f"python {(_SCRIPT.relative_to(CODE) if PROJECT == CODE else _SCRIPT).as_posix()}"

# key: (shape, SHA-256 of the uint8 array in C order)
_ARRAYS = {
    "x_train": (
        (TRAIN_IMAGES, 28, 28),
        "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    ),
    "y_train": (
        (TRAIN_IMAGES,),
        "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    ),
    "x_test": (
        (TEST_IMAGES, 28, 28),
        "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    ),
    "y_test": (
        (TEST_IMAGES,),
        "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
    ),
}


@dataclass(frozen=True)
class Mnist:
    """The four official arrays, uint8 and read-only: images (n, 28, 28) in 0–255, labels (n,) in 0–9."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray

    def train(self, size: int = TRAIN_IMAGES) -> tuple[np.ndarray, np.ndarray]:
        """The first `size` training images, float32 (size, 28, 28, 1) in [0, 1], and labels int32 (size,).

        Raises:
            ValueError: when there are not that many.
        """
        return _slice(self.x_train, self.y_train, size)

    def test(self, size: int = TEST_IMAGES) -> tuple[np.ndarray, np.ndarray]:
        """The first `size` test images, float32 (size, 28, 28, 1) in [0, 1], and labels int32 (size,).

        Raises:
            ValueError: when there are not that many.
        """
        return _slice(self.x_test, self.y_test, size)


def _slice(images: np.ndarray, labels: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= len(images):
        raise ValueError(f"size must be a whole number between 1 and {len(images):,}, got {quoted(size)}.")
    return to_model_input(images[:size]), labels[:size].astype(np.int32)


def to_model_input(images: np.ndarray) -> np.ndarray:
    """uint8 pictures (n, 28, 28) as the models take them: float32 (n, 28, 28, 1) in [0, 1]."""
    return (images.astype(np.float32) / np.float32(255.0))[..., np.newaxis]


@computed_once(maxsize=4)
def load_mnist(path: str | os.PathLike | None = None) -> Mnist:
    """Read and verify the data set; later calls return the same read-only arrays.

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
            arrays = {key: archive[key] for key in _ARRAYS}
    except FileNotFoundError:
        raise Unusable(
            _("The MNIST file {path} is missing. Make it again with: {command}", **named)
        ) from None
    # zipfile, zlib and NumPy raise a dozen types for altered bytes, RuntimeError among them
    except Exception:
        raise Unusable(
            _(
                "The MNIST file {path} is truncated or not an npz of MNIST. Make it again with: {command}",
                **named,
            )
        ) from None
    for key, (shape, sha256) in _ARRAYS.items():
        array = arrays[key]
        intact = array.dtype == np.uint8 and array.shape == shape
        if not intact or hashlib.sha256(np.ascontiguousarray(array).data).hexdigest() != sha256:
            raise Unusable(
                _(
                    "The MNIST file {path} was altered ({array} is not the official one). Make it again "
                    "with: {command}",
                    array=key,
                    **named,
                )
            )
        array.flags.writeable = False
        arrays[key] = _in_a_file(array)
    return Mnist(**arrays)


def _in_a_file(array: np.ndarray) -> np.ndarray:
    """The same array, mapped from a nameless file: memory that the system can have back when it needs it."""
    if sys.platform == "win32":  # which has no nameless files
        return array
    try:
        with tempfile.TemporaryFile() as file:
            array.tofile(file)
            file.flush()
            return np.memmap(file, array.dtype, "r", shape=array.shape).view(np.ndarray)
    except OSError:  # the disk is full
        return array
