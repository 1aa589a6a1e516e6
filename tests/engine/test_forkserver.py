"""Where workers come from, what they share, and that none of them outlives whoever started them."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from kd.engine import Engine, frozen, tasks
from kd.engine.forkserver import CHOICE, method
from tests import PROJECT, WITHOUT_TENSORFLOW

PATIENCE = 120
FORKS = sys.platform == "linux"


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return value


def gone(family) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family)


@pytest.fixture(scope="module")
def engine():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KD_WORKERS", "1")
        engine = Engine()
        yield engine
        engine.close()


def pids(engine) -> dict[str, int]:
    """{"student", "teacher": process id} of the workers that the scheduler knows."""

    def known(dask_scheduler):
        return {next(iter(worker.resources)): worker.pid for worker in dask_scheduler.workers.values()}

    return engine.ensure().run_on_scheduler(known)


def both(engine) -> dict[str, int]:
    """As `pids`, once both are there."""

    def are_there():
        found = pids(engine)
        return len(found) == 2 and all(map(psutil.pid_exists, found.values())) and found

    return until(are_there)


def parents(engine) -> set[int]:
    return {psutil.Process(pid).ppid() for pid in both(engine).values()}


def kill(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    until(lambda: gone([process]))


def test_workers_are_forked_on_linux_and_started_anew_elsewhere(engine):
    (parent,) = parents(engine)
    assert (parent == engine._child.pid) is not FORKS
    if FORKS:
        assert psutil.Process(parent).ppid() == engine._child.pid


def test_dasks_own_variable_chooses_another_way(monkeypatch):
    assert method() == ("forkserver" if FORKS else "spawn")
    monkeypatch.setenv(CHOICE, "spawn")
    assert method() == "spawn"


@pytest.mark.skipif(not FORKS, reason="elsewhere each worker loads TensorFlow itself")
def test_a_forked_worker_has_tensorflow_from_the_start_unused_and_alone(engine):
    for pid in both(engine).values():
        kill(pid)  # whatever an earlier test has used it for: another one is forked
    both(engine)

    def state():
        import threading

        from tensorflow.python.eager import context

        return {
            "has": [name for name in ("keras", "kd.training.student", "pandas") if name in sys.modules],
            "is used": context.context()._context_handle is not None,
            "other": [one.name for one in threading.enumerate() if "tensorflow" in one.name.lower()],
        }

    for found in engine.ensure().run(state).values():
        assert found == {"has": ["keras", "kd.training.student"], "is used": False, "other": []}

    def threads_of_the_forkserver():
        return psutil.Process(os.getppid()).num_threads()

    assert set(engine.ensure().run(threads_of_the_forkserver).values()) == {1}


def test_the_engines_own_process_loads_neither_tensorflow_nor_pandas(engine):
    def loaded():
        return [name for name in ("tensorflow", "keras", "pandas") if name in sys.modules]

    assert list(engine.ensure().run(loaded, nanny=True).values()) == [[], []]


def test_every_worker_looks_for_pauses_to_give_memory_back(engine):
    both(engine)

    def looks(dask_worker):
        return dask_worker.periodic_callbacks["kd-pauses"].is_running()

    assert set(engine.ensure().run(looks).values()) == {True}


def test_a_nannys_variables_reach_its_worker_before_tensorflow_starts(engine):
    both(engine)

    def threads():
        tasks.prepare()
        import tensorflow as tf

        return (
            os.environ["KD_THREADS"],
            tf.config.threading.get_intra_op_parallelism_threads(),
            os.environ["TF_CPP_MIN_LOG_LEVEL"],
        )

    found = engine.ensure().run(threads)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    level = os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2")
    assert sorted(found.values()) == sorted([("1", 1, level), (str(cores), cores, level)])


def test_a_worker_that_stays_away_for_long_is_still_replaced(engine):
    """Dask would close the nanny of a worker that is not back in time."""

    def seconds():
        import dask
        from dask.utils import parse_timedelta

        return parse_timedelta(dask.config.get("distributed.deploy.lost-worker-timeout"))

    assert min(engine.ensure().run(seconds, nanny=True).values()) > 24 * 3600


def test_the_replacement_of_a_killed_worker_does_work(engine):
    before, parent = both(engine), parents(engine)
    kill(before["student"])
    after = until(lambda: (found := both(engine))["student"] != before["student"] and found)
    assert after["teacher"] == before["teacher"]
    assert parents(engine) == parent
    task = engine.ensure().submit(tasks.warm_student, resources={"student": 1}, pure=False)
    task.result(PATIENCE)


@pytest.mark.skipif(not FORKS, reason="there is no forkserver")
def test_when_the_forkserver_is_killed_its_workers_end_and_others_do_their_work(engine):
    before = both(engine)
    (parent,) = parents(engine)
    family = [psutil.Process(pid) for pid in before.values()]
    family[0].suspend()  # not even this keeps it
    kill(parent)
    until(lambda: gone(family))
    until(lambda: not set(both(engine).values()) & set(before.values()))
    assert parent not in parents(engine)
    assert engine.ensure().submit(abs, -1, resources={"teacher": 1}, pure=False).result(PATIENCE) == 1


APP = """
import os, time
from kd.engine import Engine

engine = Engine()
workers = engine.ensure().run(os.getpid).values()
print(engine._child.pid, *workers, flush=True)
time.sleep(600)
"""


def started() -> tuple[subprocess.Popen, int, list[int]]:
    """An app whose workers are up: its process, and the ids of its engine and its workers."""
    path = os.pathsep.join([WITHOUT_TENSORFLOW, str(PROJECT)])
    environment = {**os.environ, "PYTHONPATH": path, "KD_WORKERS": "1"}
    app = subprocess.Popen([sys.executable, "-c", APP], stdout=subprocess.PIPE, text=True, env=environment)
    child, *workers = map(int, app.stdout.readline().split())
    assert len(workers) == 2
    return app, child, workers


@pytest.fixture(params=["new", "replaced"])
def app(request):
    """The process of such an app, and its engine's."""
    app, child, workers = started()
    if request.param == "replaced":
        count = len(frozen.family_of(child))
        family = [psutil.Process(workers[0]).parent()] if FORKS else [psutil.Process(workers[0])]
        frozen.kill(family)
        until(lambda: gone(family) and len(frozen.family_of(child)) == count)
    yield app, child
    app.kill()
    app.communicate()


@pytest.mark.parametrize("killed", ["app", "engine"])
def test_nothing_survives_the_app_or_its_engine(app, killed):
    process, child = app
    family = frozen.family_of(child)
    assert len(family) > 2
    psutil.Process({"app": process.pid, "engine": child}[killed]).kill()
    until(lambda: gone(family))


@pytest.mark.skipif(not FORKS, reason="elsewhere a suspended worker of an engine that was killed stays")
def test_not_even_a_suspended_worker_survives_an_engine_that_is_killed():
    app, child, workers = started()
    family = frozen.family_of(child)
    for worker in workers:
        psutil.Process(worker).suspend()
    psutil.Process(child).kill()
    until(lambda: gone(family))
    app.kill()
    app.communicate()
