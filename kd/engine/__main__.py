"""The engine's process: start the cluster, print where it is, leave when standard input closes.

    python -m kd.engine [SECONDS]

prints READY and one JSON line with the cluster's address and TLS credentials: only holders of that line can
use it. However the parent ends, standard input closes, so no worker outlives the app. A worker that shows no
sign of life for SECONDS is killed and replaced.
"""

import asyncio
import json
import logging
import os
import sys
import threading
import time
from typing import TextIO

from kd.engine import forkserver
from kd.engine.processes import READY, SECONDS_OF_SILENCE, family_of, kill

SECONDS_TO_LEAVE = 1.5

_ready = threading.Event()
_parent_gone = threading.Event()


def _watch_parent() -> None:
    """Ends this process with its parent, which may end while the cluster is still starting."""
    sys.stdin.buffer.read()
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)  # connections that end now are no errors
    _parent_gone.set()
    if _ready.is_set():
        # a worker in the middle of a step may be slow to answer, and is not waited for any longer
        time.sleep(SECONDS_TO_LEAVE)
    # Workers would end by themselves, but not frozen ones, and not without logging the lost connection.
    workers = family_of(os.getpid())[1:]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # nor do their nannies need to report that
    kill(workers)
    os._exit(0)


async def serve(out: TextIO, seconds_of_silence: float) -> None:
    """Runs until standard input closes; prints on `out` where the cluster is."""
    from distributed.security import Security

    from kd.engine.cluster import embedded_cluster, look_after

    security = Security.temporary()
    async with embedded_cluster(security) as cluster:
        credentials = ("tls_ca_file", "tls_client_cert", "tls_client_key")
        line = {name: getattr(security, name) for name in credentials}
        line["address"] = cluster.scheduler_address
        print(f"{READY}{json.dumps(line)}", file=out, flush=True)
        _ready.set()
        looking = asyncio.create_task(look_after(cluster, seconds_of_silence))
        await asyncio.to_thread(_parent_gone.wait)
        looking.cancel()


def _own_output() -> TextIO:
    """Returns standard output for the one line; what else is printed here or in workers goes to the log."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


if __name__ == "__main__":
    threading.Thread(target=_watch_parent, daemon=True).start()
    own_output = _own_output()
    forkserver.start()
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS_OF_SILENCE
    asyncio.run(serve(own_output, seconds))
    os._exit(0)
