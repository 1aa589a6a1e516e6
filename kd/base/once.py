"""A cache for many threads: a value that several request at the same moment is computed once."""

import threading
from collections.abc import Callable
from typing import Any

from cachetools import LRUCache, cached


def computed_once(
    maxsize: int, size: Callable[[Any], int] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Returns a decorator like `functools.lru_cache`, with which threads compute the same value once.

    size: of a value, at least 1, where `maxsize` is the most of all that are kept, such as their bytes; a
    larger one is computed each time. By default, each counts as one.
    """
    return cached(LRUCache(maxsize, size), condition=threading.Condition())
