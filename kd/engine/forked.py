"""Imported by the process from which workers are forked, before the first: what all of them need, once.

TensorFlow is loaded and not used here: its threads, which start when it is, would not outlive a fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal

from kd.engine.forkserver import PARENT
from kd.engine.loading import load_tensorflow

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, even if it is suspended then."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it ended before this


def load() -> None:
    """Load what workers need; whatever cannot be loaded, they say when they need it."""
    with contextlib.suppress(Exception):
        load_tensorflow()
        from kd.engine import preload, tasks  # noqa: F401
        from kd.pictures.mnist import load_mnist
        from kd.training import student  # noqa: F401

        load_mnist()
    gc.collect()
    gc.freeze()  # a collection in a worker would write to every object, and so copy all pages


_own = os.getpid()
_forks = 0


def _about_to_fork() -> None:
    global _forks
    _forks = os.getpid()


def _forked() -> None:
    if _forks == _own:  # a worker, and not what a worker starts
        end_with(_own)


if PARENT in os.environ:
    end_with(int(os.environ.pop(PARENT)))
load()
os.register_at_fork(before=_about_to_fork, after_in_child=_forked)
