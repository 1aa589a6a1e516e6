"""What many callers ask for at the same moment is computed once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from kd.base.once import computed_once


def test_only_one_of_many_simultaneous_callers_computes():
    together, computed = threading.Barrier(8), []

    @computed_once(maxsize=2)
    def slow(key):
        computed.append(key)
        time.sleep(0.05)
        return key.upper()

    def ask(key):
        together.wait()
        return slow(key)

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(ask, "ab" * 4)) == ["A", "B"] * 4
    assert sorted(computed) == ["a", "b"]


def test_what_is_kept_is_bounded_by_its_size_and_what_was_asked_for_last_stays():
    computed = []

    @computed_once(maxsize=10, size=len)
    def text(length: int) -> str:
        computed.append(length)
        return length * "x"

    for length in (4, 5, 4, 6, 4, 11, 11, 5):
        assert len(text(length)) == length
    assert computed == [4, 5, 6, 11, 11, 5]
