"""The pictures of a data set: MNIST's, or those of one that was added."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np

from kd.base.data_sets import DAMAGED, MNIST, About, about_of, open_npz, path_of, received
from kd.base.data_sets import about as about_data
from kd.base.once import computed_once
from kd.base.unusable import Unusable
from kd.pictures.mnist import load_mnist
from kd.text.words import quoted

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
# A study may compare a few data sets; the largest takes 70 MB.
_KEPT = 3


@dataclass(frozen=True)
class DataSet:
    """A data set, read-only: images uint8 (n, 28, 28), 0 to 255; labels uint8 (n,), numbers of classes."""

    about: About
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def data_set(data: str) -> DataSet:
    """Returns a data set by its id, read-only; raises ValueError when it is missing or damaged."""
    about = about_data(data)
    if data == MNIST:
        mnist = load_mnist()
        return DataSet(about, mnist.x_train, mnist.y_train, mnist.x_test, mnist.y_test)
    return replace(_loaded(data), about=about)


def arrays_id(arrays: Mapping[str, np.ndarray], classes: Sequence[str]) -> str:
    """Returns the id of a data set: twelve hexadecimal digits that follow from its arrays and class names."""
    hashed = hashlib.sha256(json.dumps(list(classes), ensure_ascii=False).encode())
    for name in ARRAYS:
        hashed.update(f"{name} {arrays[name].shape}".encode())
        hashed.update(np.ascontiguousarray(arrays[name]).data)
    return hashed.hexdigest()[:12]


def described(
    arrays: Mapping[str, np.ndarray], classes: Sequence[str], name: str, centred: bool = True
) -> About:
    """Returns what is to be known of a data set of these arrays, with its id."""
    counts = len(arrays["y_train"]), len(arrays["y_test"])
    return About(arrays_id(arrays, classes), name, tuple(classes), *counts, centred)


def file_content(arrays: Mapping[str, np.ndarray], about: About) -> bytes:
    """Returns the file of a data set: its arrays, uint8 and compressed, and what is known of it.

    It has the names of its classes once more, so that it can be added elsewhere, as any other file.
    """
    buffer, named = BytesIO(), dict[str, Any](arrays, classes=np.array(about.classes))
    np.savez_compressed(buffer, about=np.array(about.to_json()), **named)
    return buffer.getvalue()


@computed_once(maxsize=_KEPT)
def _loaded(data: str) -> DataSet:
    path, sent = path_of(data), received(data)
    source = path if path is not None else BytesIO(sent or b"")
    try:
        with open_npz(source) as archive:
            about, arrays = about_of(archive), {name: archive[name] for name in ARRAYS}
        intact = arrays_id(arrays, about.classes) == data
    # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
    except Exception:
        intact = False
    if not intact:
        raise Unusable(DAMAGED, data=quoted(data))
    for array in arrays.values():
        array.flags.writeable = False
    return DataSet(about, **arrays)
