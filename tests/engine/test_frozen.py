"""Frozen processes are noticed, ended and replaced; busy ones are left alone."""

from __future__ import annotations

import os
import sys
import time
import uuid

import psutil
import pytest

from kd.engine import Engine, EngineLost, processes, tasks
from tests import WITHOUT_TENSORFLOW
from tests.engine.common import PATIENCE, alive, until

SILENCE = 2
needs_sigstop = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """An engine without TensorFlow, whose process prints something of its own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "sitecustomize.py").write_text('print("a greeting", flush=True)\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), WITHOUT_TENSORFLOW]))
        engine = Engine(seconds_of_silence=SILENCE)
        yield engine
        engine.close()


def test_what_else_the_engines_process_prints_goes_to_the_log(engine, caplog):
    caplog.set_level("INFO", logger="kd")
    engine.ensure()
    assert "a greeting" in caplog.text


@pytest.fixture
def waiting(engine):
    """A task that says when it begins, and ends when it is stopped: its attempt, future and events."""

    def report_and_wait(token):
        with tasks.Reporter(token, "scratch", None):
            while token not in tasks._stopped:
                time.sleep(0.05)

    heard = []
    attempt = engine.attempt(uuid.uuid4().hex, heard.append, lambda: False)
    future = attempt.submit(report_and_wait, resource="student")
    until(lambda: heard)
    yield attempt, future, heard
    attempt.close()


def process_of(engine, future) -> psutil.Process:
    """The worker that computes this; an earlier test's task may still be ending in another."""

    def computing():
        return [worker for worker, tasks in engine.ensure().processing().items() if future.key in tasks]

    (busy,) = until(computing)
    return psutil.Process(engine.ensure().run(os.getpid, workers=[busy])[busy])


def test_a_worker_too_busy_to_answer_is_left_alone(engine):
    def keeps_the_interpreter_for_itself():
        usual = sys.getswitchinterval()
        sys.setswitchinterval(3600)  # for so long, no other thread is given a turn
        try:
            deadline = time.monotonic() + SILENCE + 2
            while time.monotonic() < deadline:
                pass
        finally:
            sys.setswitchinterval(usual)
        return os.getpid()

    client = engine.ensure()
    pid = client.submit(keeps_the_interpreter_for_itself, pure=False).result(PATIENCE)
    assert pid in client.run(os.getpid).values()


@needs_sigstop
def test_a_frozen_worker_is_ended_and_its_task_starts_again_in_another(engine, waiting):
    _, future, heard = waiting
    child, worker = engine.child.pid, process_of(engine, future)
    worker.suspend()
    until(lambda: not alive([worker]))
    until(lambda: [event["event"] for event in heard].count("begin") == 2)
    assert not future.done()
    assert engine.child.pid == child


@needs_sigstop
def test_a_frozen_engine_is_ended_with_all_its_processes_and_another_starts(engine, waiting, caplog):
    attempt, future, _ = waiting
    family = processes.family_of(engine.child.pid)
    process_of(engine, future).suspend()
    psutil.Process(engine.child.pid).suspend()
    with pytest.raises(EngineLost):
        attempt.result(future)
    until(lambda: not alive(family))
    assert engine.ensure().submit(abs, -1, pure=False).result(PATIENCE) == 1
    assert not [record for record in caplog.records if record.name.startswith("distributed")]


@needs_sigstop
def test_closing_leaves_no_frozen_process(waiting, engine):
    """The last test of this engine."""
    _, future, _ = waiting
    family = processes.family_of(engine.child.pid)
    process_of(engine, future).suspend()
    engine.close()
    until(lambda: not alive(family))
    with pytest.raises(EngineLost, match="closed"):
        engine.ensure()
