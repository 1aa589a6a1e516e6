"""Turns: studies that are equally urgent have the workers equally long, however long their orders are."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kd.runs.work.piece import STUDY, Piece

# So much longer than one that waits may a study have had the workers, before an order of it gives way.
SECONDS_A_TURN = 10.0


class Turns:
    """For how long each study has had a worker. Not thread-safe: its owner holds the lock."""

    def __init__(self, clock: Callable[[], float]):
        """
        Args:
            clock: seconds, by which turns are measured.
        """
        self._clock = clock
        self._used: dict[str, float] = {}
        self._running: dict[Piece, float] = {}

    @property
    def are_shared(self) -> bool:
        """Whether several take part."""
        return len(self._used) > 1

    def take_part(self, study: str, pieces: Iterable[Piece]) -> None:
        """A study begins, level with the one that has had the least; those without a piece are forgotten."""
        under_way = {name for piece in pieces for name in piece.studies}
        self._used = {name: used for name, used in self._used.items() if name in under_way}
        if study not in self._used:
            self._used[study] = min(map(self._of_study, self._used), default=0.0)

    def begin(self, piece: Piece) -> None:
        """A piece gets a worker."""
        piece.is_running = True
        self._running[piece] = self._clock()

    def end(self, piece: Piece) -> None:
        """It has left its worker."""
        for study in piece.studies & self._used.keys():
            self._used[study] += self._clock() - self._running[piece]
        del self._running[piece]
        piece.is_running = piece.is_yielding = piece.has_begun = False

    def rank(self, piece: Piece) -> tuple[int, float, int]:
        """The lowest begins first: the most urgent, whose study has had the least, that came first."""
        return piece.urgency, self._had(piece), piece.turn

    def has_had_its_turn(self, piece: Piece, waiting: Piece) -> bool:
        """Whether a running piece has to give way to a waiting one that is as urgent."""
        if not waiting.urgency == piece.urgency == STUDY:
            return False
        return self._had(piece) - self._had(waiting) > SECONDS_A_TURN

    def _had(self, piece: Piece) -> float:
        return min(map(self._of_study, piece.studies), default=0.0)

    def _of_study(self, study: str) -> float:
        now = self._clock()
        running = sum(now - began for piece, began in self._running.items() if study in piece.studies)
        return self._used.get(study, 0.0) + running
