"""One list: what is computed next, what gives way to it, who waits how long, and for whom it ends."""

import gc
import tempfile
import threading
from math import inf
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from kd.config import RunConfig
from kd.engine import EngineLost, tasks
from kd.runs.run import Job
from kd.runs.scheduler import AHEAD, PERSON, SECONDS_A_TURN, STUDY, Interest, Scheduler, Task, waits
from kd.training.messages import Checkpoint
from tests.fake_engine import FakeEngine
from tests.house import PATIENCE, until


@pytest.fixture
def bench():
    """An engine of one worker for students, whose tasks take steps when a test says so."""
    bench = FakeEngine()
    bench.released = {}
    bench.workers = lambda: {("student",): 1, ("teacher",): 1}
    return bench


@pytest.fixture
def clock():
    """Seconds that pass when a test says so."""
    return SimpleNamespace(now=0.0)


@pytest.fixture
def scheduler(bench, clock):
    scheduler = Scheduler(bench, lambda: clock.now)
    yield scheduler
    scheduler.close()


class Wants(Interest):
    """An interest that remembers what it heard and how its tasks ended."""

    def __init__(self, person: str, urgency: int):
        self.heard: list[dict] = []
        self.ends: dict[str, tuple] = {}
        super().__init__(self.heard.append, self.end, frozenset({person}), urgency)

    def end(self, key, value, error):
        self.ends[key] = value, error


def task(key: str, length: int = 2, resource: str = "student", **rest) -> Task:
    """A task of so many steps."""
    config = RunConfig(epochs=length).to_dict()

    def submit(attempt, checkpoint):
        return attempt.submit(
            tasks.train, config, None, "scratch", None, {}, False, checkpoint, resource=resource
        )

    return Task(key, resource, submit, **{"keep": lambda model: f"{key} is ready", **rest})


def wanted(scheduler, *keys, person="ann", urgency=PERSON, length=2, **rest):
    """An interest of this person in tasks with these names."""
    wants = Wants(person, urgency)
    for key in keys:
        scheduler.want(task(key, length, **rest), wants)
    return wants


def look(scheduler):
    """As its timer does when a turn may be over."""
    scheduler._turn_is_over()


def test_what_two_want_is_computed_once_and_both_hear_of_it(scheduler, bench):
    one = wanted(scheduler, "a")
    bench.release("a", 1)
    until(lambda: bench.trained)
    other = wanted(scheduler, "a", person="ben")
    bench.release("a", 1)
    assert until(lambda: one.ends and other.ends)
    assert one.ends == other.ends == {"a": ("a is ready", None)}
    assert bench.begun == ["a"]
    assert other.heard[0]["event"] == "begin"
    assert len(other.heard[0]["history"]) == 1
    assert [event["epoch"] for event in one.heard[1:]] == [1, 2]


def test_it_ends_only_when_nobody_wants_it_and_goes_on_for_those_who_come_back(scheduler, bench):
    one, other = wanted(scheduler, "a"), wanted(scheduler, "a", person="ben")
    bench.release("a", 1)
    until(lambda: bench.trained)
    scheduler.leave(one)
    assert not scheduler.is_idle()
    scheduler.leave(other)
    until(scheduler.is_idle)
    again = wanted(scheduler, "a")
    bench.release("a", 2)
    assert until(lambda: again.ends)
    assert not one.ends
    assert not other.ends
    stored = wanted(scheduler, "b", find=lambda: "from the disk")  # in the meantime
    assert until(lambda: stored.ends) == {"b": ("from the disk", None)}
    assert "b" not in bench.begun


def test_a_job_that_is_stopped_while_it_begins_a_task_leaves_none_behind(scheduler):
    def steps(begin):
        yield [task("a", find=stop)]

    def stop() -> None:
        job.stop()

    job = Job(scheduler, "job", steps, ended=Mock())
    job.go_on()
    assert scheduler.is_idle()


def test_a_person_who_wants_a_studys_model_makes_it_urgent_and_the_rest_goes_on_where_it_was(
    scheduler, bench
):
    study = wanted(scheduler, "study", urgency=STUDY, length=3)
    bench.release("study", 1)
    until(lambda: bench.trained)
    wanted(scheduler, "person", urgency=STUDY)
    person = wanted(scheduler, "person")
    bench.release("person", 2)
    until(lambda: person.ends)
    bench.release("study", 2)
    until(lambda: study.ends)
    assert [step for key, step in bench.trained.elements() if key == "study"] == [1, 2, 3]


