"""Memory that the C library keeps after it was freed: glibc only, and nothing happens elsewhere.

A training step needs the same few megabytes as the one before, so the library should keep them. Between
trainings it should not: what a worker has freed is of no use to anybody else until the system has it back.
"""

from __future__ import annotations

import contextlib
import ctypes
import time
from functools import cache

from kd.engine.frozen import LEAST_SHARE_OF_A_CORE

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # malloc.h


@cache
def _library() -> ctypes.CDLL:
    """glibc.

    Raises:
        OSError, AttributeError: where there is none.
    """
    library = ctypes.CDLL("libc.so.6")
    library.malloc_trim.argtypes = [ctypes.c_size_t]
    return library


def keep_freed_memory() -> None:
    """Let the library keep what is freed.

    Dask asks for the opposite (MALLOC_TRIM_THRESHOLD_), but returning pages and requesting them again costs a
    tenth of a student's time.
    """
    with contextlib.suppress(OSError, AttributeError):
        tell = _library().mallopt
        tell(_TRIM_THRESHOLD, 256 << 20)
        tell(_TOP_PAD, 64 << 20)
        tell(_MMAP_THRESHOLD, 32 << 20)  # its maximum


def give_back() -> None:
    """Return to the system what is freed: some milliseconds, a little more for whoever allocates next."""
    with contextlib.suppress(OSError, AttributeError):
        _library().malloc_trim(0)


class Pauses:
    """Gives back what was freed whenever a time of work is over. Ask it about once a second."""

    def __init__(self) -> None:
        self._worked = False
        self._computed, self._looked = time.process_time(), time.monotonic()

    def look(self) -> None:
        """For a process whose work is computing."""
        computed, now = time.process_time(), time.monotonic()
        share = (computed - self._computed) / max(now - self._looked, 1e-9)
        self._computed, self._looked = computed, now
        self.notice(share > LEAST_SHARE_OF_A_CORE)

    def notice(self, working: bool) -> None:
        """Whether there is work now."""
        if self._worked and not working:
            give_back()
        self._worked = working
