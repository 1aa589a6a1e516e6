"""What many callers ask for at the same moment is computed once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kd.base.once import computed_once


def test_only_one_of_many_simultaneous_callers_computes():
    together, computed = threading.Barrier(8), []

    @computed_once(maxsize=2)
    def slow(key):
        computed.append(key)
        time.sleep(0.05)
        return object()

    def ask(key):
        together.wait()
        return slow(key)

    with ThreadPoolExecutor(8) as people:
        found = list(people.map(ask, ["a", "b"] * 4))
    assert sorted(computed) == ["a", "b"]
    assert len(set(map(id, found))) == 2
    slow.cache_clear()
    assert slow("a") not in found


def test_a_failed_computation_is_tried_again():
    outcomes = iter([ValueError("not yet"), "here"])

    @computed_once(maxsize=1)
    def load():
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(ValueError, match="not yet"):
        load()
    assert load() == "here"


def test_a_cached_value_does_not_wait_while_another_is_computed():
    begun, go_on = threading.Event(), threading.Event()

    @computed_once(maxsize=2)
    def load(key):
        if key == "slow":
            begun.set()
            assert go_on.wait(240)
        return key

    load("ready")
    with ThreadPoolExecutor(2) as people:
        slow = people.submit(load, "slow")
        assert begun.wait(240)
        ready = people.submit(load, "ready")
        try:
            assert ready.result(timeout=240) == "ready"
            assert not slow.done()
        finally:
            go_on.set()
        assert slow.result() == "slow"


def test_callers_who_waited_for_a_failure_try_for_themselves():
    begun, go_on, outcomes = threading.Event(), threading.Event(), iter([OSError("not now"), "here"])

    @computed_once(maxsize=1)
    def load():
        begun.set()
        assert go_on.wait(240)
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with ThreadPoolExecutor(2) as people:
        first = people.submit(load)
        assert begun.wait(240)
        second = people.submit(load)
        go_on.set()
        with pytest.raises(OSError, match="not now"):
            first.result()
        assert second.result() == "here"


def test_the_least_recently_used_value_makes_room():
    computed = []

    @computed_once(maxsize=2)
    def load(key):
        computed.append(key)
        return key

    for key in "abac":
        load(key)
    load("a")
    load("b")
    assert computed == ["a", "b", "c", "b"]
