"""Frozen processes are noticed, ended and replaced; slow ones are left alone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from itertools import pairwise

import psutil
import pytest

from kd.engine import Engine, EngineLost, frozen, tasks
from kd.engine.frozen import Silence
from tests import PROJECT, WITHOUT_TENSORFLOW

PATIENCE = 120
SILENCE = 2


class Process:
    """A process as Silence sees it, which has computed for this many seconds."""

    def __init__(self, status=psutil.STATUS_SLEEPING):
        self.seconds, self._status = 0.0, status

    def cpu_times(self):
        return type("Times", (), {"user": self.seconds, "system": 0.0})

    def status(self):
        return self._status


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return value


def looks_until_lost(silence: Silence, process, seconds_computed_between_looks: float = 0.0) -> int:
    for look in range(1, 1000):
        if silence.is_too_long("the same sign", process):
            return look
        process.seconds += seconds_computed_between_looks
    return 1000


def test_a_silent_process_is_given_up_after_enough_checks():
    assert looks_until_lost(Silence(30), Process()) == 31


@pytest.mark.parametrize(("process", "share"), [(Process(), 0.5), (Process(psutil.STATUS_DISK_SLEEP), 0.0)])
def test_a_busy_process_is_waited_for_ten_times_as_long(process, share):
    assert looks_until_lost(Silence(30), process, share) == 301


def test_any_sign_of_life_restarts_the_wait():
    silence = Silence(3)
    for sign in (1, 1, 1, 2, 2, 2, 3, 3, 3):
        assert not silence.is_too_long(sign)
    assert silence.is_too_long(3)


@pytest.fixture(scope="module")
def engines():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", WITHOUT_TENSORFLOW)
        engines = [Engine(seconds_of_silence=SILENCE)]
        yield engines
        for engine in engines:
            engine.close()


@pytest.fixture
def engine(engines):
    """The same one for all tests, and another after one that closes it."""
    if engines[-1]._closed:
        engines.append(Engine(seconds_of_silence=SILENCE))
    return engines[-1]


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


def computing(engine, future) -> list[str]:
    """The worker that computes this; an earlier test's task may still be ending in another."""
    return [worker for worker, tasks in engine.ensure().processing().items() if future.key in tasks]


def pid_of_the_one_with(engine, future) -> int:
    (busy,) = until(lambda: computing(engine, future))
    return engine.ensure().run(os.getpid, workers=[busy])[busy]


def gone(family) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)


def test_a_worker_too_busy_to_answer_is_left_alone(engine):
    def keeps_the_interpreter_for_itself():
        moments = []

        def look():
            while not done.is_set():
                moments.append(time.monotonic())
                done.wait(0.01)

        done = threading.Event()
        looking = threading.Thread(target=look)
        looking.start()
        usual = sys.getswitchinterval()
        sys.setswitchinterval(3600)  # for so long, no other thread is given a turn
        try:
            deadline = time.monotonic() + SILENCE + 2
            while time.monotonic() < deadline:
                pass
        finally:
            sys.setswitchinterval(usual)
        done.set()
        looking.join()
        moments.append(time.monotonic())
        return os.getpid(), max(later - sooner for sooner, later in pairwise(moments))

    client = engine.ensure()
    pid, silent = client.submit(keeps_the_interpreter_for_itself, pure=False).result(PATIENCE)
    assert silent > SILENCE + 1
    time.sleep(2 * frozen.SECONDS_BETWEEN_LOOKS)
    assert pid in client.run(os.getpid).values()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_a_frozen_worker_is_ended_and_its_task_starts_again_in_another(engine, waiting):
    _, future, heard = waiting
    child = engine._child.pid
    worker = psutil.Process(pid_of_the_one_with(engine, future))
    worker.suspend()
    until(lambda: gone([worker]))
    until(lambda: [event["event"] for event in heard].count("begin") == 2)
    assert not future.done()
    assert engine._child.pid == child


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_a_frozen_engine_is_ended_with_all_its_processes_and_another_starts(engine, waiting):
    attempt, future, _ = waiting
    family = frozen.family_of(engine._child.pid)
    psutil.Process(pid_of_the_one_with(engine, future)).suspend()
    psutil.Process(engine._child.pid).suspend()
    with pytest.raises(EngineLost):
        attempt.result(future)
    until(lambda: gone(family))
    assert engine.ensure().submit(abs, -1, pure=False).result(PATIENCE) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_closing_leaves_no_frozen_process(waiting, engine):
    _, future, _ = waiting
    family = frozen.family_of(engine._child.pid)
    psutil.Process(pid_of_the_one_with(engine, future)).suspend()
    engine.close()
    until(lambda: gone(family))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_an_app_that_is_killed_leaves_no_frozen_worker():
    program = (
        "import os, time; from kd.engine import Engine; engine = Engine(); client = engine.ensure()\n"
        "print(engine._child.pid, *client.run(os.getpid).values(), flush=True); time.sleep(600)"
    )
    app = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([WITHOUT_TENSORFLOW, str(PROJECT)])},
    )
    child, worker, *_ = map(int, app.stdout.readline().split())
    family = frozen.family_of(child)
    psutil.Process(worker).suspend()
    app.kill()
    app.communicate()
    until(lambda: gone(family))
