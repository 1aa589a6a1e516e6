"""Where workers come from: on Linux, forked from one process that has loaded TensorFlow and not used it.

A forked worker shares the memory of that process until it writes to it, and need not load TensorFlow again.
A single worker shares it with nobody, so it is a new Python, without 140 MB of a process that only forks.
Elsewhere each worker is one, as Dask has it: macOS's frameworks do not outlive a fork, and Windows has none.
"""

import contextlib
import ctypes
import gc
import os
import signal
import sys
from multiprocessing import forkserver

from kd.engine.processes import own_workers

CHOICE = "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD"  # Dask's own variable for another way
# In the environment of the forkserver: the process with which it ends, if that one's main thread started it.
_PARENT = "KD_FORKSERVER_PARENT"
# Read when a process starts or loads NumPy and TensorFlow; a worker itself is too late for them. Threads and
# hash seed are what Dask's nannies give to workers. One heap for all threads: what one frees, another uses.
# TensorFlow's own store of memory, where it uses oneDNN, would keep for good whatever it once had.
_ENVIRONMENT = {
    "MALLOC_ARENA_MAX": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "6640",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "1",
}
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def method() -> str:
    """Returns how multiprocessing starts workers: "forkserver" or "spawn"."""
    forks = sys.platform == "linux" and sum(own_workers().values()) > 1
    return os.environ.get(CHOICE) or ("forkserver" if forks else "spawn")


def start() -> None:
    """Prepares for workers: starts the forkserver, if they come from one; it loads TensorFlow meanwhile.

    Call it in the engine's main thread: the forkserver ends with the thread that started it. One that
    multiprocessing starts again, from a thread that may end at any time, does not.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if method() == "forkserver":
        os.environ[_PARENT] = str(os.getpid())
        forkserver.set_forkserver_preload([__name__])  # imported there, it becomes one: see below
        forkserver.ensure_running()
        os.environ[_PARENT] = ""


def _become_forkserver(parent: str) -> None:
    """Loads what all workers need, once, and has them end with this process."""
    if parent:
        _end_with(int(parent))
    with contextlib.suppress(Exception):  # what cannot be loaded, a worker names when it needs it
        from kd.engine.tasks import load_tensorflow

        load_tensorflow()  # not used here: its threads, which start when it is, would not outlive a fork
        from kd.engine import preload  # noqa: F401
        from kd.pictures.mnist import load_mnist
        from kd.training import student  # noqa: F401

        load_mnist()
    gc.freeze()  # a collection in a worker would write to every object, and so copy all pages
    own, forking = os.getpid(), 0

    def before() -> None:
        nonlocal forking
        forking = os.getpid()

    def after_in_child() -> None:
        if forking == own:  # a worker, and not what a worker starts
            _end_with(own)

    os.register_at_fork(before=before, after_in_child=after_in_child)


def _end_with(parent: int) -> None:
    """Has the kernel kill this process when its parent ends, even if it is suspended then."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it ended before this


if _PARENT in os.environ:
    _become_forkserver(os.environ.pop(_PARENT))
