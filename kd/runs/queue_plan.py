"""QueuePlan: the place of a waiting run in the queue, and when the run will start."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence

# Estimates just count down for this long; then they are made again.
SECONDS_ESTIMATES_HOLD = 2.0


class QueuePlan:
    """Made once per change of the queue, and shared by everyone who looks. Its owner holds the lock."""

    def __init__(
        self,
        order: Sequence[str],
        lengths: Sequence[float | None],
        at_once: int,
        running: Callable[[], list[float | None]],
    ):
        """
        Args:
            order: the waiting runs in the order in which they will start.
            lengths: for how many seconds each of them will keep its place; None if unknown.
            at_once: how many runs can be in progress at a time.
            running: returns for how many more seconds each run in progress will keep its place.
        """
        self._places = {run_id: number for number, run_id in enumerate(order)}
        self._lengths, self._at_once, self._running = lengths, at_once, running
        self._made = float("-inf")
        self._begins: list[float] | None = None

    def place(self, run_id: str) -> tuple[int, float | None]:
        """The place of a waiting run, counted from 1, and its wait in seconds, or None if unknown."""
        now = time.monotonic()
        if now - self._made > SECONDS_ESTIMATES_HOLD:
            running, lengths = _if_known(self._running()), _if_known(self._lengths)
            self._begins = (
                None if running is None or lengths is None else waits(running, lengths, self._at_once)
            )
            self._made = now
        number = self._places[run_id]
        if self._begins is None:
            return number + 1, None
        return number + 1, max(0.0, self._begins[number] - (now - self._made))


def _if_known(seconds: Sequence[float | None]) -> list[float] | None:
    known = [each for each in seconds if each is not None]
    return known if len(known) == len(seconds) else None


def waits(running: Sequence[float], lengths: Sequence[float], at_once: int) -> list[float]:
    """When each waiting run will start, in seconds from now.

    Args:
        running: how many more seconds each run in progress will take.
        lengths: how many seconds each waiting run will take, in the order in which they start.
        at_once: how many runs can be in progress at a time.
    """
    free = [*running, *[0.0] * max(0, at_once - len(running))]
    heapq.heapify(free)
    begins = []
    for length in lengths:
        begin = heapq.heappop(free)
        begins.append(begin)
        heapq.heappush(free, begin + length)
    return begins
