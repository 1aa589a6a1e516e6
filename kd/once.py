"""A cache for many threads: what many ask for in the same moment is computed once."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any


def computed_once(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`functools.lru_cache`, except that of those who ask together one computes and the others wait for it.

    A class that opens the same page at once would otherwise unpack the same files thirty times.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        cached, one_at_a_time = functools.lru_cache(maxsize)(function), threading.Lock()

        @functools.wraps(function)
        def ask(*arguments: Any, **named: Any) -> Any:
            with one_at_a_time:
                return cached(*arguments, **named)

        ask.cache_clear = cached.cache_clear
        return ask

    return decorate
