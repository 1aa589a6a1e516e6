"""The queue: fair between people, shared where they ask for the same, honest about the wait."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kd.config import RunConfig
from kd.dispatch import Dispatch
from kd.engine import Abandoned, EngineLost
from kd.queue import FairQueue, waits
from kd.store import Store

PATIENCE = 30


def queue_of(*wishes: tuple[str, str]) -> FairQueue:
    queue = FairQueue()
    for run_id, person in wishes:
        if run_id in queue:
            queue.join(run_id, person)
        else:
            queue.add(run_id, person)
    return queue


def test_one_who_asks_for_ten_does_not_hold_up_the_next():
    queue = queue_of(*((f"a{i}", "ann") for i in range(10)), ("b0", "ben"))
    assert queue.pop() == "a0"
    assert queue.pop() == "b0"
    assert queue.pop() == "a1"


def test_turns_go_round():
    queue = queue_of(("a0", "ann"), ("a1", "ann"), ("b0", "ben"), ("b1", "ben"), ("c0", "cy"), ("a2", "ann"))
    assert queue.order() == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_who_had_a_turn_waits_behind_who_had_none():
    queue = queue_of(("a0", "ann"), ("a1", "ann"))
    queue.pop()
    queue.add("b0", "ben")
    assert queue.order() == ["b0", "a1"]


def test_a_run_that_many_wish_is_one_run_and_a_turn_of_each():
    queue = queue_of(("x", "ann"), ("a1", "ann"), ("x", "ben"), ("b1", "ben"), ("c1", "cy"))
    assert queue.people("x") == {"ann", "ben"}
    assert queue.order() == ["x", "c1", "a1", "b1"]


def test_a_withdrawn_wish_leaves_the_others():
    queue = queue_of(("x", "ann"), ("x", "ben"))
    queue.withdraw("x", "ann")
    assert queue.people("x") == {"ben"}
    assert "x" in queue


wishes = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=30)


@settings(max_examples=150, deadline=None)
@given(wishes)
def test_nobody_gets_two_turns_before_another_who_waits_gets_one(asked):
    queue = queue_of(*dict.fromkeys((f"{person}{number}", person) for person, number in asked))
    order = queue.order()
    assert sorted(order) == sorted({f"{person}{number}" for person, number in asked})
    popped = [queue.pop() for _ in order]
    assert popped == order
    for i, run_id in enumerate(order):
        rest = order[i + 1 :]
        begun = {person: sum(r[0] == person for r in order[: i + 1]) for person in "abcd"}
        for person in {r[0] for r in rest}:
            assert begun[run_id[0]] <= begun[person] + 1


def test_the_wait_is_what_the_machine_still_has_to_do():
    assert waits([10.0], [5.0, 5.0, 1.0], at_once=1) == [10.0, 15.0, 20.0]
    assert waits([10.0, 4.0], [5.0, 5.0, 1.0], at_once=2) == [4.0, 9.0, 10.0]
    assert waits([], [3.0, 3.0, 3.0], at_once=2) == [0.0, 0.0, 3.0]


class Stage:
    """An engine on which a run lasts until the test releases it."""

    def __init__(self):
        self.begun: list[str] = []
        self.released = threading.Semaphore(0)

    def runs_at_once(self):
        return 1

    def attempt(self, token, hear, should_stop):
        self.begun.append(token.partition("-")[0])
        while not self.released.acquire(timeout=0.01):
            if should_stop():
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
    return RunConfig(seed=seed)


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def test_place_and_wait_are_shown_and_runs_begin_in_turn(dispatch, stage):
    for seed in range(3):
        dispatch.start(config(seed), "ann")
    dispatch.start(config(9), "ben")
    until(lambda: stage.begun)
    view = dispatch.view(config(9).run_id)
    assert (view.status, view.queue_place, view.queue_wait) == ("queued", 1, 5.0)
    assert dispatch.view(config(2).run_id).queue_wait == 15.0
    for _ in range(4):
        stage.released.release()
    until(lambda: len(stage.begun) == 4)
    assert stage.begun == [config(seed).run_id for seed in (0, 9, 1, 2)]


def test_stopping_a_shared_run_withdraws_one_wish_and_the_last_ends_it(dispatch, stage):
    run_id = config(0).run_id
    for person in ("ann", "ben"):
        dispatch.start(config(0), person)
    assert dispatch.view(run_id).people == {"ann", "ben"}
    assert dispatch.stop(run_id, "ann") is False
    assert dispatch.stop(run_id, "a passer-by") is False
    assert dispatch.view(run_id).active
    assert dispatch.stop(run_id, "ben") is True
    until(lambda: dispatch.view(run_id).status == "stopped")
    assert stage.begun == [run_id]


def test_a_waiting_run_that_is_stopped_never_begins(dispatch, stage):
    dispatch.start(config(0), "ann")
    dispatch.start(config(1), "ben")
    assert dispatch.stop(config(1).run_id, "ben") is True
    assert dispatch.view(config(1).run_id).message == "Stopped before it began."
    stage.released.release()
    until(lambda: not dispatch.view(config(0).run_id).active)
    assert stage.begun == [config(0).run_id]


def test_a_stopped_run_can_be_asked_for_again(dispatch, stage):
    for _ in range(2):
        dispatch.start(config(0), "ann")
        dispatch.stop(config(0).run_id, "ann")
        until(lambda: dispatch.view(config(0).run_id).status == "stopped")
    assert len(stage.begun) == 2


def test_a_run_that_fails_says_why_and_the_next_begins(dispatch, stage):
    dispatch.start(config(0), "ann")
    dispatch.start(config(1), "ben")
    stage.released.release()
    until(lambda: len(stage.begun) == 2)
    assert dispatch.view(config(0).run_id).message == "The curtain fell."


def test_an_engine_that_is_lost_twice_ends_the_run_with_its_sentence(dispatch, stage, monkeypatch):
    attempts = []

    def lost(*_):
        attempts.append(1)
        raise EngineLost("The training engine ended unexpectedly.")

    monkeypatch.setattr(stage, "attempt", lost)
    dispatch.start(config(0), "ann")
    until(lambda: not dispatch.view(config(0).run_id).active)
    assert dispatch.view(config(0).run_id).message == "The training engine ended unexpectedly."
    assert len(attempts) == 2
