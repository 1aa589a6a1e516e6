"""Real faults: processes killed, runs stopped in every phase, the app ended in every way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
import uuid
from concurrent.futures import Future

import psutil
import pytest

from kd.config import RunConfig
from kd.engine import Abandoned, Attempt, EngineLost, tasks
from kd.engine.connection import Connection
from kd.lab import Lab
from kd.lab.runs import Run
from tests.app_process import app_process
from tests.browser_session import BrowserSession
from tests.engine.common import PATIENCE, alive, kill, until
from tests.stored_runs import remove

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=4, batch_size=2)
LONG = RunConfig(teacher="notebook", train_size=320, epochs=100, batch_size=1)


def again(lab: Lab, config: RunConfig) -> Run:
    """Forget a run and its models, and ask for it again."""
    remove(lab.store, config)
    lab.runs.in_progress.forget(config.run_id)
    return lab.train(config)


def history(run: Run) -> list[dict]:
    view = run.wait(PATIENCE)
    assert view.status == "finished", view.message
    events = [{k: v for k, v in event.items() if k != "seconds"} for event in view.history]
    return sorted(events, key=lambda event: (event["model"], event["epoch"]))


def kill_the_listener(lab: Lab, address: str) -> None:
    """Kill -9 the worker at this address without asking it: one that is dead already would be waited for."""
    port = int(address.rpartition(":")[2])
    for process in psutil.Process(lab._engine.child.pid).children(recursive=True):
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
    undisturbed = history(lab.train(SMALL))
    run = again(lab, SMALL)
    until(lambda: len(run.history) > 1)
    client = lab._engine.ensure()
    busy = until(lambda: [worker for worker, tasks in client.processing().items() if tasks])
    kill(client.run(os.getpid, workers=busy[:1])[busy[0]])
    assert history(run) == undisturbed


def test_a_run_whose_workers_die_again_says_so_and_others_go_on(lab):
    run = lab.train(LONG)
    until(lambda: run.view().progress > 0)
    while run.view().active:
        for worker, computed in lab._engine.ensure().processing().items():
            if computed:
                kill_the_listener(lab, worker)
    view = run.view()
    assert view.status == "failed"
    assert "worker process died" in view.message
    other = SMALL.replace(seed=5, epochs=1)
    assert lab.train(other).wait(PATIENCE).status == "finished"


def test_stop_is_obeyed_while_the_teacher_answers(lab):
    fresh = {"teacher": "fresh", "teacher_train_size": 10, "teacher_epochs": 1}
    run = lab.train(SMALL.replace(**fresh, train_size=60_000))
    until(lambda: run.view().phase == "soft targets")
    run.stop()
    assert run.wait(PATIENCE).status == "stopped"


def test_stop_is_obeyed_while_tasks_wait_for_a_worker(lab, tmp_path):
    def sleep_until(path):
        while not path.exists():
            time.sleep(0.05)

    client, over = lab._engine.ensure(), tmp_path / "over"
    until(lambda: not any(client.processing().values()))  # nothing of other tests
    workers = len(client.scheduler_info(n_workers=-1)["workers"])
    resources = {"student": 1}
    sleepers = [client.submit(sleep_until, over, pure=False, resources=resources) for _ in range(workers)]
    try:
        until(lambda: any(client.processing().values()))
        run = lab.train(LONG)
        until(lambda: run.view().phase == "students")
        run.stop()
        assert run.wait(PATIENCE).status == "stopped"
    finally:
        over.touch()
    client.gather(sleepers)


async def open_and_train(url: str, until_said: str) -> str:
    """Open Train as a person, press Train and leave once the page says this; returns the run's id."""
    config = f"teacher=notebook&train_size={LONG.train_size}&epochs=100&batch_size=1"
    async with BrowserSession(url, "train", config) as session:
        await session.settled(PATIENCE)
        await session.act("Train", trigger_value=True)
        deadline = time.monotonic() + PATIENCE
        while not any(until_said in text for text in session.texts):
            assert time.monotonic() < deadline, session.texts[-5:]
            await asyncio.sleep(0.2)
    return LONG.run_id


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_however_the_app_ends_no_child_is_left_and_the_run_is_interrupted(tmp_path):
    learning = "Both students are learning"
    # browser tests end their app with SIGTERM, which Streamlit takes as it takes SIGINT, while its engine is
    # there, and look for what it leaves; here it has hardly begun
    for number, said in ((signal.SIGKILL, learning), (signal.SIGINT, "")):
        with app_process(tmp_path) as app:
            run_id = asyncio.run(open_and_train(app.url, said))
            family = until(app.family)
            assert not said or len(family) > 2
            app.process.send_signal(number)
            app.process.wait(PATIENCE)
            until(lambda family=family: not alive(family))
        with Lab(tmp_path) as lab:
            assert lab.runs[run_id].status == "interrupted"


def test_runs_end_while_the_engine_starts_and_nothing_is_left(tmp_path, caplog):
    caplog.set_level("INFO", logger="kd")
    before = set(psutil.Process().children(recursive=True))
    lab = Lab(tmp_path)
    stopped, closed = lab.train(LONG), lab.train(LONG.replace(seed=9))
    mine = until(lambda: set(psutil.Process().children(recursive=True)) - before)
    stopped.stop()
    assert stopped.wait(PATIENCE).status == "stopped"
    assert lab._engine._connection.client is None  # it had not even started
    lab.close()
    until(lambda: not closed.view().active)
    assert closed.status == "interrupted", caplog.text
    until(lambda: not alive(mine | set(psutil.Process().children(recursive=True)) - before))
    assert "Traceback" not in caplog.text
    assert "once more" not in caplog.text


class Client:
    """A Dask client whose scheduler goes away, at once or when a result is awaited, which would hang."""

    status = "running"

    def __init__(self, workers):
        self._workers = workers

    def subscribe_topic(self, token, hear):
        pass

    def scheduler_info(self, n_workers):
        if not self._workers:
            self.status = "closed"
        return {"workers": self._workers}

    def submit(self, *arguments, **named):
        return self

    def add_done_callback(self, heard):
        self.status = "closed"
        heard(self)

    def result(self, timeout):
        raise AssertionError("nobody may wait for a future of a client that is closed")


def begin(client, should_stop) -> Attempt:
    connection = object.__new__(Connection)
    connection.client, connection.child, connection._opened = client, None, Future()
    connection._opened.set_result(None)
    return Attempt(connection, "token", lambda event: None, should_stop)


@pytest.mark.parametrize(("stopped", "raised"), [(False, EngineLost), (True, Abandoned)])
def test_a_future_that_ended_with_its_client_and_a_cluster_without_workers_count_as_lost(stopped, raised):
    attempt = begin(Client({"tls://one": {"resources": {"student": 1}}}), lambda: stopped)
    with pytest.raises(raised):
        attempt.result(attempt.submit(abs, -1, resource="student"))
    with pytest.raises(raised):
        begin(Client({}), lambda: stopped)


def test_a_task_that_is_stopped_ends_without_an_error_in_its_worker(lab):
    token, engine = uuid.uuid4().hex, lab._engine
    attempt = engine.attempt(token, lambda event: None, lambda: False)
    engine.ensure().run(tasks.request_stop, token)
    asked = LONG.to_dict(), None, "scratch", None, None, True, None
    future = attempt.submit(tasks.train, *asked, resource="student")
    assert attempt.result(future) is None
    assert future.status == "finished"
    attempt.close()
