"""Waiting: until the end, or until the time is over, and never longer."""

from __future__ import annotations

import time
from types import SimpleNamespace
from unittest.mock import Mock

from kd.terminal.progress import last, views


def looks(active_for: int) -> Mock:
    """A function that shows something which ends after so many looks."""
    look = Mock()
    look.side_effect = lambda: SimpleNamespace(active=look.call_count <= active_for, number=look.call_count)
    return look


def test_whoever_waits_sees_every_look_and_the_end():
    for timeout in (None, 60):
        assert [view.number for view in views(looks(4), 0, timeout)] == [1, 2, 3, 4, 5]


def test_whoever_waits_for_a_time_gets_what_there_is_then():
    for timeout, count in ((0, 1), (0.05, 2)):
        look, began = looks(10**9), time.monotonic()
        assert last(views(look, 30, timeout)).active
        assert time.monotonic() - began < 10
        assert look.call_count == count
