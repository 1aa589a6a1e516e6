"""A cluster of one's own on this machine: a Dask scheduler and workers, as docs/cluster.md starts them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dask
import pytest

from kd.engine import processes
from kd.engine.certificates import CERTIFICATE, KEY
from tests import PROJECT

PRELOAD = ("--preload", "kd.engine.preload")


def settings(folder: Path) -> dict[str, str]:
    """The environment variables by which Dask reads the files."""
    certificate, key = str(folder / CERTIFICATE), str(folder / KEY)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
        f"{tls}CA_FILE": certificate,
        **{f"{tls}{role}__CERT": certificate for role in ("CLIENT", "SCHEDULER", "WORKER")},
        **{f"{tls}{role}__KEY": key for role in ("CLIENT", "SCHEDULER", "WORKER")},
    }


@dataclass
class OwnCluster:
    """Scheduler and workers; folder: of the certificate, and for their log."""

    folder: Path
    port: int
    scheduler: subprocess.Popen | None = None
    workers: list[subprocess.Popen] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        self.scheduler = self._dask(
            "scheduler",
            *("--protocol", "tls", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"),
            *PRELOAD,
        )

    def start_workers(self, number: int) -> None:
        """Start so many more, one thread each."""
        self.workers += [
            self._dask(
                "worker",
                self.address,
                *("--nthreads", "1", "--memory-limit", "0", "--no-dashboard"),
                *("--host", "127.0.0.1", "--resources", "student=1 teacher=1"),
                *PRELOAD,
                *("--preload-nanny", "kd.engine.preload"),
            )
            for _ in range(number)
        ]

    def close(self) -> None:
        """End all of them at once, as a power cut would."""
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            processes.kill(processes.family_of(process.pid))
            process.wait()
        self.workers, self.scheduler = [], None

    @contextlib.contextmanager
    def reached(self) -> Iterator[None]:
        """In this context a Lab trains on the cluster."""
        certificate, key = str(self.folder / CERTIFICATE), str(self.folder / KEY)
        tls = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
        settings = {f"distributed.comm.tls.{name}": value for name, value in tls.items()}
        with pytest.MonkeyPatch.context() as patch, dask.config.set(settings):
            patch.setenv("KD_SCHEDULER", self.address)
            yield

    def _dask(self, *arguments: str) -> subprocess.Popen:
        environment = {**os.environ, **settings(self.folder), "KD_THREADS": "1", "PYTHONPATH": str(PROJECT)}
        with (self.folder / "log.txt").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
