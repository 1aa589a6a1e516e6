"""Runs share the engine: long ones give way between epochs, and a teacher is trained once for everybody."""

from __future__ import annotations

import time

import pytest

from kd.config import RunConfig
from kd.runs import dispatch as dispatching
from kd.runs import job
from kd.runs.dispatch import Dispatch
from kd.runs.views import RunViews
from kd.store.store import Store
from tests.fake_engine import FakeEngine

PATIENCE = 30
LONG = RunConfig(epochs=100, train_size=320, teacher="notebook", seed=1)
SHORT = LONG.replace(epochs=2, seed=2)
FRESH = LONG.replace(teacher="fresh", teacher_epochs=100, teacher_train_size=320, epochs=2)


class House:
    """A Dispatch with its store, on an engine that computes nothing."""

    def __init__(self, home, at_once: int = 1):
        self.engine, self.store = FakeEngine(at_once), Store(home)
        self.dispatch = Dispatch(self.store, self.engine, lambda config: None, ended=lambda run_id: None)

    def start(self, config: RunConfig, person: str) -> str:
        self.dispatch.start(config, person)
        return config.run_id

    def view(self, run_id: str):
        return self.dispatch.view(run_id)

    def finished(self, *run_ids: str) -> None:
        for run_id in run_ids:
            until(lambda run_id=run_id: self.view(run_id) is None)
            assert self.store.row(run_id)["status"] == "finished", self.store.row(run_id)

    def epochs(self, run_id: str, model: str) -> list[int]:
        record = self.store.model_record(self.store.models_of(run_id)[model])
        return [event["epoch"] for event in record["history"]]


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value


@pytest.fixture
def house(tmp_path, monkeypatch):
    """One run at a time, and turns of no length: waiting runs are let in after the next epoch."""
    monkeypatch.setattr(dispatching, "SECONDS_A_TURN", 0.0)
    monkeypatch.setattr(job, "SECONDS_BETWEEN_ATTENDING", 0.0)
    house = House(tmp_path)
    yield house
    house.dispatch.close()


def test_a_long_run_lets_another_persons_in_and_goes_on_where_it_left_off(house):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    short = house.start(SHORT, "ben")
    house.finished(short)
    assert house.view(long).active
    house.finished(long)
    assert house.engine.begun[:3] == [long, short, long]
    for model in ("distilled", "scratch"):
        assert house.epochs(long, model) == list(range(1, 101))
        assert {house.engine.trained[long, model, epoch] for epoch in range(1, 101)} == {1}


def test_a_run_that_gave_way_says_so_and_waits_in_the_queue(house):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    house.engine.seconds_an_epoch = 0.2
    short = house.start(SHORT, "ben")
    view = until(lambda: (view := house.view(long)).phase == "paused" and view)
    assert (view.status, view.queue_place, view.people) == ("queued", 1, {"ann"})
    assert view.history
    assert 0 < view.progress < 1
    house.engine.seconds_an_epoch = 0.0
    house.finished(short, long)


def test_a_run_that_waits_for_its_next_turn_can_be_stopped(house):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    house.engine.seconds_an_epoch = 0.2
    short = house.start(SHORT, "ben")
    until(lambda: house.view(long).phase == "paused")
    assert house.dispatch.stop(long, "ann") is True
    row = house.store.row(long)
    assert (row["status"], row["message"]) == ("stopped", job.STOPPED.stored())
    house.engine.seconds_an_epoch = 0.0
    house.finished(short)
    assert long not in house.engine.begun[1:]


def test_what_a_run_learned_before_it_gave_way_stays_visible_after_a_stop(house):
    long = house.start(LONG, "ann")
    until(lambda: len(house.view(long).history) > 2)
    house.finished(house.start(SHORT, "ben"))
    before = max(event["epoch"] for event in house.view(long).history)
    until(lambda: max(event["epoch"] for event in house.view(long).history) > before)
    house.dispatch.stop(long)
    until(lambda: house.view(long) is None)
    view = RunViews(house.store, house.dispatch).view(long)
    assert view.status == "stopped"
    for model in ("distilled", "scratch"):
        epochs = [event["epoch"] for event in view.history if event["model"] == model]
        assert epochs == list(range(1, len(epochs) + 1))
    assert max(event["epoch"] for event in view.history) > before


@pytest.mark.parametrize("others", [[], ["ann"]])
def test_nobody_gives_way_to_nobody_or_to_their_own_runs(house, others):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    after = [house.start(SHORT, person) for person in others]
    house.finished(long, *after)
    assert house.engine.begun == [long, *after]


def test_two_long_runs_take_turns(house):
    runs = [house.start(LONG.replace(seed=seed), person) for seed, person in ((1, "ann"), (2, "ben"))]
    house.finished(*runs)
    assert max(house.engine.begun.count(run_id) for run_id in runs) > 5
    assert set(house.engine.trained.values()) == {1}


def test_an_engine_lost_after_a_pause_costs_only_one_turn(house):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    house.finished(house.start(SHORT, "ben"))
    house.engine.lose_next = 1
    house.finished(long)
    assert house.engine.lose_next == 0
    assert house.epochs(long, "distilled") == list(range(1, 101))
    assert house.engine.trained[long, "distilled", 1] == 1


def test_a_teacher_that_two_runs_need_at_once_is_trained_once(house):
    house.engine.at_once = 2
    runs = [house.start(FRESH.replace(alpha=alpha), "ann") for alpha in (0.1, 0.5)]
    until(lambda: "awaiting teacher" in {house.view(run_id).phase for run_id in runs})
    house.finished(*runs)
    assert sum(model == "teacher" for _, model, _ in house.engine.trained) == FRESH.teacher_epochs
    assert house.epochs(runs[0], "teacher") == house.epochs(runs[1], "teacher")


def test_a_run_that_waits_for_a_teacher_takes_it_over_when_the_other_is_stopped(house):
    house.engine.at_once = 2
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ann")
    until(lambda: house.view(second).phase == "awaiting teacher")
    house.dispatch.stop(first)
    house.finished(second)
    assert house.epochs(second, "teacher") == list(range(1, 101))


def test_a_run_that_waits_for_a_teacher_can_be_stopped(house):
    house.engine.at_once = 2
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ann")
    until(lambda: house.view(second).phase == "awaiting teacher")
    house.dispatch.stop(second)
    until(lambda: house.view(second) is None)
    assert house.store.row(second)["status"] == "stopped"
    house.finished(first)


def test_a_teacher_that_gave_way_goes_on_in_whatever_run_needs_it_next(house):
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ben")
    house.finished(first, second)
    computed = [epoch for _, model, epoch in house.engine.trained.elements() if model == "teacher"]
    assert sorted(computed) == list(range(1, 101))
    assert house.epochs(first, "teacher") == house.epochs(second, "teacher") == list(range(1, 101))


def test_the_worker_that_trains_teachers_is_shared_too(house):
    house.engine.at_once = 2
    long = house.start(FRESH, "ann")
    until(lambda: house.view(long).history)
    other = house.start(FRESH.replace(seed=9, teacher_epochs=2), "ben")
    house.finished(other)
    assert house.view(long).active
    house.finished(long)
    assert set(house.engine.trained.values()) == {1}
