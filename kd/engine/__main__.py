"""The engine's process: start the cluster, say where it is, leave when standard input closes.

    python -m kd.engine

prints one JSON line {"address", "ca", "certificate", "key"}: whoever holds the line may use the cluster,
nobody else. Whatever ends the parent closes standard input, so no worker outlives the app.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading

SECONDS_TO_LEAVE = 1.5

_ready = threading.Event()
_parent_gone = threading.Event()


def _watch_parent() -> None:
    """From the first moment on: a parent may go while the cluster is still starting."""
    sys.stdin.buffer.read()
    _parent_gone.set()
    if _ready.is_set():
        # A worker deep in a step may be slow to answer; the parent is gone and nobody waits for it.
        threading.Event().wait(SECONDS_TO_LEAVE)
    os._exit(0)  # a worker ends itself when this process does


async def serve() -> None:
    """Run until standard input ends."""
    from distributed.security import Security

    from kd.engine.cluster import embedded_cluster

    security = Security.temporary()
    async with embedded_cluster(security) as cluster:
        line = {
            "address": cluster.scheduler_address,
            "ca": security.tls_ca_file,
            "certificate": security.tls_client_cert,
            "key": security.tls_client_key,
        }
        print(json.dumps(line), flush=True)
        _ready.set()
        await asyncio.get_running_loop().run_in_executor(None, _parent_gone.wait)


if __name__ == "__main__":
    threading.Thread(target=_watch_parent, daemon=True).start()
    asyncio.run(serve())
    os._exit(0)
