"""Memory that a worker has freed goes back to the system once its work is over."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from kd.engine import heap

FREED = """
import numpy as np, psutil
from kd.engine import heap

heap.keep_freed_memory()
kept = [np.ones(1 << 17) for _ in range(100)]  # a megabyte each
last = np.ones(1 << 10)
del kept
before = psutil.Process().memory_info().rss
heap.give_back()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.fixture
def given_back(monkeypatch) -> list[float]:
    """When this thread gave memory back: a lab of another test in this process may do so at any time."""
    times, here = [], threading.get_ident()

    def note() -> None:
        if threading.get_ident() == here:
            times.append(time.monotonic())

    monkeypatch.setattr(heap, "give_back", note)
    return times


def test_what_was_freed_is_given_back_where_the_c_library_can():
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    if sys.platform == "linux":
        assert int(done.stdout) > 80e6


def test_it_is_given_back_once_after_each_time_of_work(given_back):
    pauses, counts = heap.Pauses(), []
    for working in (False, True, True, False, False, True, False):
        pauses.notice(working)
        counts.append(len(given_back))
    assert counts == [0, 0, 0, 1, 1, 1, 2]


def test_a_process_that_computes_is_at_work(given_back):
    pauses = heap.Pauses()
    sum(range(3_000_000))
    pauses.look()
    assert not given_back
    time.sleep(0.5)
    pauses.look()
    assert len(given_back) == 1
