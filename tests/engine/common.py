"""What the tests of the engine share: patience, and the processes that they end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

from tests.house import PATIENCE, until

__all__ = ["FORKS", "PATIENCE", "alive", "certificates", "kill", "until"]

FORKS = sys.platform == "linux"


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    until(lambda: not alive([process]))


def certificates(folder: Path) -> str:
    """Make them, as one does by hand; returns what the command says.

    Not in this process: cryptography, which makes them, does not survive being loaded after TensorFlow.
    """
    command = [sys.executable, "-m", "kd.engine.certificates", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
