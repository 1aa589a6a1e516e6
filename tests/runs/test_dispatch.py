"""Dispatch: runs begin in turn, are shared, stopped and asked for again, and never hold each other up."""

from __future__ import annotations

import errno
import threading
import time

import pytest

from kd.__main__ import main
from kd.cli import stop as stop_command
from kd.config import RunConfig
from kd.engine import Abandoned, EngineLost
from kd.runs import job
from kd.runs.dispatch import Dispatch
from kd.runs.queue import MOST_WAITING, FairQueue
from kd.store.runs import ACTIVE
from kd.store.store import Store
from kd.text.endings import Ending

PATIENCE = 240


class Stage:
    """An engine on which a run lasts until the test releases it: its scratch student, to be exact."""

    def __init__(self):
        self.begun: list[str] = []
        self.released = threading.Semaphore(0)
        self.slow_to_end = threading.Event()
        self.slow_to_end.set()

    def runs_at_once(self):
        return 1

    def workers(self):
        return {"student": 2, "teacher": 1}

    def attempt(self, token, hear, should_stop):
        run_id = SCRATCH.get(token.rpartition("-")[0])
        if run_id is not None:
            self.begun.append(run_id)
        while run_id is None or not self.released.acquire(timeout=0.01):
            time.sleep(0.01)
            if should_stop():
                assert self.slow_to_end.wait(PATIENCE)
                raise Abandoned
        raise ValueError("The curtain fell.")


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def dispatch(stage, tmp_path):
    def five_seconds(config):
        return 5.0

    dispatch = Dispatch(Store(tmp_path), stage, five_seconds, ended=lambda run_id: None)
    yield dispatch
    dispatch.close()


def config(seed: int) -> RunConfig:
    return RunConfig(seed=seed, batch_size=33)


SCRATCH = {config(seed).model_ids["scratch"]: config(seed).run_id for seed in range(100)}


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return value


def status(dispatch: Dispatch, run_id: str) -> str:
    """A run's status: from the process that computes it, or from the store once it has ended."""
    view = dispatch.view(run_id)
    return view.status if view is not None else dispatch._store.runs.row(run_id).status


def message(dispatch: Dispatch, run_id: str) -> str:
    until(lambda: dispatch.view(run_id) is None)
    return str(Ending.read(dispatch._store.runs.row(run_id).ending))


def test_place_and_wait_are_shown_and_runs_begin_in_turn(dispatch, stage):
    for seed in range(3):
        dispatch.start(config(seed), "ann")
    dispatch.start(config(9), "ben")
    until(lambda: stage.begun)
    view = dispatch.view(config(9).run_id)
    assert (view.status, view.queue_place) == ("queued", 1)
    assert view.queue_wait == pytest.approx(5.0, abs=1)
    assert dispatch.view(config(2).run_id).queue_wait == pytest.approx(15.0, abs=1)
    for _ in range(4):
        stage.released.release()
    until(lambda: len(stage.begun) == 4)
    assert stage.begun == [config(seed).run_id for seed in (0, 9, 1, 2)]


def test_stopping_a_shared_run_withdraws_one_request_and_the_last_ends_it(dispatch, stage):
    run_id = config(0).run_id
    for person in ("ann", "ben"):
        dispatch.start(config(0), person)
    assert dispatch.view(run_id).people == {"ann", "ben"}
    assert dispatch.stop(run_id, "ann") is False
    assert dispatch.stop(run_id, "a passer-by") is False
    assert dispatch.view(run_id).active
    assert dispatch.stop(run_id, "ben") is True
    until(lambda: status(dispatch, run_id) == "stopped")
    assert stage.begun == [run_id]


def test_a_waiting_run_that_is_stopped_never_begins(dispatch, stage):
    dispatch.start(config(0), "ann")
    dispatch.start(config(1), "ben")
    assert dispatch.stop(config(1).run_id, "ben") is True
    assert message(dispatch, config(1).run_id) == str(job.STOPPED_WAITING)
    stage.released.release()
    until(lambda: status(dispatch, config(0).run_id) not in ACTIVE)
    assert stage.begun == [config(0).run_id]


