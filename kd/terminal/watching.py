"""Looking at something until it ends, as every command does that shows progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from kd.terminal import interrupt


class View(Protocol):
    """A run or a study at one moment."""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""


_View = TypeVar("_View", bound=View)


def views(look: Callable[[], _View], seconds: float) -> Iterator[_View]:
    """What `look` shows, every so many seconds, until it has ended; Ctrl-C is noticed in between."""
    while True:
        interrupt.check()
        view = look()
        yield view
        if not view.active:
            return
        time.sleep(seconds)
