"""Processes of this machine: how many to start, whether one lives, ending them, and freed memory."""

import contextlib
import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Any

import psutil

from kd.base.unusable import Unusable
from kd.text.words import quoted

# The prefix of the one line that the engine's process prints: other code may print there too.
READY = "kd.engine: "
SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_OF_SILENCE = 30.0
# One that computes is slow, not frozen: loading TensorFlow can keep a worker from answering for a while.
TIMES_AS_LONG_AT_WORK = 10
LEAST_SHARE_OF_A_CORE = 0.05
# What workers train.
KINDS = ("student", "teacher")
_CGROUP = Path("/sys/fs/cgroup")


def available_cores() -> int:
    """Returns how many cores this process may use, whole ones of its container's share, but at least one."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(there, int(_container_cores(_CGROUP))))


def _container_cores(cgroup: Path) -> float:
    """Returns how many cores the container may use at once, by cgroup v2 or v1; a huge number if all."""
    files = (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"))
    for names in files:
        with contextlib.suppress(OSError, ValueError, ZeroDivisionError):
            quota, period = " ".join((cgroup / name).read_text(encoding="ascii") for name in names).split()
            share = float(quota) / float(period)  # v2 says "max" where there is no limit, v1 says -1
            return share if share > 0 else sys.maxsize
    return sys.maxsize


def student_workers() -> int:
    """Returns how many students train side by side: KD_WORKERS, or one per core."""
    chosen = os.environ.get("KD_WORKERS", "")
    if not chosen:
        return available_cores()
    if not re.fullmatch("[0-9]{1,3}", chosen) or not 1 <= int(chosen) <= 256:
        raise Unusable(
            "KD_WORKERS must be a whole number between 1 and 256, got {value}.", value=quoted(chosen)
        )
    return int(chosen)


def own_workers() -> dict[tuple[str, ...], int]:
    """Returns how many workers there are, by what they train: KINDS, or one of them.

    A single worker trains whatever comes: a second process would cost the memory of a third of the app.
    """
    students = student_workers()
    return {KINDS: 1} if students == 1 else {("student",): students, ("teacher",): 1}


def family_of(pid: int) -> list[psutil.Process]:
    """Returns a process and all that it started, itself first: killed first, it cannot report their end."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *(one for one in process.children(recursive=True) if not _is_tracker(one))]
    return []


def _is_tracker(process: psutil.Process) -> bool:
    """Returns whether this is multiprocessing's, which removes the semaphores of the killed and ends."""
    with contextlib.suppress(psutil.Error):
        return any(part.startswith("from multiprocessing.resource_tracker") for part in process.cmdline())
    return False


def kill(family: list[psutil.Process]) -> None:
    """Kills these processes, even suspended ones, which cannot notice that their parent is gone."""
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()


class Silence:
    """Counts the looks at a silent process: by a clock, it would seem dead after a laptop slept."""

    def __init__(self, seconds: float = SECONDS_OF_SILENCE):
        self._seconds = seconds
        self._sign: Any = object()  # unlike any other
        self._looks = 0
        self._computed = 0.0

    def is_too_long(self, sign: Any, process: psutil.Process | None = None) -> bool:
        """Looks once; returns whether `sign` has not changed for too long, longer while the process works."""
        if sign != self._sign:
            self._sign, self._looks, self._computed = sign, 0, _computed(process)
            return False
        self._looks += 1
        silent = self._looks * SECONDS_BETWEEN_LOOKS
        if silent < self._seconds:
            return False
        return silent >= TIMES_AS_LONG_AT_WORK * self._seconds or not self._is_at_work(process, silent)

    def _is_at_work(self, process: psutil.Process | None, silent: float) -> bool:
        """Returns whether it has computed in so many silent seconds, or waits for the disk."""
        if _computed(process) - self._computed > LEAST_SHARE_OF_A_CORE * silent:
            return True
        with contextlib.suppress(psutil.Error):
            return process is not None and process.status() == psutil.STATUS_DISK_SLEEP
        return False


def _computed(process: psutil.Process | None) -> float:
    """Returns the CPU seconds that the process has used."""
    with contextlib.suppress(psutil.Error):
        return sum(process.cpu_times()[:2]) if process else 0.0
    return 0.0


def keep_freed_memory() -> None:
    """Lets glibc keep what is freed: to return and request it at each step costs a tenth of a training."""
    with contextlib.suppress(OSError, AttributeError):
        tell = ctypes.CDLL("libc.so.6").mallopt  # Dask asks for the opposite (MALLOC_TRIM_THRESHOLD_)
        for parameter, value in ((-1, 256 << 20), (-2, 8 << 20), (-3, 32 << 20)):
            tell(parameter, value)  # in malloc.h: trim threshold, top pad, and mmap threshold at its maximum


def share_freed_memory() -> None:
    """Has threads that start from now on share one heap of glibc: with one each, half of them lies idle."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").mallopt(-8, 1)  # in malloc.h: the most arenas


def give_back() -> None:
    """Returns freed memory to the system, where the C library is glibc; takes some milliseconds."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(ctypes.c_size_t(0))
