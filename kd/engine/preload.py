"""Loaded first by every process of a cluster: for Dask's `--preload` and `--preload-nanny`."""

from __future__ import annotations

import logging

from distributed.comm import CommClosedError
from tornado.ioloop import PeriodicCallback

from kd.engine import connections, heap

MILLISECONDS_BETWEEN_LOOKS = 1000

connections.install()


def dask_setup(server) -> None:
    """Called by Dask with the scheduler, nanny or worker that loads this."""
    if type(server).__name__ == "Worker":
        # In a worker, this logger only reports on the pipe to its parent, which is closed at the end.
        logging.getLogger("distributed.nanny").setLevel(logging.CRITICAL)
        logging.getLogger("distributed.worker").addFilter(_is_no_farewell)
        look = heap.Pauses().look
        server.periodic_callbacks["kd-pauses"] = PeriodicCallback(look, MILLISECONDS_BETWEEN_LOOKS)


def _is_no_farewell(record: logging.LogRecord) -> bool:
    """False for a heartbeat that finds the scheduler gone, as happens whenever a cluster ends."""
    return not (record.exc_info and isinstance(record.exc_info[1], CommClosedError))
