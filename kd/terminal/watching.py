"""Looking at something until it ends, as everybody does who waits for it or shows its progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from kd.terminal import interrupt


class View(Protocol):
    """A run or a study at one moment."""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""


_View = TypeVar("_View", bound=View)
_T = TypeVar("_T")


def views(look: Callable[[], _View], seconds: float, timeout: float | None = None) -> Iterator[_View]:
    """What `look` shows, every so many seconds, until it has ended or `timeout` seconds have passed.

    Under a command that listens for it, Ctrl-C is noticed in between.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        interrupt.check()
        view = look()
        yield view
        left = math.inf if deadline is None else deadline - time.monotonic()
        if not view.active or left <= 0:
            return
        time.sleep(min(seconds, left))


def last(things: Iterable[_T]) -> _T:
    """The last of them, of which there is at least one."""
    for thing in things:
        found = thing
    return found
