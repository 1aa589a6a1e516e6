"""Folders and files that are complete or absent: written under another name, then renamed.

Each folder has a SHA256SUMS of its files, which `sha256sum --check` can read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kd import owners

if TYPE_CHECKING:
    import numpy as np

SUMS = "SHA256SUMS"
_PARTIAL = ".partial-"
_SUM_LENGTH = 64


class Damaged(Exception):
    """A file is missing, or differs from what was stored."""


@contextlib.contextmanager
def written(folder: Path, files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write a folder of files next to its final place; `move` then puts it there.

    Raises:
        OSError: when it cannot be written. Nothing of it is left then, or if it was never moved.
    """
    partial = _beside(folder)
    sums = _lines([f"{digest(content)}  {name}" for name, content in files.items()])
    try:
        partial.mkdir(parents=True)
        for name, content in {**files, SUMS: sums}.items():
            _write_through(partial / name, content)
        _sync_folder(partial)
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is complete or absent, never in between.

    Raises:
        OSError: when it cannot be written.
    """
    write_together({path: content})


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write several files, each as `write_whole`; none takes its place before all are written.

    Folders that are missing are made, and stay only with what is in them.

    Raises:
        OSError: when one of them cannot be written.
    """
    partials = {path: _beside(path) for path in contents}
    above = {folder for path in contents for folder in path.parents if not folder.exists()}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_through(partials[path], content)
        for path, partial in partials.items():
            partial.replace(path)
        for folder in {path.parent for path in contents}:
            _sync_folder(folder)
    finally:
        for partial in partials.values():
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
        for folder in sorted(above, reverse=True):  # the innermost first
            with contextlib.suppress(OSError):  # it holds what was written
                folder.rmdir()


def npz_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The content of an npz file of these arrays.

    It is not compressed: that would save 7 % of logits and weights, and take longer than an epoch.
    """
    import numpy as np

    buffer, named = io.BytesIO(), dict[str, Any](arrays)
    np.savez(buffer, **named)
    return buffer.getvalue()


def npz_arrays(content: bytes) -> dict[str, np.ndarray]:
    """The arrays of an npz file with this content; nothing in it is unpickled."""
    import numpy as np

    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return dict(archive)


def json_bytes(value: Any) -> bytes:
    """The content of a JSON file that people can read too."""
    return json.dumps(value, indent=1, ensure_ascii=False).encode()


def write_sealed(path: Path, content: bytes) -> None:
    """Write a complete file with a checksum before its content, for `read_sealed`."""
    write_whole(path, digest(content).encode() + b"\n" + content)


def read_sealed(path: Path) -> bytes:
    """The content of a file written by `write_sealed`.

    Raises:
        FileNotFoundError: when there is none.
        Damaged: when it differs from what was written.
    """
    sealed = path.read_bytes()
    content = sealed[_SUM_LENGTH + 1 :]
    if sealed[: _SUM_LENGTH + 1] != digest(content).encode() + b"\n":
        raise Damaged(f"{path.name} differs from what was stored")
    return content


def move(path: Path, place: Path, undo: ExitStack) -> None:
    """Move a folder, or a link to one, to an empty place; `undo` gets a callback that moves it back."""
    place.parent.mkdir(parents=True, exist_ok=True)
    path.rename(place)
    undo.callback(place.rename, path)
    _sync_folder(place.parent)


def move_out_of_the_way(path: Path, undo: ExitStack) -> Path | None:
    """Rename what is at this place, if anything, to a name nobody looks for; returns the new path."""
    if not os.path.lexists(path):
        return None
    partial = _beside(path)
    move(path, partial, undo)
    return partial


def remove(path: Path | None) -> None:
    """Remove a file, a folder or a link to one; nobody ever sees half of it."""
    if path is None:
        return
    partial = _beside(path)
    with contextlib.suppress(FileNotFoundError):
        path.rename(partial)
        _remove_at_once(partial)


def check(path: Path) -> None:
    """Check that a file is what was stored.

    Raises:
        FileNotFoundError: when the file or its folder's SHA256SUMS is missing.
        Damaged: when the file does not match its folder's SHA256SUMS.
    """
    if f"{digest(_content(path))}  {path.name}" not in _sums(path.parent):
        raise Damaged(f"{path.name} differs from what was stored")


def is_complete(folder: Path) -> bool:
    """Whether no file of a folder is missing; cheap, because none is read."""
    try:
        return all((folder / line[_SUM_LENGTH + 2 :]).exists() for line in _sums(folder))
    except (Damaged, FileNotFoundError):
        return False


def lists(folder: Path, name: str) -> bool:
    """Whether a file of this name was stored in the folder.

    Raises:
        FileNotFoundError: when the folder's SHA256SUMS is missing.
        Damaged: when it is not what was stored.
    """
    return any(line[_SUM_LENGTH + 2 :] == name for line in _sums(folder))


def replace(folder: Path, name: str, content: bytes) -> None:
    """Make a folder one of this file alone, step by step, in each of which it and its checksum fit.

    What was there is gone at the end; cut short by a crash, it may be begun again.
    """
    line = f"{digest(content)}  {name}"
    write_whole(folder / SUMS, _lines([*_sums(folder), line]))
    write_whole(folder / name, content)
    write_whole(folder / SUMS, _lines([line]))
    for path in folder.iterdir():
        if path.name not in (SUMS, name):
            path.unlink()


def entries(folder: Path) -> list[Path]:
    """The complete entries of a folder, oldest first; none if there is no such folder."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((path for path in folder.iterdir() if _PARTIAL not in path.name), key=age)
    return []


