"""Runs share the engine: long ones give way, and each model is trained once for everybody who needs it."""

from __future__ import annotations

import threading
import time

import pytest

from kd.config import RunConfig
from kd.lab.run_list import RunList
from kd.runs import dispatch as dispatching
from kd.runs import job
from kd.runs.dispatch import Dispatch
from kd.store.store import Store
from tests.fake_engine import FakeEngine

PATIENCE = 240
LONG = RunConfig(epochs=100, train_size=320, teacher="notebook", seed=1)
SHORT = LONG.replace(epochs=2, seed=2)
FRESH = LONG.replace(teacher="fresh", teacher_epochs=100, teacher_train_size=320, epochs=2)


class House:
    """A Dispatch with its store, on an engine that computes nothing."""

    def __init__(self, home, at_once: int = 1):
        self.engine, self.store = FakeEngine(at_once), Store(home)
        self.dispatch = Dispatch(self.store, self.engine, lambda config: None, ended=lambda run_id: None)
        self.views = RunList(self.store, self.dispatch)
        self.asked: list[RunConfig] = []

    def start(self, config: RunConfig, person: str) -> str:
        self.asked.append(config)
        self.dispatch.start(config, person)
        return config.run_id

    def view(self, run_id: str):
        return self.dispatch.view(run_id)

    def finished(self, *run_ids: str) -> None:
        for run_id in run_ids:
            until(lambda run_id=run_id: self.view(run_id) is None)
            assert self.store.runs.row(run_id).status == "finished", self.store.runs.row(run_id)

    def epochs(self, run_id: str, model: str) -> list[int]:
        return [e["epoch"] for e in self.views.view(run_id).history if e["model"] == model]

    def begun(self) -> list[str]:
        """The runs by their distilled students, in the order in which these began."""
        runs = {config.model_ids["distilled"]: config.run_id for config in self.asked}
        return [runs[model] for model in self.engine.begun if model in runs]


def going_on() -> bool:
    """Whether to stop a study: no."""
    return False


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value


@pytest.fixture
def house(tmp_path, monkeypatch):
    """One run at a time, and short turns: waiting runs are let in after some epochs."""
    monkeypatch.setattr(dispatching, "SECONDS_A_TURN", 0.2)
    monkeypatch.setattr(job, "SECONDS_BETWEEN_ATTENDING", 0.0)
    house = House(tmp_path)
    yield house
    house.dispatch.close()


def test_a_long_run_lets_another_persons_in_and_goes_on_where_it_left_off(house):
    house.engine.seconds_an_epoch = 0.03
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    short = house.start(SHORT, "ben")
    house.finished(short)
    assert house.view(long).active
    house.engine.seconds_an_epoch = 0.0
    house.finished(long)
    first, *later = house.begun()  # a short turn may pass before anything has begun
    assert first == later[-1] == long
    assert short in later
    for model in ("distilled", "scratch"):
        assert house.epochs(long, model) == list(range(1, 101))
        model_id = LONG.model_ids[model]
        assert {house.engine.trained[model_id, epoch] for epoch in range(1, 101)} == {1}


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
    row = house.store.runs.row(long)
    assert (row.status, row.ending) == ("stopped", job.STOPPED.stored())
    house.engine.seconds_an_epoch = 0.0
    house.finished(short)
    assert long not in house.begun()[1:]


def test_what_a_run_learned_before_it_gave_way_stays_visible_after_a_stop(house):
    long = house.start(LONG, "ann")
    until(lambda: len(house.view(long).history) > 2)
    house.finished(house.start(SHORT, "ben"))
    before = max(event["epoch"] for event in house.view(long).history)
    until(lambda: max(event["epoch"] for event in house.view(long).history) > before)
    house.dispatch.stop(long)
    until(lambda: house.view(long) is None)
    view = RunList(house.store, house.dispatch).view(long)
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
    assert house.begun() == [long, *after]


def test_two_long_runs_take_turns(house):
    runs = [house.start(LONG.replace(seed=seed), person) for seed, person in ((1, "ann"), (2, "ben"))]
    house.finished(*runs)
    assert max(house.begun().count(run_id) for run_id in runs) > 2
    assert set(house.engine.trained.values()) == {1}


def test_an_engine_lost_after_a_pause_costs_only_one_turn(house):
    long = house.start(LONG, "ann")
    until(lambda: house.view(long).history)
    house.finished(house.start(SHORT, "ben"))
    house.engine.lose_next = 1
    house.finished(long)
    assert house.engine.lose_next == 0
    assert house.epochs(long, "distilled") == list(range(1, 101))
    assert house.engine.trained[LONG.model_ids["distilled"], 1] == 1


def trained(house, model_id: str) -> list[int]:
    """The epochs of a model that were computed, those computed twice twice."""
    return sorted(epoch for model, epoch in house.engine.trained.elements() if model == model_id)


def test_a_teacher_that_two_runs_need_at_once_is_trained_once_before_the_eyes_of_both(house):
    house.engine.at_once = 2
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ann")
    until(lambda: any(event["model"] == "teacher" for event in house.view(second).history))
    assert house.view(second).phase == "teacher"
    house.finished(first, second)
    assert trained(house, FRESH.teacher_id) == list(range(1, FRESH.teacher_epochs + 1))
    assert house.epochs(first, "teacher") == house.epochs(second, "teacher")


