"""A cache for many threads: what many ask for at the same moment is computed once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache, cached


def computed_once(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Like `functools.lru_cache`, but of several threads that ask for the same thing only one computes it.

    Without it, a class that opens the same page at once would unpack the same files thirty times. The others
    wait for that one computation; nobody waits for the computation of something else. Errors are not cached.
    """
    return cached(LRUCache(maxsize), condition=threading.Condition())
