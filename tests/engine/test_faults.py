"""Real faults: processes killed, runs stopped in every phase, the app ended in every way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
import uuid
from html import unescape

import psutil
import pytest

from kd.config import RunConfig
from kd.engine import Abandoned, Attempt, Engine, EngineLost, tasks
from kd.lab import Lab
from kd.text.endings import SENTENCES
from tests import WITHOUT_TENSORFLOW
from tests.app_process import app_process
from tests.browser_session import BrowserSession
from tests.stored_runs import remove

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=16, batch_size=2)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)
FRESH = LONG.replace(teacher="fresh", teacher_train_size=60_000, teacher_epochs=100)
PATIENCE = 240
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def until(condition, seconds: float = PATIENCE):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


def alive(processes) -> list[psutil.Process]:
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def again(lab: Lab, config: RunConfig) -> str:
    """Forget a run and its models, and ask for it again."""
    remove(lab.store, config)
    lab._dispatch.forget(config.run_id)
    return lab.start(config)


def history(lab: Lab, run_id: str) -> list[dict]:
    view = lab.wait(run_id, PATIENCE)
    assert view.status == "finished", view.message
    events = [{k: v for k, v in event.items() if k != "seconds"} for event in view.history]
    return sorted(events, key=lambda event: (event["model"], event["epoch"]))


def kill_a_training_worker(lab: Lab) -> int:
    """`kill -9` a worker that is computing a task; returns its process id."""
    client = lab._engine._client
    busy = until(lambda: [worker for worker, tasks in client.processing().items() if tasks])
    pid = client.run(os.getpid, workers=busy[:1])[busy[0]]
    os.kill(pid, KILL)
    return pid


def kill_the_listener(lab: Lab, address: str) -> None:
    """Kill -9 the worker at this address without asking it: one that is dead already would be waited for."""
    port = int(address.rpartition(":")[2])
    for process in psutil.Process(lab._engine._child.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            listens = [one for one in process.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
            if any(one.laddr.port == port for one in listens):
                process.kill()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A Lab with an engine of its own, for faults should not reach other tests."""
    with Lab(tmp_path_factory.mktemp("home")) as lab:
        yield lab


def test_a_worker_killed_in_the_middle_costs_nothing_but_time(lab):
    undisturbed = history(lab, lab.start(SMALL))
    run_id = again(lab, SMALL)
    until(lambda: len(lab.watch(run_id).history) > 4)
    pid = kill_a_training_worker(lab)
    assert history(lab, run_id) == undisturbed
    assert not alive([psutil.Process(pid)] if psutil.pid_exists(pid) else [])


def test_a_run_whose_workers_die_again_says_so_and_others_go_on(lab):
    run_id = lab.start(LONG)
    until(lambda: lab.watch(run_id).progress > 0)
    while lab.watch(run_id).active:
        for worker, computed in lab._engine._client.processing().items():
            if computed:
                kill_the_listener(lab, worker)
    view = lab.watch(run_id)
    assert view.status == "failed"
    assert "worker process died" in view.message
    other = SMALL.replace(seed=5, epochs=1)
    assert lab.wait(lab.start(other), PATIENCE).status == "finished"


def test_stop_is_obeyed_while_the_teacher_learns(lab):
    run_id = lab.start(FRESH)
    until(lambda: lab.watch(run_id).phase == "teacher" and lab.watch(run_id).progress > 0)
    lab.stop(run_id)
    assert lab.wait(run_id, PATIENCE).status == "stopped"
    until(lambda: not any(lab._engine._client.processing().values()))


def test_stop_is_obeyed_while_the_teacher_answers(lab):
    config = SMALL.replace(teacher="fresh", teacher_train_size=10, teacher_epochs=1, epochs=1)
    assert lab.wait(lab.start(config), PATIENCE).status == "finished"
    run_id = lab.start(config.replace(train_size=60_000))
    until(lambda: lab.watch(run_id).phase == "soft targets")
    lab.stop(run_id)
    assert lab.wait(run_id, PATIENCE).status == "stopped"


def test_stop_is_obeyed_while_tasks_wait_for_a_worker(lab, tmp_path):
    def sleep_until(path):
        while not path.exists():
            time.sleep(0.05)

    client, over = lab._engine.ensure(), tmp_path / "over"
    workers = len(client.scheduler_info(n_workers=-1)["workers"])
    sleepers = [
        client.submit(sleep_until, over, pure=False, resources={"student": 1}) for _ in range(workers)
    ]
    until(lambda: any(client.processing().values()))
    run_id = lab.start(LONG)
    until(lambda: lab.watch(run_id).phase == "students")
    lab.stop(run_id)
    assert lab.wait(run_id, PATIENCE).status == "stopped"
    over.touch()
    client.gather(sleepers)


@pytest.mark.usefixtures("one_worker")
def test_stop_is_obeyed_while_the_engine_starts_and_nothing_is_left(tmp_path):
    before = set(psutil.Process().children(recursive=True))
    lab = Lab(tmp_path)
    run_id = lab.start(LONG)
    until(lambda: set(psutil.Process().children(recursive=True)) - before)
    mine = set(psutil.Process().children(recursive=True)) - before
    lab.stop(run_id)
    view = lab.wait(run_id, PATIENCE)
    assert view.status == "stopped"
    assert lab._engine._client is None  # it had not even started
    lab.close()
    until(lambda: not alive(mine))


