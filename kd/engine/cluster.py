"""The embedded cluster: as many student workers as cores, one thread each, and one for the teacher.

A student's step is too small to be split among threads (two made it slower), so students run side by side.
A teacher's step is large and gets every core. The number of threads is fixed before TensorFlow starts, hence
two kinds of process.
"""

from __future__ import annotations

import os
import sys

import dask
from distributed import Nanny, Scheduler, SpecCluster
from distributed.security import Security

from kd.engine import connections, forkserver
from kd.engine.cluster_size import available_cores, student_workers

LOOPBACK = "127.0.0.1"

# A task that kills its worker is tried only once more.
SETTINGS = {
    "distributed.scheduler.allowed-failures": 1,
    # left to kd.engine.frozen: this goes by the clock, and would end all workers after a laptop slept
    "distributed.scheduler.worker-ttl": None,
    # a worker that is away for so long is given up together with its nanny, which would have replaced it
    "distributed.deploy.lost-worker-timeout": "365 days",
    "distributed.worker.preload": ["kd.engine.preload"],
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    # nobody reads these here, and together they took a twelfth of a worker's time
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.large-graph-warning-threshold": "1GB",
    # each run's events and the scheduler's log: nobody asks for them again, and a server runs for weeks
    "distributed.admin.low-level-log-length": 20,
    # nothing is served over plain HTTP, not even on loopback
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def embedded_cluster(security: Security) -> SpecCluster:
    """The cluster, for use in `async with`; it listens on loopback only."""
    connections.install()
    dask.config.set(SETTINGS | forkserver.settings())
    forkserver.keep_modules()
    workers = {f"student-{i}": _worker("student", 1, security) for i in range(student_workers())}
    workers["teacher"] = _worker("teacher", available_cores(), security)
    scheduler = {
        "cls": Scheduler,
        "options": {
            "host": LOOPBACK,
            "port": 0,
            "protocol": "tls://",
            "security": security,
            "dashboard": False,
            "dashboard_address": f"{LOOPBACK}:0",
        },
    }
    return SpecCluster(
        scheduler=scheduler, workers=workers, security=security, asynchronous=True, silence_logs=False
    )


def _worker(kind: str, threads: int, security: Security) -> dict:
    return {
        "cls": Nanny,
        "options": {
            "host": LOOPBACK,
            "nthreads": 1,
            "resources": {kind: 1},
            "memory_limit": 0,
            "security": security,
            "dashboard": False,
            "env": {
                "KD_THREADS": str(threads),
                "TF_CPP_MIN_LOG_LEVEL": "2",
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
        },
    }
