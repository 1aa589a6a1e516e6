"""FairQueue: who waits for which run, and whose turn is next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping, Sequence


class FairQueue:
    """Runs that wait, started in turn by person: one who asks for ten does not hold up the next.

    The turn goes to the person whose last run began longest ago, and there to the run asked for first.
    A run that several people wish is one run, and the turn of each of them when it begins. Not
    thread-safe: its owner has the lock.
    """

    def __init__(self) -> None:
        self._clock = itertools.count(1)
        self._waiting: list[str] = []
        self._wishes: dict[str, dict[str, int]] = {}
        self._last_turn: dict[str, int] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._waiting

    def add(self, run_id: str, person: str) -> None:
        """Put a run at the end of this person's wishes."""
        self._waiting.append(run_id)
        self.join(run_id, person)

    def join(self, run_id: str, person: str) -> None:
        """Note that this person wishes the run too, whether it waits or is being computed."""
        self._wishes.setdefault(run_id, {}).setdefault(person, next(self._clock))

    def withdraw(self, run_id: str, person: str) -> None:
        """Forget that this person wishes the run."""
        self._wishes.get(run_id, {}).pop(person, None)

    def people(self, run_id: str) -> frozenset[str]:
        """Who wishes this run."""
        return frozenset(self._wishes.get(run_id, ()))

    def forget(self, run_id: str) -> None:
        """The run has ended, however."""
        if run_id in self._waiting:
            self._waiting.remove(run_id)
        self._wishes.pop(run_id, None)
        wishing = {person for people in self._wishes.values() for person in people}
        if not wishing:  # nobody waits: everybody starts even again
            self._last_turn.clear()

    def clear(self) -> None:
        """No run waits any longer."""
        self._waiting.clear()

    def pop(self) -> str | None:
        """Take out the run whose turn it is; None when none waits."""
        order = self.order()
        if not order:
            return None
        self._waiting.remove(order[0])
        for person in self.people(order[0]):
            self._last_turn[person] = next(self._clock)
        return order[0]

    def order(self) -> list[str]:
        """The waiting runs in the order in which they will begin, if nobody asks for another."""
        left = list(self._waiting)
        last_turn = dict(self._last_turn)
        order: list[str] = []
        for turn in itertools.count(next(self._clock)):
            if not left:
                return order
            chosen = min(left, key=lambda run_id: self._rank(run_id, last_turn))
            left.remove(chosen)
            order.append(chosen)
            last_turn.update(dict.fromkeys(self.people(chosen), turn))
        raise AssertionError("unreachable")

    def _rank(self, run_id: str, last_turn: Mapping[str, int]) -> tuple[int, int]:
        """Smallest for the run to begin next: the longest wait for a turn, then the oldest wish."""
        wishes = self._wishes.get(run_id) or {"": 0}
        return min((last_turn.get(person, 0), asked) for person, asked in wishes.items())


def waits(running: Sequence[float], lengths: Sequence[float], at_once: int) -> list[float]:
    """When each waiting run will begin, in seconds from now.

    Args:
        running: what the runs that are being computed still take, in seconds.
        lengths: what each waiting run will take, in seconds, in the order in which they begin.
        at_once: how many are computed at a time.
    """
    free = [*running, *[0.0] * max(0, at_once - len(running))]
    heapq.heapify(free)
    begins = []
    for length in lengths:
        begin = heapq.heappop(free)
        begins.append(begin)
        heapq.heappush(free, begin + length)
    return begins