def test_a_stopped_run_can_be_asked_for_again(dispatch, stage):
    for times in (1, 2):
        dispatch.start(config(0), "ann")
        until(lambda times=times: len(stage.begun) == times)
        dispatch.stop(config(0).run_id, "ann")
        until(lambda: status(dispatch, config(0).run_id) == "stopped")
        until(lambda: not dispatch.workshop._pieces)


def test_a_run_that_fails_says_why_and_the_next_begins(dispatch, stage):
    dispatch.start(config(0), "ann")
    dispatch.start(config(1), "ben")
    stage.released.release()
    until(lambda: len(stage.begun) == 2)
    until(lambda: status(dispatch, config(0).run_id) == "failed")
    assert message(dispatch, config(0).run_id) == "The curtain fell."


def test_no_more_than_so_many_runs_wait_for_one_person(dispatch, stage):
    dispatch.start(config(0), "ann")
    until(lambda: stage.begun)
    for seed in range(1, 1 + MOST_WAITING):
        dispatch.start(config(seed), "ann")
    with pytest.raises(ValueError, match=f"You already have {MOST_WAITING} runs waiting"):
        dispatch.start(config(99), "ann")
    assert dispatch.view(config(99).run_id) is None
    assert dispatch._store.runs.row(config(99).run_id) is None
    dispatch.start(config(0), "ann")  # it is already being computed, so this takes no place in the queue
    dispatch.start(config(99), "ben")  # and other people have places of their own
    dispatch.stop(config(1).run_id, "ann")
    dispatch.start(config(98), "ann")


def test_the_library_may_queue_any_number_of_runs(dispatch):
    for seed in range(2 * MOST_WAITING):
        dispatch.start(config(seed))
    assert all(dispatch.view(config(seed).run_id).active for seed in range(2 * MOST_WAITING))


def test_the_order_is_computed_once_for_everybody(dispatch, stage, monkeypatch):
    found, order = [], FairQueue.order
    monkeypatch.setattr(FairQueue, "order", lambda queue: found.append(1) or order(queue))
    for seed in range(10):
        dispatch.start(config(seed), "ann")
    until(lambda: stage.begun)
    for _ in range(3):
        assert [dispatch.view(config(seed).run_id).queue_place for seed in range(1, 10)] == [*range(1, 10)]
    assert len(found) == 1
    dispatch.stop(config(4).run_id, "ann")
    assert dispatch.view(config(9).run_id).queue_place == 8
    assert len(found) == 2


def test_waiting_for_the_index_holds_up_nobody(dispatch, stage, monkeypatch):
    locked, claim = threading.Event(), dispatch._store.runs.claim
    dispatch.start(config(0), "ann")
    until(lambda: stage.begun)

    def claim_later(run_id, *how):
        assert run_id != config(1).run_id or locked.wait(PATIENCE)
        return claim(run_id, *how)

    monkeypatch.setattr(dispatch._store.runs, "claim", claim_later)
    asking = threading.Thread(target=dispatch.start, args=(config(1), "ben"))
    asking.start()
    view = until(lambda: dispatch.view(config(1).run_id))
    assert (view.status, view.people) == ("queued", {"ben"})
    dispatch.start(config(2), "cy")
    dispatch.start(config(1), "cy")
    assert dispatch.view(config(2).run_id).queue_place == 1
    assert dispatch.stop(config(1).run_id, "ben") is False
    assert dispatch.stop(config(1).run_id, "cy") is True
    locked.set()
    asking.join()
    assert status(dispatch, config(1).run_id) == "stopped"
    assert stage.begun == [config(0).run_id]


def test_a_run_that_cannot_be_recorded_says_so_to_everybody_who_asked(dispatch, monkeypatch):
    def claim(*_):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(dispatch._store.runs, "claim", claim)
    with pytest.raises(OSError, match="no space"):
        dispatch.start(config(0), "ann")
    view = dispatch.view(config(0).run_id)
    assert view.status == "failed"
    assert "full" in view.message


def test_asking_for_a_run_that_is_being_stopped_starts_it_again(dispatch, stage):
    run_id = config(5).run_id
    stage.slow_to_end.clear()
    dispatch.start(config(5), "ann")
    until(lambda: stage.begun)
    assert dispatch.stop(run_id, "ann") is True
    dispatch.start(config(5), "ben")
    dispatch.start(config(5), "cy")
    view = dispatch.view(run_id)
    assert (view.status, view.people) == ("queued", {"ben", "cy"})
    stage.slow_to_end.set()
    until(lambda: dispatch.view(run_id).status == "running")
    assert dispatch.view(run_id).people == {"ben", "cy"}
    stage.released.release()
    until(lambda: dispatch.view(run_id) is None)
    assert status(dispatch, run_id) == "failed"  # it has ended by itself


