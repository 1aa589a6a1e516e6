"""A cluster that somebody else runs: a separate scheduler and two workers, reached over TLS."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import yaml

from kd.config import RunConfig
from kd.engine.certificates import CERTIFICATE, KEY
from kd.lab import Lab
from tests import PROJECT
from tests.app_process import free_port
from tests.engine.common import PATIENCE, certificates, kill, kinds_of_sockets, until
from tests.engine.own_cluster import OwnCluster, settings

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=3)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    assert "have been written" in certificates(folder)
    assert "already exist" in certificates(folder)
    cluster = OwnCluster(folder, free_port())
    cluster.start_scheduler()
    cluster.start_workers(2)
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def lab(cluster, tmp_path_factory):
    with cluster.reached(), Lab(tmp_path_factory.mktemp("home")) as lab:
        yield lab


def test_a_run_on_the_cluster_has_the_numbers_of_ones_own_machine_bit_for_bit(
    lab, engine, tmp_path, monkeypatch
):
    view = lab.train(SMALL).wait(PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "distilled"] == [1, 2, 3]
    assert lab.runs[view.run_id].models()["scratch"].parameters == 20_490
    assert lab._engine.workers() == {("student", "teacher"): 2}
    assert lab._engine.child is None  # the lab started no engine itself
    monkeypatch.delenv("KD_SCHEDULER")
    with Lab(tmp_path, engine) as own:
        assert own.train(SMALL).wait(PATIENCE).status == "finished"
        assert own._engine.child is not None
        there, here = (each.runs[view.run_id].test_logits() for each in (lab, own))
    for model in there:
        np.testing.assert_array_equal(there[model], here[model])


def test_every_process_of_the_cluster_keeps_its_connections_apart(lab):
    client = lab._engine.ensure()
    assert kinds_of_sockets(client) == {"ForgettingSocket"}
    assert type(client.scheduler_comm.comm.stream.socket).__name__ == "ForgettingSocket"


def test_the_task_of_a_lost_worker_goes_to_another(lab):
    run = lab.train(SMALL.replace(epochs=30))
    until(lambda: len(run.history) > 3)
    client = lab._engine.ensure()
    busy = next(worker for worker, tasks in client.processing().items() if tasks)
    (pid,) = client.run(os.getpid, workers=[busy]).values()
    kill(pid)
    view = run.wait(PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "scratch"] == list(range(1, 31))


def test_a_lost_scheduler_is_reported_and_the_run_goes_on_once_it_is_back(lab, cluster):
    run = lab.train(SMALL.replace(epochs=30, seed=1))
    until(lambda: len(run.history) > 3)
    cluster.close()
    until(lambda: run.view().phase == "reconnecting")
    assert run.view().active
    cluster.start_scheduler()
    cluster.start_workers(1)
    view = run.wait(PATIENCE)
    assert view.status == "finished", view.message
    assert [e["epoch"] for e in view.history if e["model"] == "distilled"] == list(range(1, 31))


def test_compose_starts_what_is_tested_here():
    services = yaml.safe_load((PROJECT / "compose.cluster.yaml").read_text(encoding="utf-8"))["services"]
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

    certificates(tmp_path)
    mine, key = str(tmp_path / CERTIFICATE), str(tmp_path / KEY)
    other = Security(tls_ca_file=mine, tls_client_cert=mine, tls_client_key=key, require_encryption=True)
    with pytest.raises(OSError, match=r"(?i)time|connect|certificate"):
        Client(cluster.address, security=other, timeout=3, set_as_default=False)
