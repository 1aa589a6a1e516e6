"""Processes that no longer respond: how long to wait for one, and how to kill it and all it started."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

import psutil

log = logging.getLogger("kd.engine")

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_OF_SILENCE = 30.0
# One that computes is slow, not frozen: loading TensorFlow can keep a worker from answering for a while.
TIMES_AS_LONG_AT_WORK = 10
LEAST_SHARE_OF_A_CORE = 0.05


class Silence:
    """For how long a process has shown no sign of life, counted in looks at it.

    Not by a clock: a clock that was set, a laptop that slept, or a machine too busy to look must not make a
    living process seem dead.
    """

    def __init__(self, seconds: float = SECONDS_OF_SILENCE):
        self._seconds = seconds
        self._sign: Any = None
        self._looks = 0
        self._computed = 0.0

    def is_too_long(self, sign: Any, process: psutil.Process | None = None) -> bool:
        """Look once.

        Args:
            sign: any value that changes with each sign of life.
            process: its computing counts as life too, for a silence up to TIMES_AS_LONG_AT_WORK as long.
        """
        if sign != self._sign or self._looks == 0:
            self._sign, self._looks, self._computed = sign, 1, _computed(process)
            return False
        self._looks += 1
        silent = (self._looks - 1) * SECONDS_BETWEEN_LOOKS
        if silent < self._seconds:
            return False
        at_work = _computed(process) - self._computed > LEAST_SHARE_OF_A_CORE * silent or _reads(process)
        return not at_work or silent >= TIMES_AS_LONG_AT_WORK * self._seconds


async def end_frozen_workers(cluster, seconds: float) -> None:
    """Kill workers of a local cluster after so many silent seconds; their nannies start others."""
    import asyncio

    silences: dict[str, Silence] = {}
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        known = cluster.scheduler.workers
        for nanny in list(cluster.workers.values()):
            address, pid = nanny.worker_address, nanny.pid
            if address not in known or pid is None:
                silences.pop(address, None)
                continue
            silence = silences.setdefault(address, Silence(seconds))
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if silence.is_too_long(known[address].last_seen, process):
                    del silences[address]
                    log.error("a worker has shown no sign of life for %.0f s and is replaced", seconds)
                    process.kill()


def family_of(pid: int) -> list[psutil.Process]:
    """A process and all that it started, itself first: killed first, it cannot report their end."""
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def kill(family: list[psutil.Process]) -> None:
    """Kill these processes, even suspended ones, which cannot notice that their parent is gone."""
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _computed(process: psutil.Process | None) -> float:
    """CPU seconds that it has used."""
    with contextlib.suppress(psutil.Error):
        if process is not None:
            times = process.cpu_times()
            return times.user + times.system
    return 0.0


def _reads(process: psutil.Process | None) -> bool:
    """Whether it is waiting for the disk."""
    with contextlib.suppress(psutil.Error):
        return process is not None and process.status() == psutil.STATUS_DISK_SLEEP
    return False
