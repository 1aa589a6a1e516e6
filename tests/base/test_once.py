"""What many callers ask for at the same moment is computed once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kd.base.once import computed_once


def test_only_one_of_many_simultaneous_callers_computes_and_a_failure_is_tried_again():
    together, computed, outcomes = (
        threading.Barrier(8),
        [],
        {"a": ["here"], "b": [OSError("not yet"), "here"]},
    )

    @computed_once(maxsize=2)
    def slow(key):
        computed.append(key)
        time.sleep(0.05)
        outcome = outcomes[key].pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ask(key):
        together.wait()
        try:
            return slow(key)
        except OSError as error:
            return str(error)

    with ThreadPoolExecutor(8) as people:
        found = list(people.map(ask, ["a", "b"] * 4))
    assert sorted(computed) == ["a", "b", "b"]
    assert sorted(found) == ["here"] * 7 + ["not yet"]
    slow.cache_clear()
    with pytest.raises(IndexError):
        slow("a")
