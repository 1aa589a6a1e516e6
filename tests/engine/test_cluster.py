"""A cluster that somebody else runs: a separate scheduler and two workers, reached over TLS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import dask
import psutil
import pytest
import yaml

from benchmarks.app_process import free_port
from kd.config import RunConfig
from kd.engine.certificates import make, settings
from kd.lab import Lab
from tests import PROJECT

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=3)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)
PATIENCE = 240
PRELOAD = ("--preload", "kd.engine.preload")


@dataclass
class Cluster:
    """`dask scheduler` and `dask worker` twice, as docs/cluster.md starts them."""

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
            "--protocol",
            "tls",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--no-dashboard",
            *PRELOAD,
        )

    def start_workers(self) -> None:
        self.workers = [
            self._dask(
                "worker",
                self.address,
                *("--nthreads", "1", "--memory-limit", "0", "--no-dashboard"),
                *("--host", "127.0.0.1", "--resources", "student=1 teacher=1"),
                *PRELOAD,
                *("--preload-nanny", "kd.engine.preload"),
            )
            for _ in range(2)
        ]

    def close(self) -> None:
        for process in [*self.workers, *filter(None, [self.scheduler])]:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                one.kill()
            process.wait()

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


def until(condition, seconds: float = PATIENCE):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return value


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    assert make(folder) is True
    assert make(folder) is False
    cluster = Cluster(folder, free_port())
    cluster.start_scheduler()
    cluster.start_workers()
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def lab(cluster, tmp_path_factory):
    certificate, key = str(cluster.folder / "certificate.pem"), str(cluster.folder / "key.pem")
    tls = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
    settings = {f"distributed.comm.tls.{name}": value for name, value in tls.items()}
    with pytest.MonkeyPatch.context() as patch, dask.config.set(settings):
        patch.setenv("KD_SCHEDULER", cluster.address)
        lab = Lab(tmp_path_factory.mktemp("home"))
        yield lab
        lab.close()


def test_a_run_on_the_cluster_comes_back_whole_with_its_events(lab):
    view = lab.wait(lab.start(SMALL), PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "distilled"] == [1, 2, 3]
    assert lab.models(view.run_id)["scratch"].parameters == 20_490
    assert lab.store.has_run(view.run_id)
    assert lab._runs_at_once == 1
    assert lab._engine._child is None  # the lab started no engine itself


def test_stop_reaches_the_workers(lab):
    run_id = lab.start(LONG)
    until(lambda: lab.watch(run_id).progress > 0)
    lab.stop(run_id)
    assert lab.wait(run_id, 30).status == "stopped"
    until(lambda: not any(lab._engine._client.processing().values()))


def test_every_process_of_the_cluster_keeps_its_connections_apart(lab):
    """Otherwise one broken connection breaks the others: see tests/engine/test_tls_errors.py."""

    def kind_of_socket() -> str:
        import ssl

        return ssl.SSLContext.sslsocket_class.__name__

    client = lab._engine._client
    kinds = {
        client.run_on_scheduler(kind_of_socket),
        *client.run(kind_of_socket).values(),
        *client.run(kind_of_socket, nanny=True).values(),
    }
    assert kinds == {"ForgettingSocket"}


def test_the_task_of_a_lost_worker_goes_to_another(lab, cluster):
    run_id = lab.start(SMALL.replace(epochs=30))
    until(lambda: len(lab.watch(run_id).history) > 3)
    client = lab._engine._client
    busy = next(worker for worker, tasks in client.processing().items() if tasks)
    (pid,) = client.run(os.getpid, workers=[busy]).values()
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    view = lab.wait(run_id, PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "scratch"] == list(range(1, 31))


def test_a_lost_scheduler_is_reported_and_the_run_goes_on_once_it_is_back(lab, cluster):
    run_id = lab.start(SMALL.replace(epochs=30, seed=1))
    until(lambda: len(lab.watch(run_id).history) > 3)
    cluster.close()
    until(lambda: lab.watch(run_id).phase == "reconnecting")
    assert lab.watch(run_id).active
    cluster.start_scheduler()
    cluster.start_workers()
    view = lab.wait(run_id, PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "distilled"] == list(range(1, 31))


def test_compose_starts_what_is_tested_here():
    services = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    folder = Path("/home/lab/certificates")
    told = {name: path.replace("\\", "/") for name, path in settings(folder).items()}
    for name in ("app", "scheduler", "worker"):
        assert told.items() <= services[name]["environment"].items()
    for name in ("scheduler", "worker"):
        assert "--preload=kd.engine.preload" in services[name]["command"]
    assert "--preload-nanny=kd.engine.preload" in services["worker"]["command"]
    assert services["certificates"]["command"][-1] == folder.as_posix()


def test_without_the_certificate_there_is_no_way_in(cluster, tmp_path):
    from distributed import Client
    from distributed.security import Security

    with pytest.raises(OSError, match=r"(?i)time|connect|certificate"):
        Client(cluster.address, security=Security.temporary(), timeout=3, set_as_default=False)
