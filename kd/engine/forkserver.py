"""Where workers come from: on Linux, forked from one process that has loaded TensorFlow and not used it.

A forked worker shares the memory of that process until it writes to it, and need not load TensorFlow again.
Elsewhere each worker is a new Python, as Dask has it: macOS's frameworks do not outlive a fork, and Windows
has none.
"""

from __future__ import annotations

import os
import sys
from multiprocessing import forkserver

CHOICE = "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD"  # Dask's own variable for another way
MODULES = ["kd.engine.forked"]
# The process that started the forkserver from a thread that lives as long as it.
PARENT = "KD_FORKSERVER_PARENT"
# Read when a process starts or loads NumPy and TensorFlow; a forked worker is too late for them. Threads and
# hash seed are what Dask's nannies give to workers. One heap for all threads: what one frees, another uses.
ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "6640",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}


def method() -> str:
    """How multiprocessing starts workers."""
    return os.environ.get(CHOICE) or ("forkserver" if sys.platform == "linux" else "spawn")


def start() -> None:
    """Start the forkserver, if workers come from one; returns at once, while it loads TensorFlow.

    To be called in the engine's main thread: the forkserver ends with the thread that started it.
    """
    if method() == "forkserver":
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        os.environ[PARENT] = str(os.getpid())
        forkserver.set_forkserver_preload(MODULES)
        forkserver.ensure_running()
        del os.environ[PARENT]


def settings() -> dict[str, str]:
    """Dask's setting for `method`; to be followed by `keep_modules`."""
    return {"distributed.worker.multiprocessing-method": method()}


def keep_modules() -> None:
    """Have a forkserver that has to be started again load the same modules: Dask sets its own, once."""
    if method() == "forkserver":
        from distributed import utils

        utils._forkserver_preload_set = True  # or it would import pandas here, only to see whether it can
        utils.get_mp_context().set_forkserver_preload(MODULES)
