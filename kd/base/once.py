"""A cache for many threads: a value that several request at the same moment is computed once."""

import threading
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache, cached


def computed_once(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Returns a decorator like `functools.lru_cache`, with which threads compute the same value once."""
    return cached(LRUCache(maxsize), condition=threading.Condition())