def test_two_runs_of_one_seed_share_their_scratch_student(house):
    house.engine.at_once = 2
    runs = [house.start(LONG.replace(alpha=alpha), "ann") for alpha in (0.1, 0.5)]
    house.finished(*runs)
    assert trained(house, LONG.model_ids["scratch"]) == list(range(1, 101))
    assert house.epochs(runs[0], "scratch") == house.epochs(runs[1], "scratch") == list(range(1, 101))
    third = house.start(LONG.replace(alpha=0.9), "ben")
    house.finished(third)
    assert trained(house, LONG.model_ids["scratch"]) == list(range(1, 101))
    assert house.epochs(third, "scratch") == list(range(1, 101))


@pytest.mark.parametrize("shared", [FRESH, LONG])
def test_a_stop_ends_a_training_only_when_nobody_else_waits_for_it(house, shared):
    house.engine.at_once = 2
    model = "teacher" if shared is FRESH else "scratch"
    first = house.start(shared, "ann")
    until(lambda: house.view(first).history)
    second = house.start(shared.replace(alpha=0.5), "ann")
    until(lambda: any(event["model"] == model for event in house.view(second).history))
    house.dispatch.stop(first)
    until(lambda: house.view(first) is None)
    assert house.store.runs.row(first).status == "stopped"
    house.finished(second)
    assert trained(house, shared.model_ids[model]) == list(range(1, 101))


def test_a_run_that_shares_a_training_can_be_stopped(house):
    house.engine.at_once = 2
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ann")
    until(lambda: house.view(second).history)
    house.dispatch.stop(second)
    until(lambda: house.view(second) is None)
    assert house.store.runs.row(second).status == "stopped"
    house.finished(first)


def test_a_scratch_student_does_not_wait_for_a_fresh_teacher(house):
    run_id = house.start(FRESH, "ann")
    until(lambda: FRESH.model_ids["scratch"] in house.engine.begun)
    until(lambda: house.store.models.has(FRESH.model_ids["scratch"]))
    assert not house.store.models.has(FRESH.teacher_id)
    house.finished(run_id)


def test_a_teacher_that_gave_way_goes_on_in_whatever_run_needs_it_next(house):
    first = house.start(FRESH, "ann")
    until(lambda: house.view(first).history)
    second = house.start(FRESH.replace(alpha=0.5), "ben")
    house.finished(first, second)
    assert trained(house, FRESH.teacher_id) == list(range(1, 101))
    assert house.epochs(first, "teacher") == house.epochs(second, "teacher") == list(range(1, 101))


def test_the_worker_that_trains_teachers_is_shared_too(house):
    house.engine.seconds_an_epoch = 0.1
    house.engine.at_once = 2
    long = house.start(FRESH, "ann")
    until(lambda: house.view(long).history)
    other = house.start(FRESH.replace(seed=9, teacher_epochs=2), "ben")
    house.finished(other)
    assert house.view(long).active
    house.engine.seconds_an_epoch = 0.0
    house.finished(long)
    assert set(house.engine.trained.values()) == {1}
    assert house.engine.most_at_once["teacher"] == 1


def test_a_teacher_in_training_lets_another_one_answer(house):
    house.engine.at_once = 2
    other = FRESH.replace(teacher_epochs=1)
    house.finished(house.start(other, "ben"))
    house.engine.seconds_an_epoch = 0.1
    long = house.start(FRESH, "ann")
    until(lambda: house.view(long).history)
    house.finished(house.start(other.replace(train_size=330), "ben"))
    assert (FRESH.teacher_id, FRESH.teacher_epochs) not in house.engine.trained
    house.engine.seconds_an_epoch = 0.0
    house.finished(long)


def test_any_stored_model_can_teach(house):
    first = house.start(SHORT, "ann")
    house.finished(first)
    born_again = SHORT.replace(teacher=SHORT.model_ids["distilled"])
    run_id = house.start(born_again, "ann")
    house.finished(run_id)
    assert house.store.runs.record(run_id)["models"]["teacher"] == SHORT.model_ids["distilled"]


def test_a_teacher_that_is_not_stored_is_named(house):
    run_id = house.start(SHORT.replace(teacher="0123456789ab"), "ann")
    until(lambda: house.view(run_id) is None)
    assert "0123456789ab" in house.views.view(run_id).message


def test_a_study_leaves_the_workers_to_people_and_goes_on_where_it_was(house):
    studys = [LONG.replace(seed=seed) for seed in range(10, 13)]
    threads = [
        threading.Thread(target=house.dispatch.compute, args=(config, "study", going_on), daemon=True)
        for config in studys
    ]
    for thread in threads:
        thread.start()
    until(lambda: sum(house.engine.trained.values()) > 10)
    person = house.start(SHORT, "ann")
    house.finished(person)
    assert any(house.view(config.run_id) is not None for config in studys)
    for thread in threads:
        thread.join(PATIENCE)
    house.finished(*(config.run_id for config in studys))
    assert set(house.engine.trained.values()) == {1}
    assert house.engine.most_at_once["student"] == 2


def test_a_run_of_a_study_that_a_person_stops_goes_on_for_the_study(house):
    thread = threading.Thread(target=house.dispatch.compute, args=(LONG, "study", going_on), daemon=True)
    thread.start()
    run_id = until(lambda: house.view(LONG.run_id)) and LONG.run_id
    house.start(LONG, "ann")
    assert house.dispatch.stop(run_id, "ann") is False
    thread.join(PATIENCE)
    house.finished(run_id)
