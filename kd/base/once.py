"""A cache for many threads: a value that several request at the same moment is computed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache, cached


def computed_once(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Like `functools.lru_cache`, but if several threads ask for the same value, only one computes it.

    The others wait for that computation, and never for that of another value. Without this, a class that
    opens the same page at once would unpack the same files thirty times. Errors are not cached.
    """
    return cached(LRUCache(maxsize), condition=threading.Condition())
