"""Which processes are alive: each locks a file of its own, and the system releases it when the process ends.

Neither the clock nor process ids matter: a clock may be set back, and containers that share a home each
number their processes from 1.
"""

import atexit
import contextlib
import os
import re
import threading
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

_FOLDER = "owners"
_TOKEN = re.compile("[0-9a-f]{32}")
_SECONDS_TO_LOCK = 5

_guard = threading.Lock()
_held: dict[tuple[int, int], tuple[Path, FileLock]] = {}  # by folder, whatever its path
_own = uuid.uuid4().hex


def own_token() -> str:
    """Returns the name of this process."""
    return _own


def hold(home: Path) -> str:
    """Shows other processes of this home that this one is alive, until it ends; returns its token."""
    folder = (home / _FOLDER).absolute()
    path = folder / f"{_own}.lock"
    with _guard:
        folder.mkdir(parents=True, exist_ok=True)
        status = folder.stat()
        key = status.st_dev, status.st_ino
        if key not in _held or not path.exists():
            lock = FileLock(path, thread_local=False)
            lock.acquire(timeout=_SECONDS_TO_LOCK)
            _held[key] = path, lock
    return _own


def is_gone(home: Path, token: str | None) -> bool:
    """Tells whether the process with this token has ended."""
    if token == _own:
        return False
    path = home / _FOLDER / f"{token}.lock"
    if token is None or not _TOKEN.fullmatch(token) or not path.is_file():
        return True
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    lock.release()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return True


def sweep(home: Path) -> None:
    """Removes the lock files of processes that have ended."""
    for path in (home / _FOLDER).glob("*.lock"):
        is_gone(home, path.stem)


def _begin_anew() -> None:
    """Makes a forked child a process of its own; its parent keeps the locks."""
    global _guard, _held, _own
    _guard, _held, _own = threading.Lock(), {}, uuid.uuid4().hex


def _leave() -> None:
    for path, lock in _held.values():
        with contextlib.suppress(OSError):
            lock.release()
            path.unlink(missing_ok=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
atexit.register(_leave)
