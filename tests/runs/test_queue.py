"""The queue is fair between people, shares runs that several people ask for, and is honest about the wait."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kd.runs.queue import FairQueue
from kd.runs.queue_plan import QueuePlan, waits


def queue_of(*wishes: tuple[str, str]) -> FairQueue:
    queue = FairQueue()
    for run_id, person in wishes:
        if run_id in queue:
            queue.join(run_id, person)
        else:
            queue.add(run_id, person)
    return queue


def test_a_person_who_asks_for_ten_runs_does_not_hold_up_the_next():
    queue = queue_of(*((f"a{i}", "ann") for i in range(10)), ("b0", "ben"))
    assert queue.pop() == "a0"
    assert queue.pop() == "b0"
    assert queue.pop() == "a1"


def test_turns_go_round():
    queue = queue_of(("a0", "ann"), ("a1", "ann"), ("b0", "ben"), ("b1", "ben"), ("c0", "cy"), ("a2", "ann"))
    assert queue.order() == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_people_who_had_a_turn_wait_behind_those_who_had_none():
    queue = queue_of(("a0", "ann"), ("a1", "ann"))
    queue.pop()
    queue.add("b0", "ben")
    assert queue.order() == ["b0", "a1"]


def test_a_run_that_several_people_want_is_one_run_and_a_turn_for_each():
    queue = queue_of(("x", "ann"), ("a1", "ann"), ("x", "ben"), ("b1", "ben"), ("c1", "cy"))
    assert queue.people("x") == {"ann", "ben"}
    assert queue.order() == ["x", "c1", "a1", "b1"]


def test_withdrawing_one_request_keeps_the_others():
    queue = queue_of(("x", "ann"), ("x", "ben"))
    queue.withdraw("x", "ann")
    assert queue.people("x") == {"ben"}
    assert "x" in queue


def test_people_who_share_a_run_have_all_had_the_same_turn():
    queue = queue_of(("x", "ann"), ("x", "ben"), ("a", "ann"), ("b", "ben"))
    assert queue.order() == ["x", "a", "b"]
    assert [queue.pop() for _ in range(3)] == ["x", "a", "b"]


shared = st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["ann", "ben", "cy", "dee"])), max_size=30)


@settings(max_examples=150)
@given(shared)
def test_runs_begin_in_the_announced_order_even_when_shared(asked):
    queue = queue_of(*((f"run {number}", person) for number, person in asked))
    said = queue.order()
    assert len(said) == len({number for number, _ in asked})
    assert [queue.pop() for _ in said] == said


def test_a_run_that_is_put_back_waits_behind_those_who_had_their_turn_before_it():
    queue = queue_of(("long", "ann"))
    queue.pop()
    for run_id, person in (("b", "ben"), ("a", "ann"), ("c", "cy")):
        queue.add(run_id, person)
    assert queue.others_wait("long")
    queue.put_back("long")
    assert queue.order() == ["b", "c", "long", "a"]


wishes = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=30)


@settings(max_examples=150)
@given(wishes)
def test_nobody_gets_two_turns_before_everybody_waiting_has_had_one(asked):
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


def test_the_wait_is_the_work_that_the_machine_still_has_to_do():
    assert waits([10.0], [5.0, 5.0, 1.0], at_once=1) == [10.0, 15.0, 20.0]
    assert waits([10.0, 4.0], [5.0, 5.0, 1.0], at_once=2) == [4.0, 9.0, 10.0]
    assert waits([], [3.0, 3.0, 3.0], at_once=2) == [0.0, 0.0, 3.0]


def test_a_wait_counts_down_and_is_estimated_again(monkeypatch):
    clock, left = [100.0], [10.0]
    monkeypatch.setattr("kd.runs.queue_plan.time.monotonic", lambda: clock[0])
    plan = QueuePlan(["a", "b"], [4.0, 4.0], 1, lambda: [left[0]])
    assert [plan.place("a"), plan.place("b")] == [(1, 10.0), (2, 14.0)]
    clock[0] += 1.5
    assert [plan.place("a"), plan.place("b")] == [(1, 8.5), (2, 12.5)]
    clock[0], left[0] = clock[0] + 1.0, 3.0
    assert plan.place("b") == (2, 7.0)
    unknown = QueuePlan(["a"], [None], 1, lambda: [1.0])
    assert unknown.place("a") == (1, None)


def test_whoever_waits_does_not_count_as_anybody_else():
    queue = queue_of(("a0", "ann"))
    assert not queue.anybody_else_waits("ann")
    queue.join("a0", "ben")
    assert queue.anybody_else_waits("ann")
    queue.pop()
    assert not queue.anybody_else_waits("ann")  # it has its turn