async def open_and_train(url: str) -> str:
    """Open Train as a person, press Train and leave; returns the run's id."""
    config = f"teacher=notebook&train_size={LONG.train_size}&epochs=100&batch_size=1"
    async with BrowserSession(url, "train", config) as session:
        await session.settled(PATIENCE)
        await session.act("Train", trigger_value=True)
        deadline = time.monotonic() + PATIENCE
        while not any("Both students are learning" in text for text in session.texts):
            assert time.monotonic() < deadline, session.texts[-5:]
            await asyncio.sleep(0.2)
    return LONG.run_id


async def texts_of(url: str, query: str) -> tuple[str, set[str]]:
    async with BrowserSession(url, "train", query) as session:
        await session.settled(PATIENCE)
        return unescape(" ".join(session.texts)), set(session.widgets)


@pytest.mark.usefixtures("one_worker")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_however_the_app_ends_no_child_is_left_and_the_run_is_offered_again(tmp_path):
    for name in ("SIGINT", "SIGTERM", "SIGKILL"):
        with app_process(tmp_path) as app:
            run_id = asyncio.run(open_and_train(app.url))
            family = app.family()
            assert len(family) > 2
            app.process.send_signal(getattr(signal, name))
            app.process.wait(PATIENCE)
            until(lambda family=family: not alive(family))
    with app_process(tmp_path) as app:
        said, widgets = asyncio.run(texts_of(app.url, f"run={run_id}"))
    assert SENTENCES["interrupted"] in said
    assert "Press Train to run it again." in said
    assert "Train" in widgets
    assert "Stop" not in widgets


@pytest.mark.usefixtures("one_worker", "no_training")
def test_a_cluster_left_while_a_run_arrives_counts_as_lost():
    engine = Engine()
    client = engine.ensure()
    subscribe = client.subscribe_topic

    def subscribe_and_leave(*arguments):
        subscribe(*arguments)
        client.close()

    client.subscribe_topic = subscribe_and_leave
    try:
        with pytest.raises(EngineLost, match="ended unexpectedly"):
            engine.attempt("token", lambda event: None, lambda: False)
    finally:
        engine.close()


@pytest.mark.usefixtures("one_worker")
def test_a_lab_closed_while_its_engine_starts_ends_the_run_and_starts_no_other(tmp_path, caplog):
    caplog.set_level("INFO", logger="kd")
    before = set(psutil.Process().children(recursive=True))
    for pause in (0, 0.3, 0.6, 0.9, 1.2, 1.5):
        lab = Lab(tmp_path)
        run_id = lab.start(LONG)
        time.sleep(pause)
        lab.close()
        until(lambda run_id=run_id, lab=lab: not lab.watch(run_id).active)
        assert lab.watch(run_id).status in ("stopped", "interrupted"), caplog.text
        until(lambda: not alive(set(psutil.Process().children(recursive=True)) - before))
    assert "Traceback" not in caplog.text
    assert "once more" not in caplog.text


class ClosedClient:
    """A Dask client whose scheduler went away: its futures are closed, and asking for a value would hang."""

    status = "running"

    def subscribe_topic(self, token, hear):
        pass

    def scheduler_info(self, n_workers):
        return {"workers": {"tls://one": {"resources": {"student": 1}}}}

    def submit(self, *arguments, **named):
        return self

    def add_done_callback(self, heard):
        self.status = "closed"
        heard(self)

    def result(self, timeout):
        raise AssertionError("nobody may wait for a future of a client that is closed")


@pytest.mark.parametrize(("stopped", "raised"), [(False, EngineLost), (True, Abandoned)])
def test_nobody_waits_for_a_future_that_ended_with_its_client(stopped, raised):
    attempt = Attempt(ClosedClient(), None, "token", lambda event: None, lambda: stopped)
    with pytest.raises(raised):
        attempt.result(attempt.submit(abs, -1, resource="student"))


def test_a_task_that_is_stopped_ends_without_an_error_in_its_worker(engine):
    token = uuid.uuid4().hex
    attempt = engine.attempt(token, lambda event: None, lambda: False)
    engine.ensure().run(tasks.request_stop, token)
    asked = LONG.to_dict(), "scratch", None, None, True, None
    future = attempt.submit(tasks.train, *asked, resource="student")
    assert attempt.result(future) is None
    assert future.status == "finished"
    attempt.close()


@pytest.mark.usefixtures("one_worker")
def test_whatever_else_the_engines_process_prints_goes_to_the_log(tmp_path, monkeypatch, caplog):
    caplog.set_level("INFO", logger="kd")
    greeting = 'print("a greeting", flush=True)\n'
    (tmp_path / "sitecustomize.py").write_text(greeting, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), WITHOUT_TENSORFLOW]))
    engine = Engine()
    try:
        assert engine.ensure().submit(abs, -1, pure=False).result(PATIENCE) == 1
    finally:
        engine.close()
    assert "a greeting" in caplog.text
