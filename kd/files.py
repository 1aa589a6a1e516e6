"""Folders and files that are whole or absent: written beside their place, then moved into it.

Each folder has a SHA256SUMS of its files, in the form that `sha256sum --check` reads.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from kd import owners

SUMS = "SHA256SUMS"
_PARTIAL = ".partial-"
_SUM_LENGTH = 64


class Damaged(Exception):
    """A file is missing, or is not what was stored."""


@contextlib.contextmanager
def written(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write a folder of files beside its place, from where `move` brings it there.

    Raises:
        OSError: when it cannot be written. Nothing of it is left then, nor where it was not moved.
    """
    partial = _beside(folder)
    sums = "".join(f"{_sha256(content)}  {name}\n" for name, content in files.items())
    try:
        partial.mkdir(parents=True)
        for name, content in {**files, SUMS: sums.encode()}.items():
            _write_through(partial / name, content)
        _sync_folder(partial)
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, never in between.

    Raises:
        OSError: when it cannot be written.
    """
    partial = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_through(partial, content)
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The content of a compressed npz file of these arrays."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def json_bytes(value: Any) -> bytes:
    """The content of a JSON file that people can read too."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def write_sealed(path: Path, content: bytes) -> None:
    """Write a file whole, with a checksum before its content: for `read_sealed`."""
    write_whole(path, _sha256(content).encode() + b"\n" + content)


def read_sealed(path: Path) -> bytes:
    """The content of a file that `write_sealed` wrote.

    Raises:
        FileNotFoundError: when there is none.
        Damaged: when it is not what was written.
    """
    sealed = path.read_bytes()
    content = sealed[_SUM_LENGTH + 1 :]
    if sealed[: _SUM_LENGTH + 1] != _sha256(content).encode() + b"\n":
        raise Damaged(f"{path.name} is not what was stored")
    return content


def move(path: Path, place: Path, undo: ExitStack) -> None:
    """Move a folder, or a link to one, to a place where nothing is; `undo` gets what moves it back."""
    place.parent.mkdir(parents=True, exist_ok=True)
    path.rename(place)
    undo.callback(place.rename, path)
    _sync_folder(place.parent)


def move_out_of_the_way(path: Path, undo: ExitStack) -> Path | None:
    """Give what is at this place a name that nobody looks for, where there is something; returns it."""
    if not os.path.lexists(path):
        return None
    partial = _beside(path)
    move(path, partial, undo)
    return partial


def remove(path: Path | None) -> None:
    """Remove a file, a folder or a link to one, so that no half of it is ever seen."""
    if path is None:
        return
    partial = _beside(path)
    with contextlib.suppress(FileNotFoundError):
        path.rename(partial)
        _remove_at_once(partial)


def check(path: Path) -> None:
    """See that a file is what was stored.

    Raises:
        FileNotFoundError: when it, or the list of its folder's checksums, is not there.
        Damaged: when it is another than its folder's SHA256SUMS says.
    """
    if f"{_sha256(_content(path))}  {path.name}" not in _sums(path.parent):
        raise Damaged(f"{path.name} is not what was stored")


def check_complete(folder: Path) -> None:
    """See that every file of a folder is there; cheap, as none is read.

    Raises:
        FileNotFoundError: when one is missing.
    """
    for line in _sums(folder):
        (folder / line[_SUM_LENGTH + 2 :]).stat()


def lists(folder: Path, name: str) -> bool:
    """Whether a file of this name was stored in a folder."""
    with contextlib.suppress(OSError, Damaged):
        return any(line[_SUM_LENGTH + 2 :] == name for line in _sums(folder))
    return True  # nobody knows


def entries(folder: Path) -> list[Path]:
    """What is in a folder and whole, the oldest first; nothing where there is no folder."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((path for path in folder.iterdir() if _PARTIAL not in path.name), key=age)
    return []


def age(path: Path) -> float:
    """When it was changed last, in unix time."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def said(error: Exception) -> str:
    """What is wrong with a file, for the log."""
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"{Path(error.filename).name} is missing"
    return str(error)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; those that vanish meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size
    if not path.is_dir():
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def clear_partials(folder: Path, home: Path) -> None:
    """Remove what processes that are gone left half-written; what is being written now stays."""
    for path in folder.glob(f"*{_PARTIAL}*"):
        if owners.is_gone(home, path.name.partition(_PARTIAL)[2].partition("-")[0]):
            with contextlib.suppress(OSError):
                _remove_at_once(path)


def _remove_at_once(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    name = path.name.partition(_PARTIAL)[0]
    return path.with_name(f"{name}{_PARTIAL}{owners.own_token()}-{uuid.uuid4().hex}")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _as_damage(path, error) from None


def _sums(folder: Path) -> list[str]:
    try:
        return (folder / SUMS).read_text(encoding="ascii").splitlines()
    except UnicodeDecodeError:
        raise Damaged(f"{SUMS} is not what was stored") from None
    except OSError as error:
        raise _as_damage(folder / SUMS, error) from None


def _as_damage(path: Path, error: OSError) -> Exception:
    """A disk that cannot read a file any longer has lost it; anything else says nothing about the file."""
    if error.errno in (errno.EIO, errno.EISDIR):
        return Damaged(f"{path.name} cannot be read ({error.strerror})")
    return FileNotFoundError(*error.args) if error.errno == errno.ENOTDIR else error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_through(path: Path, content: bytes) -> None:
    """Write to the disk itself, so that a name never comes to stand for content that power cut off."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows has no folders to flush
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
