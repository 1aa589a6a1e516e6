"""What the server process has once, whatever the number of people: the lab, and how long its runs take."""

import contextlib
import gc
import importlib
import logging
import sys
import threading

import numpy  # noqa: F401 - what is loaded later would not be limited
from threadpoolctl import threadpool_limits

from kd.config import RunConfig
from kd.lab import Lab

# Many people ask at once, and each question is a few small matrix products (kd/networks/numpy_model.py). The
# limit holds for the whole process, so it is the app that sets it, not the library.
threadpool_limits(limits=1, user_api="blas")

SECONDS_OF_A_QUICK_RUN = 20.0
"""A run that is expected to take less starts by itself when a control is let go."""

_lock = threading.Lock()
_lab: Lab | None = None


def lab() -> Lab:
    """Returns the one Lab of this process, for as long as the process lives."""
    global _lab
    with _lock:
        if _lab is None:
            _log_to_console()
            _lab = Lab()
            threading.Thread(target=_settle, args=(_lab,), name="kd-settle", daemon=True).start()
        return _lab


def forget_lab() -> None:
    """Has the next `lab()` make another Lab, as a new process would; the caller closes the old one."""
    global _lab
    with _lock:
        _lab = None


def _settle(lab: Lab) -> None:
    """Imports and reads what Home does not need, before a page with a chart or with all runs is opened."""
    importlib.import_module("kd.charts.run_charts")
    # The libraries stay for good. Counted among what may be garbage, they make each full collection take a
    # sixth of a second, in which no page is answered; so there is none before this either.
    gc.freeze()
    with contextlib.suppress(OSError, ValueError):  # the page says so when it is opened
        lab.runs.views()


def warm_lab() -> Lab:
    """Returns the Lab, and starts its engine in the background, which only pages that train need."""
    one = lab()
    one.warm_up()
    return one


def is_quick(lab: Lab, config: RunConfig) -> bool:
    """Returns whether a run is stored or short; a guess before the first run on a machine."""
    return lab.store.is_usable(config.run_id) or lab.estimates.seconds(config) < SECONDS_OF_A_QUICK_RUN


def _log_to_console() -> None:
    """Prints KD Lab's log to standard error, and only the errors of Dask."""
    log = logging.getLogger("kd")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%Y-%m-%d %H:%M:%S"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    logging.getLogger("distributed").setLevel(logging.ERROR)
