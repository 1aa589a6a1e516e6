"""Where workers come from, what they share, how they are replaced, and that none outlives its app."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from kd.engine import Engine, tasks
from kd.engine.forkserver import CHOICE, method
from kd.engine.processes import available_cores, family_of
from tests import PROJECT, WITHOUT_TENSORFLOW
from tests.engine.common import FORKS, PATIENCE, alive, kill, until


@pytest.fixture(scope="module")
def engine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KD_WORKERS", "2")
        engine = Engine()
        engine.ensure()
    yield engine
    engine.close()


def workers_of(engine, count: int = 3) -> dict[str, int]:
    """{"student-0", "student-1", "teacher-0": process id}, once the scheduler knows so many workers."""

    def known(dask_scheduler):
        return {worker.name: worker.pid for worker in dask_scheduler.workers.values()}

    def are_there():
        found = engine.ensure().run_on_scheduler(known)
        return len(found) == count and all(map(psutil.pid_exists, found.values())) and found

    return until(are_there)


def replaced(engine, before: dict[str, int]) -> dict[str, int]:
    """All workers, once the first student's is another."""
    return until(lambda: (found := workers_of(engine))["student-0"] != before["student-0"] and found)


def parents(engine, count: int = 3) -> set[int]:
    return {psutil.Process(pid).ppid() for pid in workers_of(engine, count).values()}


def test_several_workers_are_forked_on_linux_others_started_anew_unless_dasks_variable_says_so(
    engine, monkeypatch
):
    (parent,) = parents(engine)
    assert (parent == engine.child.pid) is not FORKS
    if FORKS:
        assert psutil.Process(parent).ppid() == engine.child.pid
        assert psutil.Process(parent).num_threads() == 1
    monkeypatch.delenv(CHOICE, raising=False)
    for count, way in (("2", "forkserver" if FORKS else "spawn"), ("1", "spawn")):
        monkeypatch.setenv("KD_WORKERS", count)
        assert method() == way
    monkeypatch.setenv(CHOICE, "forkserver")
    assert method() == "forkserver"


@pytest.mark.skipif(not FORKS, reason="elsewhere each worker loads TensorFlow itself")
def test_a_forked_worker_has_tensorflow_from_the_start_unused_and_its_parents_have_not(engine):
    def loaded():
        names = ("tensorflow", "keras", "kd.training.student", "pandas", "sklearn")
        return [name for name in names if name in sys.modules]

    def found():
        from tensorflow.python.eager import context

        is_used = context.context()._context_handle is not None
        import pandas  # noqa: F401 - which can still be imported

        tasks.prepare()
        import tensorflow as tf

        return is_used, os.environ["KD_THREADS"], tf.config.threading.get_intra_op_parallelism_threads()

    def patience():
        import dask
        from dask.utils import parse_timedelta

        # how long a nanny waits for its worker to come back, before Dask closes both
        return parse_timedelta(dask.config.get("distributed.deploy.lost-worker-timeout"))

    workers_of(engine)
    client, cores = engine.ensure(), available_cores()
    assert list(client.run(loaded).values()) == [["tensorflow", "keras", "kd.training.student"]] * 3
    each = [*[(False, "1", 1)] * 2, (False, str(cores), cores)]
    assert sorted(client.run(found).values()) == sorted(each)
    assert list(client.run(loaded, nanny=True).values()) == [[]] * 3
    assert min(client.run(patience, nanny=True).values()) > 24 * 3600


def test_a_single_worker_trains_whatever_comes_on_one_core_and_is_a_new_python(monkeypatch):
    monkeypatch.setenv("KD_WORKERS", "1")
    monkeypatch.delenv(CHOICE, raising=False)
    engine = Engine()
    try:
        assert engine.workers() == {("student", "teacher"): 1}
        (pid,) = workers_of(engine, 1).values()
        client, threads = engine.ensure(), lambda: (os.getpid(), os.environ["KD_THREADS"])
        for kind in ("student", "teacher"):
            future = client.submit(threads, resources={kind: 1}, pure=False)
            assert future.result(PATIENCE) == (pid, "1")
        assert parents(engine, 1) == {engine.child.pid}
        assert psutil.Process(pid).environ()["MALLOC_ARENA_MAX"] == "1"  # also where a worker is not forked
    finally:
        engine.close()


