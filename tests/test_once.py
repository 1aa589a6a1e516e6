"""What many ask for in the same moment is computed once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kd.once import computed_once


def test_of_many_who_ask_together_one_computes():
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


def test_what_failed_is_tried_again():
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
