"""Room on a full disk: what can be spared is removed for what must be written."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from kd.base.unusable import Unusable
from kd.text.endings import Ending

log = logging.getLogger("kd")

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
    """Makes room in a home. Thread-safe."""

    def __init__(self) -> None:
        self._making = threading.local()
        self.spare: list[Callable[[], None]] = []
        """What can be freed, the most dispensable first."""

    def do(self, action: Callable[[], _T]) -> _T:
        """Carry out `action`; on a full disk make room, more each time, and try again.

        Raises:
            DiskFull: when there is still no room.
            OSError: whatever else `action` raises.
        """
        if getattr(self._making, "now", False):
            return action()
        for make_room in (*self.spare, None):
            try:
                return action()
            except OSError as error:
                if not is_full(error):
                    raise
                if make_room is None:
                    raise DiskFull from error
            self._making.now = True
            try:
                make_room()
            except (OSError, ValueError) as error:
                log.warning("no space could be freed (%s)", error)
            finally:
                self._making.now = False
        raise AssertionError  # the last attempt has returned or raised