def test_a_request_for_a_run_that_is_being_stopped_can_be_withdrawn(dispatch, stage):
    run_id = config(5).run_id
    stage.slow_to_end.clear()
    dispatch.start(config(5), "ann")
    until(lambda: stage.begun)
    dispatch.stop(run_id, "ann")
    dispatch.start(config(5), "ben")
    assert dispatch.stop(run_id, "ben") is True
    stage.slow_to_end.set()
    until(lambda: dispatch.view(run_id) is None)
    assert status(dispatch, run_id) == "stopped"
    assert len(stage.begun) == 1


@pytest.fixture
def attentive(monkeypatch):
    """Runs check all the time whether they should stop, not once a second."""
    monkeypatch.setattr(job, "SECONDS_BETWEEN_ATTENDING", 0.0)


@pytest.mark.parametrize("seed", [5, 6])
def test_another_process_stops_a_run_that_trains_or_waits(dispatch, stage, attentive, seed):
    dispatch.start(config(5), "ann")
    dispatch.start(config(6), "ben")
    until(lambda: stage.begun)
    Store(dispatch._store.home).runs.ask_to_stop(config(seed).run_id)
    until(lambda: status(dispatch, config(seed).run_id) == "stopped")
    assert dispatch._store.runs.asked_to_stop() == []
    other = config({5: 6, 6: 5}[seed])
    assert dispatch.view(other.run_id).active


def test_a_run_that_another_process_stopped_can_be_asked_for_again(dispatch, stage, attentive):
    runs = Store(dispatch._store.home).runs
    for times in (1, 2):
        dispatch.start(config(5), "ann")
        until(lambda times=times: len(stage.begun) == times)
        runs.ask_to_stop(config(5).run_id)
        until(lambda: status(dispatch, config(5).run_id) == "stopped")
        until(lambda: not dispatch.workshop._pieces)
    runs.ask_to_stop(config(5).run_id)  # it has already ended
    dispatch.start(config(5), "ann")
    until(lambda: len(stage.begun) == 3)
    assert dispatch.view(config(5).run_id).active


def test_the_command_stops_anybodys_run(dispatch, stage, attentive, monkeypatch, capsys):
    monkeypatch.setenv("KD_HOME", str(dispatch._store.home))
    run_id = config(5).run_id
    dispatch.start(config(5), "ann")
    until(lambda: stage.begun)
    assert main(["stop", run_id[:7]]) == 0
    assert capsys.readouterr().out == f"Run {run_id} has been stopped.\n"
    assert status(dispatch, run_id) == "stopped"
    assert main(["stop", run_id]) == 2
    assert capsys.readouterr().err == (
        f"No waiting or training run has the id '{run_id}': `python -m kd runs` lists them.\n"
    )


def test_the_command_says_when_nobody_responds(dispatch, stage, monkeypatch, capsys):
    monkeypatch.setenv("KD_HOME", str(dispatch._store.home))
    monkeypatch.setattr(stop_command, "SECONDS_TO_STOP", 0.2)
    monkeypatch.setattr(dispatch, "_hear_stops", lambda: None)
    dispatch.start(config(5), "ann")
    until(lambda: stage.begun)
    assert main(["stop", config(5).run_id]) == 1
    assert "has not responded" in capsys.readouterr().err


def test_an_engine_that_is_lost_twice_ends_the_run_with_its_sentence(dispatch, stage, monkeypatch):
    attempts = []

    def lost(token, *_):
        attempts.append(token.rpartition("-")[0])
        raise EngineLost(Ending("engine ended"))

    monkeypatch.setattr(stage, "attempt", lost)
    dispatch.start(config(0), "ann")
    until(lambda: status(dispatch, config(0).run_id) not in ACTIVE)
    assert message(dispatch, config(0).run_id) == "The training engine ended unexpectedly."
    assert attempts.count(config(0).model_ids["scratch"]) == 2