def age(path: Path) -> float:
    """When it last changed, in Unix time."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def is_partial(name: str) -> bool:
    """Whether this is the name of something that has not been written completely."""
    return _PARTIAL in name


def said(error: Exception) -> str:
    """What is wrong with a file, in words for the log."""
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"{Path(error.filename).name} is missing"
    return str(error)


def size_of(path: Path) -> int:
    """Bytes in a file, or in all files below a folder; files that vanish in the meantime do not count."""
    if path.is_dir():
        return sum(sizes(path).values())
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def sizes(folder: str | os.PathLike[str]) -> dict[str, int]:
    """Bytes of each file in a folder, and below each folder in it, by its name; links are not followed."""
    found = {}
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    found[entry.name] = sum(sizes(entry.path).values())
                else:
                    found[entry.name] = entry.stat(follow_symlinks=False).st_size
    return found


def clear_partials(folder: Path, home: Path) -> None:
    """Remove what processes that have ended left half-written, but nothing that is being written now."""
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
        raise Damaged(f"{SUMS} differs from what was stored") from None
    except OSError as error:
        raise _as_damage(folder / SUMS, error) from None


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in dict.fromkeys(lines)).encode()


def _as_damage(path: Path, error: OSError) -> Exception:
    """A disk that can no longer read a file has lost it; other errors say nothing about the file."""
    if error.errno in (errno.EIO, errno.EISDIR):
        return Damaged(f"{path.name} cannot be read ({error.strerror})")
    return FileNotFoundError(*error.args) if error.errno == errno.ENOTDIR else error


def digest(content: bytes) -> str:
    """The SHA-256 of this content, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _write_through(path: Path, content: bytes) -> None:
    """Write through to the disk, so that a power cut never leaves a name without its content."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def folders_synced_once() -> Iterator[None]:
    """Inside, this thread writes folders through to the disk at the end: each once, however much is moved.

    Until then a power cut may leave them as they were, but nothing half-moved.
    """
    _later.folders = later = dict[Path, None]()
    try:
        yield
    finally:
        _later.folders = None
        for folder in later:
            _sync_folder(folder)


_later = threading.local()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # folders cannot be flushed on Windows
    if getattr(_later, "folders", None) is not None:
        _later.folders[folder] = None
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