def test_only_as_many_give_way_as_are_needed_and_the_least_urgent_first(scheduler, bench):
    bench.workers = lambda: {("student",): 2, ("teacher",): 1}
    ahead, study = wanted(scheduler, "x", urgency=AHEAD), wanted(scheduler, "y", urgency=STUDY)
    until(lambda: len(bench.begun) == 2)
    person = wanted(scheduler, "z")
    until(lambda: "z" in bench.begun)
    bench.release("y", 2)
    bench.release("z", 2)
    assert until(lambda: person.ends and study.ends)
    bench.release("x", 2)
    assert until(lambda: ahead.ends)
    assert bench.begun == ["x", "y", "z", "x"] or bench.begun == ["y", "x", "z", "x"]


def test_whoever_has_had_the_workers_longest_gives_way_and_not_to_their_own(scheduler, bench, clock):
    wanted(scheduler, "long", "longer", length=9)
    until(lambda: bench.begun == ["long"])
    wanted(scheduler, "ben's", person="ben")
    clock.now = SECONDS_A_TURN - 0.1
    look(scheduler)
    assert bench.begun == ["long"]
    clock.now = SECONDS_A_TURN + 0.1
    look(scheduler)
    until(lambda: bench.begun == ["long", "ben's"])
    bench.release("ben's", 2)
    # ann's first goes on before her second, which gives way to nothing
    until(lambda: bench.begun == ["long", "ben's", "long"])
    clock.now = 100.0
    look(scheduler)
    assert bench.begun == ["long", "ben's", "long"]


def test_studies_have_the_workers_equally_long_however_long_their_tasks_are(scheduler, bench, clock):
    """Every step takes a second; one study's tasks take nine, the other's one."""
    had = {"long": 0, "short": 0}
    for name, length in (("long", 9), ("short", 1)):
        for number in range(40):
            wanted(scheduler, f"{name} {number}", person=name, urgency=STUDY, length=length)
    for _ in range(60):
        key = until(lambda: running(scheduler))
        steps = len(bench.trained)
        clock.now += 1
        had[key.partition(" ")[0]] += 1
        bench.release(key, 1)
        until(lambda steps=steps: len(bench.trained) > steps)
        look(scheduler)
        until(lambda: running(scheduler) is None or settled(scheduler))
    assert abs(had["long"] - had["short"]) <= SECONDS_A_TURN + 9


def in_memory() -> int:
    """How many checkpoints are."""
    return sum(isinstance(each, Checkpoint) for each in gc.get_objects())


def running(scheduler):
    """The key of the task that has the worker, as soon as its attempt has begun."""
    with scheduler._changed:
        keys = [key for key, entry in scheduler._entries.items() if entry.has_begun and not entry.is_yielding]
    return keys[0] if keys else None


def settled(scheduler):
    with scheduler._changed:
        entries = list(scheduler._entries.values())
        return not any(entry.is_yielding or entry.is_computed for entry in entries)


def test_who_comes_later_begins_level_with_who_has_had_the_least(scheduler, bench, clock):
    wanted(scheduler, "a1", "a2", person="ann", urgency=STUDY)
    until(lambda: bench.begun)
    clock.now = 50.0
    wanted(scheduler, "b1", person="ben", urgency=STUDY)
    look(scheduler)
    assert bench.begun == ["a1"]  # nobody makes up for the time before they came


@pytest.mark.parametrize("is_full", [False, True])
def test_what_is_paused_waits_on_disk_and_goes_on_when_wanted_again(scheduler, bench, monkeypatch, is_full):
    if is_full:
        monkeypatch.setattr(tempfile, "TemporaryFile", Mock(side_effect=OSError("full")))
    before = in_memory()
    wants = wanted(scheduler, "a", length=3)
    bench.release("a", 1)
    until(lambda: bench.trained)
    scheduler.change(wants, wants.people, PERSON, True)
    until(lambda: running(scheduler) is None)
    assert scheduler.is_idle()
    other = wanted(scheduler, "b")
    bench.release("b", 2)
    until(lambda: other.ends)
    assert until(lambda: in_memory() == before + is_full)
    scheduler.change(wants, wants.people, PERSON, False)
    bench.release("a", 2)
    assert until(lambda: wants.ends) == {"a": ("a is ready", None)}
    assert [step for key, step in bench.trained.elements() if key == "a"] == [1, 2, 3]


