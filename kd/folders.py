"""Folders and files that are whole or absent: written beside their place, then moved into it.

Each folder has a SHA256SUMS of its files, in the form that `sha256sum --check` reads.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import psutil

SUMS = "SHA256SUMS"
_PARTIAL = ".partial-"

# Names of what this process is writing at this moment.
_begun: set[str] = set()


class Damaged(Exception):
    """A file is missing, or is not what was stored."""


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files; one that is there already stays as it is.

    Raises:
        OSError: when it cannot be written; nothing of it is left then.
    """
    partial = _beside(folder)
    sums = "".join(f"{_sha256(content)}  {name}\n" for name, content in files.items())
    try:
        partial.mkdir(parents=True)
        for name, content in {**files, SUMS: sums.encode()}.items():
            _write_through(partial / name, content)
        _sync_folder(partial)
        move_folder(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        _begun.discard(partial.name)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is whole or absent, never in between."""
    partial = _beside(path)
    try:
        _write_through(partial, content)
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)
        _begun.discard(partial.name)


def move_folder(folder: Path, place: Path) -> None:
    """Move a whole folder to its place; where another is there already, that one stays."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            folder.rename(place)
            _sync_folder(place.parent)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise


def remove_folder(folder: Path) -> None:
    """Remove a folder so that no half of it is ever seen."""
    partial = _beside(folder)
    try:
        with contextlib.suppress(FileNotFoundError):
            folder.rename(partial)
            shutil.rmtree(partial)
    finally:
        _begun.discard(partial.name)


def check(path: Path) -> None:
    """See that a file is what was stored.

    Raises:
        Damaged: when it is missing, or another than its folder's SHA256SUMS says.
    """
    try:
        content = path.read_bytes()
        sums = (path.parent / SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"{path.name} or {SUMS} cannot be read ({error})") from None
    if f"{_sha256(content)}  {path.name}" not in sums:
        raise Damaged(f"{path.name} is not what was stored")


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder; those that vanish meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total


def clear_partials(folder: Path) -> None:
    """Remove what processes that are gone left half-written; what is being written now stays."""
    for path in folder.glob(f"*{_PARTIAL}*"):
        pid = path.name.partition(_PARTIAL)[2].partition("-")[0]
        mine = pid == str(os.getpid())  # or of a process that had this number before
        alive = path.name in _begun if mine else pid.isdecimal() and psutil.pid_exists(int(pid))
        if alive:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    partial = path.with_name(f"{path.name}{_PARTIAL}{os.getpid()}-{uuid.uuid4().hex}")
    _begun.add(partial.name)
    return partial


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
