"""FairQueue: who is waiting for which run, and whose turn is next."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator

from kd.config import NOBODY as NOBODY
from kd.text.translation import _
from kd.unusable import Unusable

MOST_WAITING = 20


class FairQueue:
    """Waiting runs, started by person in turn: somebody who requests ten does not hold up everyone else.

    The next turn goes to the person whose last run started longest ago, and to the run they requested first.
    A run that several people want is one run, and uses up a turn of each of them when it starts. Not
    thread-safe: its owner holds the lock.
    """

    def __init__(self) -> None:
        self._clock = itertools.count(1)
        self._waiting: dict[str, None] = {}
        self._begun: set[str] = set()
        self._wishes: dict[str, dict[str, int]] = {}
        self._last_turn: dict[str, int] = {}

    def __contains__(self, run_id: str) -> bool:
        return run_id in self._waiting

    def add(self, run_id: str, person: str) -> None:
        """Put a run at the end of this person's requests."""
        self.join(run_id, person)
        self.enter(run_id)

    def join(self, run_id: str, person: str) -> None:
        """Record that this person wants the run, whether it is waiting already or not."""
        self._wishes.setdefault(run_id, {}).setdefault(person, next(self._clock))

    def enter(self, run_id: str) -> None:
        """Let a run that somebody wants wait for its turn."""
        self._waiting[run_id] = None

    def withdraw(self, run_id: str, person: str) -> None:
        """Forget that this person wants the run."""
        self._wishes.get(run_id, {}).pop(person, None)

    def people(self, run_id: str) -> frozenset[str]:
        """Who wants this run."""
        return frozenset(self._wishes.get(run_id, ()))

    def waiting_for(self, person: str) -> int:
        """How many of the runs this person wants are not in progress."""
        return sum(person in people for run_id, people in self._wishes.items() if run_id not in self._begun)

    def check_room(self, person: str) -> None:
        """Raises: ValueError, when this person has MOST_WAITING runs waiting; NOBODY may have any number."""
        if person != NOBODY and self.waiting_for(person) >= MOST_WAITING:
            raise Unusable(
                _(
                    "You already have {count} runs waiting, the most allowed: "
                    "stop one of them, or wait until one starts.",
                    count=MOST_WAITING,
                )
            )

    def forget(self, run_id: str) -> None:
        """The run has ended, in whatever way."""
        self._waiting.pop(run_id, None)
        self._begun.discard(run_id)
        self._wishes.pop(run_id, None)
        if not any(self._wishes.values()):  # nobody is waiting: everyone starts even again
            self._last_turn.clear()

    def clear(self) -> None:
        """Let no run wait any longer."""
        self._waiting.clear()

    def pop(self) -> str | None:
        """Take out the run whose turn it is; None if none is waiting."""
        run_id = next(self._turns(), None)
        if run_id is not None:
            del self._waiting[run_id]
            self._begun.add(run_id)
            self._count_turn(run_id)
        return run_id

    def put_back(self, run_id: str) -> None:
        """A run in progress gives up its place: it waits for the next turn of those who want it."""
        self._begun.discard(run_id)
        self._waiting[run_id] = None
        self._count_turn(run_id)

    def others_wait(self, run_id: str) -> bool:
        """Whether somebody who does not want this run is waiting for another."""
        mine = self.people(run_id)
        return any(not mine.issuperset(self._wishes[waiting]) for waiting in self._waiting)

    def anybody_else_waits(self, person: str) -> bool:
        """Whether somebody other than this person is waiting for a run."""
        return any(self._wishes[waiting].keys() - {person} for waiting in self._waiting)

    @property
    def is_shared(self) -> bool:
        """Whether more than one person has runs waiting or in progress."""
        people: set[str] = set()
        for wishes in self._wishes.values():
            people.update(wishes)
            if len(people) > 1:
                return True
        return False

    def order(self) -> list[str]:
        """The waiting runs in the order in which they will start, if nobody requests another."""
        return list(self._turns())

    def _count_turn(self, run_id: str) -> None:
        turn = next(self._clock)  # the same for all of them, so that nobody gets ahead
        self._last_turn.update(dict.fromkeys(self._wishes[run_id], turn))

    def _turns(self) -> Iterator[str]:
        """The waiting runs in turn: first by the longest wait for a turn, then by the oldest request."""
        wished: dict[str, list[tuple[int, str]]] = {}
        for run_id in self._waiting:
            for person, asked in self._wishes[run_id].items():
                wished.setdefault(person, []).append((asked, run_id))
        for runs in wished.values():
            runs.sort(reverse=True)  # the oldest request is taken from the end
        last_turn = {person: self._last_turn.get(person, 0) for person in wished}
        # one entry per person; an outdated one, after a turn in the meantime, is put back updated
        people = [(last_turn[person], *runs[-1], person) for person, runs in wished.items()]
        heapq.heapify(people)
        taken: set[str] = set()
        turns = itertools.count(next(self._clock))
        while people:
            turn, _asked, run_id, person = heapq.heappop(people)
            if run_id not in taken and turn == last_turn[person]:
                taken.add(run_id)
                last_turn.update(dict.fromkeys(self._wishes[run_id], next(turns)))
                yield run_id
            runs = wished[person]
            while runs and runs[-1][1] in taken:
                runs.pop()
            if runs:
                heapq.heappush(people, (last_turn[person], *runs[-1], person))
