"""The embedded cluster: as many student workers as cores, one thread each, and one for the teacher.

A student's step is too small to be split among threads (two made it slower), so students run side by side.
A teacher's step is large and gets every core. The number of threads is fixed before TensorFlow starts, hence
two kinds of process. Where only one student may train at a time, one worker of one thread does it all.
"""

import asyncio
import contextlib
import logging
import os
import sys

import dask
import psutil
from distributed import Nanny, Scheduler, SpecCluster, utils
from distributed.core import Status
from distributed.security import Security

from kd.engine import forkserver
from kd.engine.connection import NOTHING_LOGGED
from kd.engine.processes import SECONDS_BETWEEN_LOOKS, Silence, available_cores, give_back, own_workers

log = logging.getLogger("kd.engine")

LOOPBACK = "127.0.0.1"
SECONDS_BETWEEN_REPAIRS = 5.0

SETTINGS = {
    # a task that kills its worker is tried only once more
    "distributed.scheduler.allowed-failures": 1,
    # left to `look_after`: this goes by the clock, and would end all workers after a laptop slept
    "distributed.scheduler.worker-ttl": None,
    # a worker that is away for so long is given up together with its nanny, which would have replaced it
    "distributed.deploy.lost-worker-timeout": "365 days",
    "distributed.scheduler.preload": ["kd.engine.preload"],  # and so for the nannies, in the same process
    "distributed.worker.preload": ["kd.engine.preload"],
    # not read here, and together they took a twelfth of a worker's time
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.large-graph-warning-threshold": "1GB",
    **NOTHING_LOGGED,
    # nothing is served over plain HTTP, not even on loopback
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def embedded_cluster(security: Security) -> SpecCluster:
    """Returns the cluster, for use in `async with`; it listens on loopback only."""
    dask.config.set({**SETTINGS, "distributed.worker.multiprocessing-method": forkserver.method()})
    # Dask 2026.8 would have the forkserver load other modules, and load pandas here to see if there is one.
    utils._forkserver_preload_set = True
    options = {"host": LOOPBACK, "security": security, "dashboard": False}
    scheduler = {**options, "port": 0, "protocol": "tls://", "dashboard_address": f"{LOOPBACK}:0"}
    workers = {
        f"{'-or-'.join(kinds)}-{i}": _worker(kinds, options)
        for kinds, number in own_workers().items()
        for i in range(number)
    }
    return SpecCluster(
        scheduler={"cls": Scheduler, "options": scheduler},
        workers=workers,
        security=security,
        asynchronous=True,
        silence_logs=False,
    )


def _worker(kinds: tuple[str, ...], options: dict) -> dict:
    environment = {
        "KD_THREADS": str(available_cores() if kinds == ("teacher",) else 1),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    own = {"nthreads": 1, "resources": dict.fromkeys(kinds, 1), "memory_limit": 0, "env": environment}
    return {"cls": Nanny, "options": {**options, **own}}


async def look_after(cluster: SpecCluster, seconds_of_silence: float) -> None:
    """Replaces workers that are frozen or gone, until this is cancelled."""
    await asyncio.gather(_end_frozen_workers(cluster, seconds_of_silence), _replace_lost_nannies(cluster))


async def _end_frozen_workers(cluster: SpecCluster, seconds: float) -> None:
    """Kills workers after so many silent seconds, also as they start; their nannies start others."""
    silences: dict[int, Silence] = {}
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        give_back()  # what results took on their way
        known = cluster.scheduler.workers  # type: ignore[union-attr] # there is one since the start
        nannies = {nanny.pid: nanny for nanny in cluster.workers.values() if nanny.pid is not None}
        silences = {pid: silences.get(pid) or Silence(seconds) for pid in nannies}
        for pid, nanny in nannies.items():
            worker = known.get(nanny.worker_address)
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if silences[pid].is_too_long(worker and worker.last_seen, process):
                    log.error("a worker has shown no sign of life for %.0f s and is replaced", seconds)
                    process.kill()


async def _replace_lost_nannies(cluster: SpecCluster) -> None:
    """Replaces nannies that are gone: one that cannot start its worker gives up for good.

    That happens when the forkserver was just killed, or memory is short.
    """
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_REPAIRS)
        gone = [name for name, one in cluster.workers.items() if one.status in (Status.closed, Status.failed)]
        for name in gone:
            log.error("the worker process %s could not be started and is tried again", name)
            del cluster.workers[name]
        if gone:
            cluster.scale(len(cluster.worker_spec))  # starts those that are missing
