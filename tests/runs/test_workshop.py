"""What several runs need is computed once, by urgency; what gives way goes on as if it had not."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest

from kd.engine import Abandoned, EngineLost
from kd.engine.attempt import LOST
from kd.runs.work.piece import AHEAD, PERSON, STUDY, Order
from kd.runs.workshop import Workshop
from kd.training.checkpoint import Checkpoint

PATIENCE = 240


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)
    return value


@dataclass
class Bench:
    """An engine whose tasks take steps when the test says so. `steps` lists the steps taken, by key."""

    students: int = 1
    steps: list[tuple[str, int]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    go: dict[str, threading.Semaphore] = field(default_factory=dict)
    lose: int = 0

    def workers(self):
        return {"student": self.students, "teacher": 1}

    def attempt(self, token, hear, should_stop):
        return BenchAttempt(self, token.rpartition("-")[0], hear, should_stop)

    def release(self, key: str, steps: int) -> None:
        for _ in range(steps):
            self.go.setdefault(key, threading.Semaphore(0)).release()


class BenchAttempt:
    def __init__(self, bench, key, hear, should_stop):
        self.bench, self.key, self.hear, self.should_stop = bench, key, hear, should_stop
        self.yielding = threading.Event()

    def submit(self, length, checkpoint):
        return length, checkpoint

    def result(self, future):
        length, checkpoint = future
        done = checkpoint.epoch if checkpoint else 0
        history = [{"event": "epoch", "model": self.key, "epoch": n + 1} for n in range(done)]
        self.bench.begun.append(self.key)
        self.hear({"event": "begin", "model": self.key, "history": history})
        while done < length:
            go = self.bench.go.setdefault(self.key, threading.Semaphore(0))
            while not go.acquire(timeout=0.005):
                if self.should_stop():
                    raise Abandoned
                if self.yielding.is_set():
                    return Checkpoint(self.key, done, (), ())
                if self.bench.lose:
                    self.bench.lose -= 1
                    raise EngineLost(LOST)
            done += 1
            self.bench.steps.append((self.key, done))
            self.hear({"event": "epoch", "model": self.key, "epoch": done})
        return f"{self.key} is ready"

    def request_yield(self):
        self.yielding.set()

    def close(self):
        pass


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def workshop(bench):
    workshop = Workshop(bench)
    yield workshop
    workshop.close()


def order(key: str, length: int = 2, keep=lambda value: value, resource: str = "student") -> Order:
    return Order(key, resource, lambda attempt, checkpoint: attempt.submit(length, checkpoint), keep)


def deaf(event):
    pass


def value(workshop, share):
    deadline = time.monotonic() + PATIENCE

    def check():
        assert time.monotonic() < deadline, "no value"

    return workshop.result(share, check)


def test_what_two_want_is_computed_once_and_both_hear_of_it(workshop, bench):
    first, second = [], []
    one = workshop.want(order("a"), first.append)
    bench.release("a", 1)
    until(lambda: bench.steps)
    other = workshop.want(order("a"), second.append)
    bench.release("a", 1)
    assert value(workshop, one) == value(workshop, other) == "a is ready"
    assert bench.begun == ["a"]
    assert bench.steps == [("a", 1), ("a", 2)]
    assert [event["event"] for event in first] == ["begin", "epoch", "epoch"]
    assert [event["event"] for event in second] == ["begin", "epoch"]
    assert [event["epoch"] for event in second[0]["history"]] == [1]


def test_somebody_who_comes_when_it_has_just_ended_gets_it_too(workshop, bench):
    one = workshop.want(order("a"), deaf)
    bench.release("a", 2)
    assert value(workshop, one) == "a is ready"
    other = workshop.want(order("a"), deaf)
    assert value(workshop, other) == "a is ready"
    assert bench.begun == ["a"]
    for share in (one, other):
        workshop.leave(share)
    workshop.want(order("a"), deaf)
    until(lambda: bench.begun == ["a", "a"])
    bench.release("a", 2)


def test_it_ends_only_when_nobody_wants_it_any_longer(workshop, bench):
    one, other = workshop.want(order("a"), deaf), workshop.want(order("a"), deaf)
    until(lambda: bench.begun)
    workshop.leave(one)
    bench.release("a", 1)
    until(lambda: bench.steps)
    workshop.leave(other)
    following = workshop.want(order("b"), deaf)
    bench.release("b", 2)
    assert value(workshop, following) == "b is ready"
    again = workshop.want(order("a"), deaf)
    bench.release("a", 2)
    assert value(workshop, again) == "a is ready"
    assert bench.steps.count(("a", 1)) == 2


def test_somebody_who_comes_while_it_is_given_up_still_gets_it(workshop, bench):
    for _ in range(20):
        gone = workshop.want(order("a"), deaf)
        workshop.leave(gone)
    late = workshop.want(order("a"), deaf)
    bench.release("a", 40)
    assert value(workshop, late) == "a is ready"


def test_what_is_more_urgent_goes_first_and_the_rest_goes_on_where_it_was(workshop, bench):
    study = workshop.want(order("study", 3), deaf, STUDY)
    bench.release("study", 1)
    until(lambda: bench.steps)
    person = workshop.want(order("person", 1), deaf, PERSON)
    bench.release("person", 1)
    assert value(workshop, person) == "person is ready"
    bench.release("study", 2)
    assert value(workshop, study) == "study is ready"
    assert bench.steps == [("study", 1), ("person", 1), ("study", 2), ("study", 3)]
    assert bench.begun == ["study", "person", "study"]


def test_only_as_many_give_way_as_are_needed_and_the_least_urgent_first(workshop, bench):
    bench.students = 2
    ahead = workshop.want(order("ahead", 1), deaf, AHEAD)
    study = workshop.want(order("study", 1), deaf, STUDY)
    until(lambda: len(bench.begun) == 2)
    person = workshop.want(order("person", 1), deaf, PERSON)
    until(lambda: "person" in bench.begun)
    assert bench.begun.count("study") == 1
    bench.release("study", 1)
    assert value(workshop, study) == "study is ready"
    bench.release("person", 1)
    bench.release("ahead", 1)
    assert value(workshop, person) == "person is ready"
    assert value(workshop, ahead) == "ahead is ready"
    assert bench.begun.count("ahead") == 2


def test_nothing_gives_way_to_its_equals(workshop, bench):
    first, second = workshop.want(order("a"), deaf, STUDY), workshop.want(order("b"), deaf, STUDY)
    bench.release("b", 2)
    bench.release("a", 2)
    assert value(workshop, first) == "a is ready"
    assert value(workshop, second) == "b is ready"
    assert bench.begun == ["a", "b"]


def test_a_person_who_wants_a_studys_model_makes_it_urgent(workshop, bench):
    running = workshop.want(order("running", 1), deaf, STUDY)
    waiting = [workshop.want(order(key, 1), deaf, STUDY) for key in ("a", "b")]
    until(lambda: bench.begun)
    joined = workshop.want(order("b", 1), deaf, PERSON)
    until(lambda: bench.begun[-1] == "b")
    for key in ("b", "running", "a"):
        bench.release(key, 1)
    assert value(workshop, joined) == "b is ready"
    for share in (running, *waiting):
        value(workshop, share)
    assert bench.begun == ["running", "b", "running", "a"]


def test_it_can_be_hurried(workshop, bench):
    workshop.want(order("running", 1), deaf, STUDY)
    share = workshop.want(order("a", 1), deaf, STUDY)
    until(lambda: bench.begun)
    workshop.hurry(share, PERSON)
    until(lambda: bench.begun[-1] == "a")


def test_what_is_paused_goes_on_when_it_is_resumed_or_when_others_want_it(workshop, bench):
    share = workshop.want(order("a", 3), deaf)
    bench.release("a", 1)
    until(lambda: bench.steps)
    workshop.pause(share)
    following = workshop.want(order("b", 1), deaf)
    bench.release("b", 1)
    value(workshop, following)
    assert bench.begun == ["a", "b"]
    other = workshop.want(order("a", 3), deaf)
    bench.release("a", 1)
    until(lambda: ("a", 2) in bench.steps)
    workshop.leave(other)
    workshop.resume(share)
    bench.release("a", 1)
    assert value(workshop, share) == "a is ready"
    assert [step for key, step in bench.steps if key == "a"] == [1, 2, 3]


def test_what_is_resumed_waits_behind_those_that_were_waiting(workshop, bench):
    share = workshop.want(order("a", 2), deaf)
    other = workshop.want(order("b", 1), deaf)
    until(lambda: bench.begun)
    workshop.pause(share)
    workshop.resume(share)
    bench.release("b", 1)
    assert value(workshop, other) == "b is ready"
    bench.release("a", 2)
    assert value(workshop, share) == "a is ready"


def test_its_worker_is_free_before_its_value_is_stored(workshop, bench):
    storing, stored = threading.Event(), threading.Event()

    def keep(value):
        storing.set()
        assert stored.wait(PATIENCE)
        return value

    one, two = workshop.want(order("a", 1, keep), deaf), workshop.want(order("b", 1), deaf)
    bench.release("a", 1)
    bench.release("b", 1)
    assert storing.wait(PATIENCE)
    assert value(workshop, two) == "b is ready"
    stored.set()
    assert value(workshop, one) == "a is ready"


def test_an_error_reaches_everybody_and_the_next_try_begins_anew(workshop, bench):
    def full(value):
        raise OSError(28, "No space left on device")

    shares = [workshop.want(order("a", 1, full), deaf) for _ in range(2)]
    bench.release("a", 1)
    for share in shares:
        with pytest.raises(OSError, match="No space"):
            value(workshop, share)
    again = workshop.want(order("a", 1), deaf)
    bench.release("a", 1)
    assert value(workshop, again) == "a is ready"


def test_a_lost_engine_costs_what_was_not_kept_and_is_forgiven_once(workshop, bench):
    heard = []
    share = workshop.want(order("a", 2), heard.append)
    bench.release("a", 1)
    until(lambda: bench.steps)
    bench.lose = 1
    until(lambda: bench.begun == ["a", "a"])
    bench.release("a", 2)
    assert value(workshop, share) == "a is ready"
    assert {"event": "lost"} in heard
    share = workshop.want(order("b", 2), deaf)
    bench.lose = 2
    with pytest.raises(EngineLost):
        value(workshop, share)


def test_teachers_do_not_take_the_students_workers(workshop, bench):
    teacher = workshop.want(order("teacher", 1, resource="teacher"), deaf)
    student = workshop.want(order("student", 1), deaf)
    until(lambda: len(bench.begun) == 2)
    other = workshop.want(order("other", 1, resource="teacher"), deaf)
    assert workshop.waits_for_worker(other)
    for key in ("teacher", "student", "other"):
        bench.release(key, 1)
    for share in (teacher, student, other):
        value(workshop, share)
    assert not workshop.waits_for_worker(other)


def test_after_closing_nothing_begins(workshop, bench):
    workshop.close()
    workshop.want(order("a"), deaf)
    time.sleep(0.05)
    assert bench.begun == []
