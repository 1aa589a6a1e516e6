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

from distributed.security import Security

from kd.engine.cluster import embedded_cluster

SECONDS_TO_LEAVE = 1.5


async def serve() -> None:
    """Run until standard input ends."""
    security = Security.temporary()
    async with embedded_cluster(security) as cluster:
        line = {
            "address": cluster.scheduler_address,
            "ca": security.tls_ca_file,
            "certificate": security.tls_client_cert,
            "key": security.tls_client_key,
        }
        print(json.dumps(line), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
        # A worker deep in a step may be slow to answer; the parent is gone and nobody waits for it.
        timer = threading.Timer(SECONDS_TO_LEAVE, os._exit, [0])
        timer.daemon = True
        timer.start()


if __name__ == "__main__":
    asyncio.run(serve())
    os._exit(0)
