"""Workshop: whatever the runs need of the engine is computed once, however many of them need it.

An order is one task: a model's training, a teacher's answers to the training pictures. Runs that want the
same order share it, and it is given up only when the last of them leaves it. Orders begin by urgency, then in
turn. One that is less urgent than a waiting one pauses, and goes on later as if it had not.
"""

from __future__ import annotations

import itertools
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kd.engine import Abandoned, Attempt, Engine, EngineLost
from kd.text.endings import Ending
from kd.training.checkpoint import Checkpoint

log = logging.getLogger("kd")

# How urgent work is: a person is waiting, a study goes on, something may be needed soon.
PERSON, STUDY, AHEAD = 0, 1, 2
SECONDS_BETWEEN_LOOKS = 0.1
# An order survives losing the engine once.
ATTEMPTS = 2
CLOSED = Ending("engine closed")


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
    has happened so far.
    """

    piece: Piece
    hear: Callable[[dict], None]
    urgency: int
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
    def is_wanted(self) -> bool:
        return any(not share.is_paused for share in self.shares)

    @property
    def urgency(self) -> int:
        return min((share.urgency for share in self.shares if not share.is_paused), default=AHEAD + 1)

    @property
    def rank(self) -> tuple[int, int]:
        return self.urgency, self.turn


class Workshop:
    """The orders of a process. Thread-safe."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._changed = threading.Condition()
        self._pieces: dict[str, Piece] = {}
        self._turns = itertools.count()
        self._closed = False

    def want(self, order: Order, hear: Callable[[dict], None], urgency: int = PERSON) -> Share:
        """Ask for an order, or share one that is on its way; `result` waits for it."""
        with self._changed:
            piece = self._pieces.get(order.key)
            if piece is None or piece.outcome is not None:
                piece = self._pieces[order.key] = Piece(order, next(self._turns))
            share = Share(piece, hear, urgency)
            piece.shares.append(share)
            began = {"event": "begin", "model": piece.model, "history": [*piece.history]}
            late = piece.has_begun and piece.model is not None
            self._pump()
        if late:
            hear(began)
        return share

    def results(self, shares: Sequence[Share], check: Callable[[], None]) -> list[Any]:
        """Wait for what was ordered; the first error of a computation is raised here at once.

        Args:
            check: called about every SECONDS_BETWEEN_LOOKS while waiting; may raise to stop waiting.

        Raises:
            EngineLost: when the workshop is closed in the meantime.
        """
        while True:
            with self._changed:
                if not self._is_over(shares):
                    self._changed.wait(SECONDS_BETWEEN_LOOKS)
                outcomes = [share.piece.outcome for share in shares]
            for outcome in outcomes:
                if outcome is not None and outcome[1] is not None:
                    raise outcome[1]
            values = [outcome[0] for outcome in outcomes if outcome is not None]
            if len(values) == len(outcomes):
                return values
            check()
            if self._closed:
                raise EngineLost(CLOSED)

    def result(self, share: Share, check: Callable[[], None]) -> Any:
        """Wait for a single order, as `results` does."""
        return self.results([share], check)[0]

    def waits_for_worker(self, share: Share) -> bool:
        """Whether the order has not begun, because other orders have the workers."""
        piece = share.piece
        with self._changed:
            has_begun = piece.has_begun if piece.order.reports else piece.is_running
            return not piece.is_computed and not has_begun

    def pause(self, share: Share) -> None:
        """Let others go first; what was computed so far is kept for `resume`."""
        with self._changed:
            share.is_paused = True
            self._pump()

    def resume(self, share: Share) -> None:
        """Go on with an order that was paused, after those that have been waiting."""
        with self._changed:
            if share.is_paused and not share.piece.is_wanted:
                share.piece.turn = next(self._turns)
            share.is_paused = False
            self._pump()

    def leave(self, share: Share) -> None:
        """Give up an order; it ends if nobody else wants it. Does nothing for one that has ended."""
        with self._changed:
            if share in share.piece.shares:
                share.piece.shares.remove(share)
            self._forget_unwanted(share.piece)
            self._pump()

    def hurry(self, share: Share, urgency: int) -> None:
        """Make an order at least this urgent."""
        with self._changed:
            share.urgency = min(share.urgency, urgency)
            self._pump()

    def is_idle(self) -> bool:
        """Whether there is nothing to do but what may be needed soon."""
        with self._changed:
            return all(piece.outcome is not None or piece.urgency >= AHEAD for piece in self._pieces.values())

    def close(self) -> None:
        """Begin nothing any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait_closed(self, timeout: float) -> bool:
        """After `close`: wait until nothing is computed or stored any more; returns whether that is so."""

        def is_still() -> bool:
            return not any(piece.is_running or piece.is_being_stored for piece in self._pieces.values())

        with self._changed:
            return self._changed.wait_for(is_still, timeout)

    @staticmethod
    def _is_over(shares: Sequence[Share]) -> bool:
        """Whether all have ended, or one with an error."""
        outcomes = [share.piece.outcome for share in shares]
        return None not in outcomes or any(outcome and outcome[1] for outcome in outcomes)

    def _forget_unwanted(self, piece: Piece) -> None:
        """Called with the lock held."""
        is_known = self._pieces.get(piece.order.key) is piece
        if is_known and not (piece.shares or piece.is_running or piece.is_being_stored):
            del self._pieces[piece.order.key]

    def _pump(self) -> None:
        """Begin what may begin, and make room for what is more urgent; called with the lock held."""
        if self._closed:
            return
        pieces = [piece for piece in self._pieces.values() if not piece.is_computed]
        for resource, most in self._engine.workers().items():
            mine = [piece for piece in pieces if piece.order.resource == resource]
            running = [piece for piece in mine if piece.is_running]
            waiting = [piece for piece in mine if not piece.is_running and piece.is_wanted]
            waiting.sort(key=lambda piece: piece.rank)
            for piece in running:
                if not piece.is_wanted:
                    self._ask_to_yield(piece)
            for piece in waiting[: max(0, most - len(running))]:
                piece.is_running = True
                name = f"kd-order-{piece.order.key}"
                threading.Thread(target=self._compute, args=(piece,), name=name, daemon=True).start()
            left = waiting[max(0, most - len(running)) :]
            leaving = sum(piece.is_yielding for piece in running)
            # the least urgent gives way first, and of those the one that came last
            for urgent, piece in zip(left, sorted(running, key=lambda piece: piece.rank)[::-1], strict=False):
                if leaving > 0:
                    leaving -= 1
                elif urgent.urgency < piece.urgency:
                    self._ask_to_yield(piece)

    def _ask_to_yield(self, piece: Piece) -> None:
        if piece.attempt is not None and not piece.is_yielding:
            piece.is_yielding = True
            piece.attempt.request_yield()

    def _compute(self, piece: Piece) -> None:
        """In a thread of its own: one turn of an order, and what follows from its end."""
        value, error = None, None
        try:
            value = self._with_retries(piece)
        except BaseException as raised:
            error = raised
        with self._changed:
            piece.is_running = piece.is_yielding = piece.has_begun = False
            piece.attempt = None
            if isinstance(value, Checkpoint):
                piece.checkpoint = value
            # or else it goes on later, perhaps for somebody who came while it was given up
            given_up = isinstance(value, Checkpoint) or isinstance(error, Abandoned) or not piece.shares
            piece.is_computed = not given_up
            self._forget_unwanted(piece)
            self._pump()  # its worker is free before its value is stored
            self._changed.notify_all()
            if given_up:
                return
        if error is None:
            try:
                value = piece.order.keep(value)
            except BaseException as raised:
                error = raised
        with self._changed:
            piece.outcome = value, error
            self._forget_unwanted(piece)
            self._changed.notify_all()

    def _with_retries(self, piece: Piece) -> Any:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._attempt(piece)
            except EngineLost as error:
                if not piece.shares:
                    raise Abandoned from None
                if attempt == ATTEMPTS:
                    raise
                log.warning("%s: %s Trying once more.", piece.order.key, Ending.of(error).english)
                self._tell(piece, {"event": "lost"})
        raise AssertionError  # the last attempt has returned or raised

    def _attempt(self, piece: Piece) -> Any:
        token = f"{piece.order.key}-{uuid.uuid4().hex}"

        def hear(event: dict) -> None:
            self._hear(piece, event)

        attempt = self._engine.attempt(token, hear, lambda: not piece.shares)
        try:
            future = piece.order.submit(attempt, piece.checkpoint)
            with self._changed:
                piece.attempt, piece.is_yielding = attempt, False
                self._pump()  # it may have to give way already
            value = attempt.result(future)
            if value is None:  # it was stopped
                raise Abandoned
            return value
        finally:
            attempt.close()

    def _hear(self, piece: Piece, event: dict) -> None:
        """An event of the order's task."""
        with self._changed:
            piece.model = event["model"]
            if event["event"] == "begin":
                piece.has_begun = True
                piece.history = list(event.get("history", []))
                if piece.is_yielding and piece.attempt is not None:
                    piece.attempt.request_yield()  # its worker may not have heard of it
            elif event["event"] == "epoch":
                piece.history.append(event)
        self._tell(piece, event)

    def _tell(self, piece: Piece, event: dict) -> None:
        with self._changed:
            listeners = [share.hear for share in piece.shares]
        for hear in listeners:
            hear(event)
