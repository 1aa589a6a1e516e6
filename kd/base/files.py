"""Files that are complete or absent: written under another name, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd.base import owners

if TYPE_CHECKING:
    import numpy as np

_PARTIAL = ".partial-"
_SUM_LENGTH = 64


class Damaged(Exception):
    """A file is missing, or differs from what was stored."""


@contextlib.contextmanager
def prepared(contents: Mapping[Path, bytes]) -> Iterator[Callable[[], None]]:
    """Writes files under other names; yields a function that puts all in their places, or leaves nothing."""
    partials = {path: unfinished(path) for path in contents}
    above = {folder for path in contents for folder in path.parents if not folder.exists()}

    def put() -> None:
        for path, partial in partials.items():
            partial.replace(path)
        for folder in {path.parent for path in contents}:
            _sync_folder(folder)

    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_through(partials[path], content)
        yield put
    finally:
        for partial in partials.values():
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        for folder in sorted(above, reverse=True):  # the innermost first
            with contextlib.suppress(OSError):  # it holds what was written
                folder.rmdir()


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Writes several files, none before all are complete; raises OSError when one cannot be written."""
    with prepared(contents) as put:
        put()


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that it is complete or absent; raises OSError when it cannot be written."""
    write_together({path: content})


def write_sealed(path: Path, content: bytes) -> None:
    """Writes a complete file with a checksum before its content, for `read_sealed`."""
    write_whole(path, digest(content).encode() + b"\n" + content)


def read_sealed(path: Path) -> bytes:
    """Returns the content of a file of `write_sealed`; raises Damaged when it is another."""
    sealed = path.read_bytes()
    content = sealed[_SUM_LENGTH + 1 :]
    if sealed[: _SUM_LENGTH + 1] != digest(content).encode() + b"\n":
        raise Damaged(f"{path.name} differs from what was stored")
    return content


def digest(content: bytes) -> str:
    """Returns the SHA-256 of this content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Returns an npz file of these arrays, not compressed: to save 7 % would take longer than an epoch."""
    import numpy as np

    buffer, named = io.BytesIO(), dict[str, Any](arrays)
    np.savez(buffer, **named)
    return buffer.getvalue()


def npz_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Returns the arrays of an npz file, read-only, without unpickling; raises Damaged when it is none."""
    import numpy as np

    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = dict(archive)
    # a damaged zip of arrays may raise anything: zlib.error, BadZipFile, KeyError, EOFError …
    except Exception as error:
        raise Damaged(f"these are no arrays ({error})") from None
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def json_bytes(value: Any) -> bytes:
    """Returns the content of a JSON file that people can read too."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def age(path: Path) -> float:
    """Returns the time of a file's last change; 0 when it is gone."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def entries(folder: Path) -> list[Path]:
    """Returns the complete files of a folder, oldest first; none if there is no such folder."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((path for path in folder.iterdir() if _PARTIAL not in path.name), key=age)
    return []


def sizes(folder: str | os.PathLike[str]) -> dict[str, int]:
    """Returns the bytes of each complete file in a folder by its name; links are not followed."""
    found = {}
    with contextlib.suppress(OSError), os.scandir(folder) as each:
        for entry in each:
            with contextlib.suppress(OSError):
                if _PARTIAL not in entry.name and entry.is_file(follow_symlinks=False):
                    found[entry.name] = entry.stat(follow_symlinks=False).st_size
    return found


def unfinished(path: Path) -> Path:
    """Returns the path of a file that is not complete yet, for `clear_partials`."""
    return path.with_name(f"{path.name}{_PARTIAL}{owners.own_token()}-{uuid.uuid4().hex}")


def clear_partials(folder: Path, home: Path) -> None:
    """Removes what processes left half-written that have ended."""
    for path in folder.glob(f"*{_PARTIAL}*"):
        if owners.is_gone(home, path.name.partition(_PARTIAL)[2].partition("-")[0]):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _write_through(path: Path, content: bytes) -> None:
    """Writes through to the disk: a power cut never leaves a name without its content."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # folders cannot be flushed on Windows
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
