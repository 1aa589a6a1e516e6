"""A cluster that somebody else runs: a separate scheduler and two workers, reached over TLS."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from kd.config import RunConfig
from kd.engine.certificates import make, settings
from kd.lab import Lab
from kd.studies.study import Study
from tests import PROJECT
from tests.app_process import free_port
from tests.engine.own_cluster import OwnCluster, family

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=3)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)
PATIENCE = 240


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
    cluster = OwnCluster(folder, free_port())
    cluster.start_scheduler()
    cluster.start_workers(2)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def lab(cluster, tmp_path_factory):
    with cluster.reached():
        lab = Lab(tmp_path_factory.mktemp("home"))
        yield lab
        lab.close()


def have(number: int, lab, cluster) -> None:
    """So many workers, whatever an earlier test has left: those that were killed come back by themselves."""
    client = lab._engine.ensure()
    until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == len(cluster.workers))
    cluster.start_workers(number - len(cluster.workers))
    until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) == number)


def test_a_run_on_the_cluster_comes_back_whole_with_its_events(lab, cluster):
    have(2, lab, cluster)
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
    assert lab.wait(run_id, PATIENCE).status == "stopped"
    until(lambda: not any(lab._engine._client.processing().values()))


def test_a_study_on_four_workers_has_the_numbers_of_ones_own_machine_bit_for_bit(
    lab, cluster, engine, tmp_path, monkeypatch
):
    study = Study(SMALL.replace(train_size=64), {"temperature": [1.0, 4.0]}, seeds=2)
    have(4, lab, cluster)
    done = lab.wait_study(lab.start_study(study), PATIENCE)
    assert done.status == "finished", done
    assert lab._engine.workers() == {"student": 4, "teacher": 4}
    monkeypatch.delenv("KD_SCHEDULER")
    with Lab(tmp_path, engine) as own:
        assert own.wait_study(own.start_study(study), PATIENCE).status == "finished"
        assert own._engine._child is not None
        pd.testing.assert_frame_equal(lab.study_frame(study), own.study_frame(study), check_exact=True)
        for _cell, config in study.runs():
            there, here = lab.test_logits(config.run_id), own.test_logits(config.run_id)
            for model in there:
                np.testing.assert_array_equal(there[model], here[model])
    for worker in cluster.workers[2:]:
        for process in family(worker):
            process.kill()
    del cluster.workers[2:]
    have(2, lab, cluster)


def test_every_process_of_the_cluster_keeps_its_connections_apart(lab):
    """Otherwise one broken connection breaks the others: see tests/engine/test_connections.py."""

    def kind_of_socket() -> str:
        import ssl

        return ssl.SSLContext.sslsocket_class.__name__

    client = lab._engine.ensure()
    kinds = {
        client.run_on_scheduler(kind_of_socket),
        *client.run(kind_of_socket).values(),
        *client.run(kind_of_socket, nanny=True).values(),
    }
    assert kinds == {"ForgettingSocket"}
    assert type(client.scheduler_comm.comm.stream.socket).__name__ == "ForgettingSocket"


def test_the_task_of_a_lost_worker_goes_to_another(lab, cluster):
    have(2, lab, cluster)
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
    cluster.start_workers(1)
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
