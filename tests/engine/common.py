"""What the tests of the engine share: patience, and the processes that they end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil
from distributed import Client

from tests.house import PATIENCE, until

__all__ = ["FORKS", "PATIENCE", "alive", "certificates", "kill", "kinds_of_sockets", "until"]

FORKS = sys.platform == "linux"


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    until(lambda: not alive([process]))


def kinds_of_sockets(client: Client) -> set[str]:
    """The TLS sockets of all processes of a cluster; see tests/engine/test_preload.py for why they matter."""

    def kind() -> str:
        import ssl

        return ssl.SSLContext.sslsocket_class.__name__

    everywhere = client.run(kind), client.run(kind, nanny=True)
    return {client.run_on_scheduler(kind), *(each for kinds in everywhere for each in kinds.values())}


def certificates(folder: Path) -> str:
    """Make them, as one does by hand; returns what the command says.

    Not in this process: cryptography, which makes them, does not survive being loaded after TensorFlow.
    """
    command = [sys.executable, "-m", "kd.engine.certificates", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
