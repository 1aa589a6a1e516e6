"""The app, started as `streamlit run app.py` does, on a free port and with a home of its own."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parent.parent
SECONDS_TO_START = 120


@dataclass
class AppProcess:
    """A running app."""

    url: str
    process: subprocess.Popen
    log: Path

    def family(self) -> list[psutil.Process]:
        """Its children and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)


def free_port() -> int:
    """A port that is free now and soon: systems give connections others, from 32768 on."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port was found")


@contextmanager
def app_process(
    home: Path,
    command: tuple[str, ...] = (sys.executable, "-m", "streamlit", "run", "app.py"),
    folder: Path = PROJECT,
    port: int | None = None,
    **environment: str,
) -> Iterator[AppProcess]:
    """Start the app, and end it afterwards, whatever has become of it.

    Args:
        command: what starts it, without the server's options.
        folder: where it is started.
        port: by default a free one.
    """
    port = port or free_port()
    home.mkdir(parents=True, exist_ok=True)
    options = ("--server.headless", "true", "--server.port", str(port), "--server.address", "127.0.0.1")
    with (home / "log.txt").open("a") as log:
        process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env={**os.environ, "KD_HOME": str(home), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    app = AppProcess(f"http://127.0.0.1:{port}", process, home / "log.txt")
    try:
        _wait_until_healthy(app)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(app: AppProcess) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"{app.url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if app.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the app did not start: {app.log.read_text()}") from None
            time.sleep(0.02)
