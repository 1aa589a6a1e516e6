"""What the server process has once, whatever the number of people: the lab."""

from __future__ import annotations

import gc
import importlib
import threading

from threadpoolctl import threadpool_limits

from kd import logs
from kd.lab import Lab

# Many people ask at once, and each question is a few small products (kd/networks/numpy_model.py). The limit
# holds for the whole process, so it is set here, where the process is the app's own, not by the library.
threadpool_limits(limits=1, user_api="blas")

_lock = threading.Lock()
_lab: Lab | None = None


def lab() -> Lab:
    """The one Lab of this process, for as long as the process lives."""
    global _lab
    with _lock:
        if _lab is None:
            logs.to_console()
            threading.Thread(target=_settle, name="kd-settle", daemon=True).start()
            _lab = Lab()
        return _lab


def forget_lab() -> None:
    """Have the next `lab()` make another Lab, as in a new process. Who has the old one closes it."""
    global _lab
    with _lock:
        _lab = None


def _settle() -> None:
    """What Home does not need, and the first page with a chart need not wait for."""
    importlib.import_module("kd.charts.run_charts")
    # The libraries stay for good. Counted among what may become garbage, they make each full collection
    # take a sixth of a second, in which nobody gets an answer; so none is made here first.
    gc.freeze()


def warm_lab() -> Lab:
    """The same Lab, its engine starting in the background: for the page that trains.

    Workers with TensorFlow in them are heavy, and who only draws or looks needs none.
    """
    one = lab()
    one.warm_up()
    return one