def test_its_worker_is_free_before_its_value_is_stored(scheduler, bench):
    stored = threading.Event()
    wants = wanted(scheduler, "a", keep=lambda value: stored.wait(PATIENCE))
    bench.release("a", 2)
    other = wanted(scheduler, "b", person="ben")
    bench.release("b", 2)
    assert until(lambda: other.ends)
    assert not wants.ends
    stored.set()
    assert until(lambda: wants.ends) == {"a": (True, None)}


def test_an_error_reaches_everybody_and_the_next_try_begins_anew(scheduler, bench):
    full = Mock(side_effect=OSError("full"))
    one, other = wanted(scheduler, "a", keep=full), wanted(scheduler, "a", person="ben")
    bench.release("a", 2)
    assert until(lambda: one.ends and other.ends)
    assert [str(wants.ends["a"][1]) for wants in (one, other)] == ["full", "full"]
    again = wanted(scheduler, "a")
    bench.release("a", 2)
    assert until(lambda: again.ends) == {"a": ("a is ready", None)}


def test_a_lost_engine_is_forgiven_once(scheduler, bench):
    bench.lose_next = 1
    wants = wanted(scheduler, "a")
    bench.release("a", 3)
    until(lambda: {"event": "lost"} in wants.heard)
    assert until(lambda: wants.ends) == {"a": ("a is ready", None)}
    bench.loses = lambda key: True
    wants = wanted(scheduler, "b")
    bench.release("b", 2)
    assert isinstance(until(lambda: wants.ends)["b"][1], EngineLost)


def test_teachers_do_not_take_the_students_workers(scheduler, bench):
    wanted(scheduler, "t1", "t2", resource="teacher")
    wanted(scheduler, "s")
    until(lambda: set(bench.begun) == {"t1", "s"})
    assert scheduler.waits_for_worker("t2")
    assert not scheduler.waits_for_worker("t1")


def test_a_teacher_in_the_only_worker_gives_way_to_another_persons_student(scheduler, bench, clock):
    bench.workers = lambda: {("student", "teacher"): 1}
    teacher = wanted(scheduler, "t", resource="teacher", length=9)
    bench.release("t", 1)
    until(lambda: bench.trained)
    wanted(scheduler, "s", person="ben")
    assert scheduler.waits_for_worker("s")
    clock.now += SECONDS_A_TURN
    look(scheduler)
    until(lambda: bench.begun == ["t", "s"])
    for key, steps in (("s", 2), ("t", 8)):
        bench.release(key, steps)
    until(lambda: teacher.ends)
    assert bench.begun == ["t", "s", "t"]
    assert bench.trained["t", 1] == 1  # it went on where it was


def test_place_and_wait_are_read_off_the_list(scheduler, bench, clock):
    first = wanted(scheduler, "a", seconds=10.0)
    until(lambda: bench.begun)
    until(lambda: running(scheduler))
    second, third = wanted(scheduler, "b", seconds=4.0), wanted(scheduler, "c", seconds=1.0)
    assert scheduler.place(first) is None
    assert scheduler.place(second) == (1, 10.0)
    assert scheduler.place(third) == (2, 14.0)
    bench.release("a", 1)  # half of it
    until(lambda: bench.trained)
    clock.now = 5.0
    assert scheduler.place(third) == (2, 9.0)
    assert scheduler.anybody_else_waits("ben")
    assert not scheduler.anybody_else_waits("ann")
    unknown = wanted(scheduler, "d")
    last = wanted(scheduler, "e")
    assert scheduler.place(unknown)[1] is not None
    assert scheduler.place(last) == (4, None)

    # the wait is the work that the machine still has to do
    assert waits([3.0, 1.0], [2.0, 2.0, 2.0], 2) == [1.0, 3.0, 3.0]
    assert waits([], [2.0, 2.0, 2.0], 2) == [0.0, 0.0, 2.0]
    assert waits([inf], [2.0], 1) == [inf]


def test_after_closing_nothing_begins_and_what_runs_ends(scheduler, bench):
    wanted(scheduler, "a")
    until(lambda: bench.begun)
    scheduler.close()
    assert scheduler.wait_closed(PATIENCE)
    wanted(scheduler, "b")
    assert bench.begun == ["a"]


def test_closing_waits_for_what_follows_from_a_value(scheduler, bench):
    told, may_go_on = threading.Event(), threading.Event()

    def ended(*_):
        told.set()
        may_go_on.wait(PATIENCE)

    scheduler.want(task("a", 1), Interest(lambda event: None, ended))
    bench.release("a", 1)
    assert told.wait(PATIENCE)
    scheduler.close()
    assert not scheduler.wait_closed(0.05)
    may_go_on.set()
    assert scheduler.wait_closed(PATIENCE)
