"""Wrong codes and passphrases: a few cost nothing, then each takes longer."""

import math
import time
from typing import NamedTuple

from cachetools import TTLCache

SECONDS_REMEMBERED = 1_800.0


class _Wrong(NamedTuple):
    number: int = 0
    until: float = -math.inf


class Tries:
    """Counts the wrong tries of each visitor. Not thread-safe."""

    def __init__(self, free: int, longest: float = 60.0) -> None:
        """free: so many wrong tries cost nothing; the next ones cost 2, 4, 8 … up to `longest` seconds."""
        self._free, self._longest = free, longest
        self._wrong: TTLCache[str, _Wrong] = TTLCache(maxsize=100_000, ttl=SECONDS_REMEMBERED)

    def wait(self, visitor: str) -> float:
        """Returns for how many more seconds this visitor may not try; 0 for none, else at least 1."""
        left = self._wrong.get(visitor, _Wrong()).until - time.monotonic()
        return max(1.0, left) if left > 0 else 0.0

    def count(self, visitor: str) -> float:
        """Counts a wrong try; returns for how many seconds this visitor has to wait."""
        number = self._wrong.get(visitor, _Wrong()).number + 1
        over = number - self._free + 1
        wait = min(2.0 ** min(over, 10), self._longest) if over > 0 else 0.0
        self._wrong[visitor] = _Wrong(number, time.monotonic() + wait)
        return wait

    def forget(self, visitor: str) -> None:
        """Forgets what this visitor has tried."""
        self._wrong.pop(visitor, None)

    def clear(self) -> None:
        """Forgets all, as a new process would."""
        self._wrong.clear()
