"""An npz file from a stranger → its arrays, a part at a time, or one sentence that says why not.

Sizes are known before anything is unpacked: the zip's directory and each array's header say them, and what
they say has to agree. Nothing is unpickled. Whatever the bytes are, nothing but a ValueError comes out; and
memory never holds more than one part of an array.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np

from kd.base.unusable import Unusable
from kd.text.translation import N_
from kd.text.words import quoted

PART_BYTES = 4_000_000
# What NumPy writes takes 128 bytes an array.
_MAX_HEADER = 10_000
# Of the zip's directory, which names some five arrays: a larger one would be read whole.
_MAX_DIRECTORY = 100_000
_END, _END_BYTES = b"PK\x05\x06", 22
_LARGE_END, _LARGE_END_BYTES = b"PK\x06\x07", 20
_HEADERS: dict[tuple[int, int], Callable[..., Any]] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

_NO_NPZ = N_(
    "This is not an npz file: save x_train, y_train, x_test and y_test as arrays with np.savez_compressed."
)


@dataclass(frozen=True)
class StoredArray:
    """An array that has not been read: its name, its shape, its type, and what yields it in parts.

    parts: each call reads the array once more, along its first axis; raises ValueError where it is damaged.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    parts: Callable[[], Iterator[np.ndarray]]

    @property
    def nbytes(self) -> int:
        """Returns how much memory the whole array would take."""
        return math.prod(self.shape) * self.dtype.itemsize

    def whole(self) -> np.ndarray:
        """Returns the array; its size has to be checked before."""
        return np.concatenate([*self.parts()]) if self.shape[0] else np.empty(self.shape, self.dtype)


def in_memory(name: str, array: np.ndarray) -> StoredArray:
    """Returns an array that a program has passed, to be read in parts as one of a file."""

    def parts() -> Iterator[np.ndarray]:
        for rows in _rows(array.shape, array.dtype):
            yield array[rows]

    return StoredArray(name, array.shape, array.dtype, parts)


@contextmanager
def open_npz(file: BinaryIO, names: Collection[str]) -> Iterator[tuple[dict[str, StoredArray], list[str]]]:
    """Opens an npz file; yields those of these arrays that it has, and the names of its others.

    Raises ValueError when it is no npz file, is damaged, has an array twice, or one in Fortran order.
    """
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except Exception:  # a stranger's bytes may raise anything: struct.error, UnicodeDecodeError …
        raise Unusable(_NO_NPZ) from None
    with archive:
        found: dict[str, StoredArray] = {}
        others = []
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            if name not in names or name == info.filename:
                others.append(name)
                continue
            if name in found:
                raise Unusable("The file has {array} twice: save each array once.", array=name)
            found[name] = _stored(archive, info, name)
        yield found, others


def damaged(name: str) -> Unusable:
    """Returns the error for an array that is not what its header says."""
    return Unusable("The file is damaged or incomplete (at {array}): save it again.", array=quoted(name))


def _check_directory(file: BinaryIO) -> None:
    """Raises ValueError where the file's end does not announce a short directory, as np.savez does."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _LARGE_END_BYTES))
    tail = file.read()
    end = tail[-_END_BYTES:]
    is_zip = size > _END_BYTES and end.startswith(_END)
    directory = int.from_bytes(end[12:16], "little")
    if not is_zip or tail.startswith(_LARGE_END) or directory > _MAX_DIRECTORY:
        raise Unusable(_NO_NPZ)


def _stored(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> StoredArray:
    try:
        with archive.open(info) as member:
            start = BytesIO(member.read(_MAX_HEADER))
        read = _HEADERS[np.lib.format.read_magic(start)]
        shape, is_fortran, dtype = read(start, max_header_size=_MAX_HEADER)
        array = StoredArray(name, shape, dtype, lambda: _parts(archive, info, array, start.tell()))
        sizes_agree = min(shape, default=0) >= 0 and info.file_size == start.tell() + array.nbytes
        intact = sizes_agree or dtype.hasobject
    except Exception:  # as in open_npz
        intact = False
    if not intact:
        raise damaged(name)
    if dtype.hasobject:
        raise Unusable(
            "{array} has Python objects, which are never read: save it as an array of numbers.",
            array=name,
        )
    if is_fortran and len(shape) > 1:
        raise Unusable(
            "{array} is stored in Fortran order: save np.ascontiguousarray({array}) instead.", array=name
        )
    return array


def _parts(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, array: StoredArray, header: int
) -> Iterator[np.ndarray]:
    try:
        with archive.open(info) as member:
            member.read(header)
            for rows in _rows(array.shape, array.dtype):
                shape = (rows.stop - rows.start, *array.shape[1:])
                content = member.read(math.prod(shape) * array.dtype.itemsize)
                yield np.frombuffer(content, array.dtype).reshape(shape)
            member.read()  # to its end, where its checksum is compared
    except Exception:  # as in open_npz
        raise damaged(array.name) from None


def _rows(shape: tuple[int, ...], dtype: np.dtype) -> Iterator[slice]:
    size = max(1, math.prod(shape[1:]) * dtype.itemsize)
    step = max(1, PART_BYTES // size)
    for start in range(0, shape[0], step):
        yield slice(start, min(start + step, shape[0]))
