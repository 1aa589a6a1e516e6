"""Room on a full disk: a small reserve, then whatever can be spared, is deleted for what must be written."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kd.text.endings import Ending
from kd.unusable import Unusable

log = logging.getLogger("kd")

RESERVE_BYTES = 256 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_T = TypeVar("_T")


def is_full(error: OSError) -> bool:
    """Whether this error means that the disk is full."""
    return error.errno in _FULL


class DiskFull(Unusable, OSError):
    """Nothing more can be written; its message is for people."""

    def __init__(self) -> None:
        super().__init__(Ending("disk full"))
        self.errno = errno.ENOSPC


class Room:
    """Makes room in one home. Thread-safe."""

    def __init__(self, home: Path):
        self._home = home
        self._making = threading.local()
        self.spare: list[Callable[[], None]] = []
        """What else can be freed if the reserve was not enough, the most dispensable first."""

    def keep_reserve(self) -> None:
        """Create the reserve if there is plenty of room for it."""
        with contextlib.suppress(OSError):
            if self._reserve.exists() or shutil.disk_usage(self._home).free < 8 * RESERVE_BYTES:
                return
            # random, so that a compressing file system cannot shrink it
            self._reserve.write_bytes(os.urandom(RESERVE_BYTES))

    def do(self, action: Callable[[], _T]) -> _T:
        """Carry out `action`; on a full disk make room, more each time, and try again.

        Raises:
            DiskFull: when there is still no room.
            OSError: whatever else `action` raises.
        """
        if getattr(self._making, "now", False):
            return action()
        for make_room in (self._give_up_reserve, *self.spare):
            try:
                return action()
            except OSError as error:
                if not is_full(error):
                    raise
            self._making.now = True
            try:
                make_room()
            except (OSError, ValueError) as error:
                log.warning("no space could be freed (%s)", error)
            finally:
                self._making.now = False
        try:
            return action()
        except OSError as error:
            if is_full(error):
                raise DiskFull from error
            raise

    @property
    def _reserve(self) -> Path:
        return self._home / "reserve"

    def _give_up_reserve(self) -> None:
        self._reserve.unlink(missing_ok=True)