def test_the_app_keeps_no_messages_that_it_has_sent(engine):
    client = engine.ensure()
    assert client.submit(bytes.upper, b"sent").result() == b"SENT"
    assert list(client.scheduler_comm.recent_message_log) == []


def test_the_replacement_of_a_killed_worker_does_work(engine):
    before, parent = workers_of(engine), parents(engine)
    kill(before["student-0"])
    assert replaced(engine, before)["teacher-0"] == before["teacher-0"]
    assert parents(engine) == parent
    engine.ensure().submit(tasks.warm_student, resources={"student": 1}, pure=False).result(PATIENCE)


def test_a_worker_that_could_not_be_started_is_there_again_soon(engine):
    """Its nanny gives up for good, whatever the reason was."""

    def fail_once(dask_worker):
        process = dask_worker.process
        start = process.start

        async def fail():
            process.start = start
            raise OSError("no memory")

        process.start = fail

    before, client = workers_of(engine), engine.ensure()
    (address,) = [
        address
        for address, worker in client.scheduler_info()["workers"].items()
        if worker["name"] == "student-0"
    ]
    client.run(fail_once, nanny=True, workers=[address])
    kill(before["student-0"])
    assert replaced(engine, before)["teacher-0"] == before["teacher-0"]
    assert client.submit(abs, -1, resources={"student": 1}, pure=False).result(PATIENCE) == 1


@pytest.mark.skipif(not FORKS, reason="there is no forkserver")
def test_when_the_forkserver_is_killed_its_workers_end_and_others_do_their_work(engine):
    before = workers_of(engine)
    (parent,) = parents(engine)
    family = [psutil.Process(pid) for pid in before.values()]
    family[0].suspend()  # not even this keeps it
    kill(parent)
    until(lambda: not alive(family))
    until(lambda: not set(workers_of(engine).values()) & set(before.values()))
    assert parent not in parents(engine)
    assert engine.ensure().submit(abs, -1, resources={"teacher": 1}, pure=False).result(PATIENCE) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such process")
def test_what_removes_the_semaphores_of_killed_processes_is_not_killed_with_them(engine):
    workers_of(engine)
    everything = psutil.Process(engine.child.pid).children(recursive=True)
    (tracker,) = set(everything) - set(family_of(engine.child.pid))
    assert "resource_tracker import main" in tracker.cmdline()[-1]


APP = """
import os, time
from kd.engine import Engine

engine = Engine()
workers = engine.ensure().run(os.getpid).values()
print(engine.child.pid, *workers, flush=True)
time.sleep(600)
"""


@pytest.fixture
def app():
    """An app whose workers are up: the process of its engine, and theirs."""
    environment = {
        **os.environ,
        "KD_WORKERS": "2",
        "PYTHONPATH": os.pathsep.join([WITHOUT_TENSORFLOW, str(PROJECT)]),
    }
    command = [sys.executable, "-c", APP]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    child, *workers = map(int, process.stdout.readline().split())
    assert len(workers) == 3
    yield child, [psutil.Process(pid) for pid in workers]
    process.kill()
    process.communicate()


@pytest.mark.parametrize("has_replaced_workers", [False, True])
def test_nothing_survives_an_engine_that_is_killed(app, has_replaced_workers):
    child, workers = app
    if has_replaced_workers:
        count = len(family_of(child))
        kill(workers[0].ppid() if FORKS else workers[0].pid)
        until(lambda: not alive(workers[:1]) and len(family_of(child)) == count)
    elif FORKS:  # elsewhere a suspended worker of an engine that was killed stays
        for worker in workers:
            worker.suspend()
    family = family_of(child)
    kill(child)
    until(lambda: not alive(family))
