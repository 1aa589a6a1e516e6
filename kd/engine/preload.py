"""What every process of a cluster loads first: Dask's `--preload` and `--preload-nanny`."""

from __future__ import annotations

import logging

from kd.engine import tls_errors

tls_errors.install()


def dask_setup(server) -> None:
    """Called by Dask with the scheduler, nanny or worker that loads this."""
    if type(server).__name__ == "Worker":
        # In a worker's process this logger speaks only of the pipe to its parent, which is closed at the end.
        logging.getLogger("distributed.nanny").setLevel(logging.CRITICAL)
