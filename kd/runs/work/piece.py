"""Orders on their way: what is computed, for whom, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kd.engine import Attempt
from kd.training.checkpoint import Checkpoint

# How urgent work is: a person is waiting, a study goes on, something may be needed soon.
PERSON, STUDY, AHEAD = 0, 1, 2


@dataclass(frozen=True)
class Order:
    """Something to compute in the engine.

    key: what it is; two orders with the same key are the same. resource: of the worker that computes it,
    'student' or 'teacher'. submit: given an Attempt and the Checkpoint to go on from (or None), submits the
    task and returns its future. keep: stores the value; what it returns is what those who share it get.
    reports: whether the task sends events, the first of them "begin".
    """

    key: str
    resource: str
    submit: Callable[[Attempt, Checkpoint | None], Any]
    keep: Callable[[Any], Any] = lambda value: value
    reports: bool = True


@dataclass(eq=False)
class Share:
    """One run's part in an order.

    hear: called with every event of the order, from other threads; somebody who comes late first hears what
    has happened so far. study: for which, if for any.
    """

    piece: Piece
    hear: Callable[[dict], None]
    urgency: int
    study: str = ""
    is_paused: bool = False


@dataclass(eq=False)
class Piece:
    """An order on its way, and who wants it."""

    order: Order
    turn: int
    shares: list[Share] = field(default_factory=list)
    checkpoint: Checkpoint | None = None
    attempt: Attempt | None = None
    is_running: bool = False
    is_computed: bool = False
    is_yielding: bool = False
    has_begun: bool = False
    history: list[dict] = field(default_factory=list)
    outcome: tuple[Any, BaseException | None] | None = None
    model: str | None = None

    @property
    def is_being_stored(self) -> bool:
        return self.is_computed and self.outcome is None

    @property
    def failed(self) -> bool:
        return self.outcome is not None and self.outcome[1] is not None

    @property
    def is_wanted(self) -> bool:
        return any(not share.is_paused for share in self.shares)

    @property
    def urgency(self) -> int:
        return min((share.urgency for share in self.shares if not share.is_paused), default=AHEAD + 1)

    @property
    def studies(self) -> set[str]:
        return {share.study for share in self.shares}
