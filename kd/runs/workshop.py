"""Workshop: whatever the runs need of the engine is computed once, however many of them need it.

An order is one task: a model's training, a teacher's answers to the training pictures. Runs that want the
same order share it, and it is given up only when the last of them leaves it. Orders begin by urgency; of
those that are equally urgent, the study goes first that has had the workers for the shortest time. One that
is less urgent than a waiting one pauses, and goes on later as if it had not; so does one that has had its
turn.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from kd.engine import Abandoned, Engine, EngineLost
from kd.runs.work.piece import AHEAD, PERSON, Order, Piece, Share
from kd.runs.work.turns import Turns
from kd.text.endings import Ending
from kd.training.checkpoint import Checkpoint

log = logging.getLogger("kd")

SECONDS_BETWEEN_LOOKS = 0.1
# An order survives losing the engine once.
ATTEMPTS = 2
CLOSED = Ending("engine closed")


class Workshop:
    """The orders of a process. Thread-safe."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic):
        """
        Args:
            clock: seconds, by which turns are measured.
        """
        self._engine, self._turns = engine, Turns(clock)
        self._changed = threading.Condition()
        self._pieces: dict[str, Piece] = {}
        self._numbers = itertools.count()
        self._closed = False

    def want(
        self,
        order: Order,
        hear: Callable[[dict], None],
        urgency: int = PERSON,
        study: str = "",
        is_paused: bool = False,
    ) -> Share:
        """Ask for an order, or share one that is on its way or has just ended well; `result` waits for it.

        Args:
            study: for which; studies that are equally urgent share the workers evenly.
            is_paused: whether it has to wait for `resume`.
        """
        with self._changed:
            self._turns.take_part(study, self._pieces.values())
            piece = self._pieces.get(order.key)
            if piece is None or piece.failed:
                piece = self._pieces[order.key] = Piece(order, next(self._numbers))
            share = Share(piece, hear, urgency, study, is_paused)
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
                    if self._turns.are_shared:
                        self._pump()  # somebody may have had their turn
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
                share.piece.turn = next(self._numbers)
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
            waiting.sort(key=self._turns.rank)
            for piece in running:
                if not piece.is_wanted:
                    self._ask_to_yield(piece)
            for piece in waiting[: max(0, most - len(running))]:
                self._turns.begin(piece)
                name = f"kd-order-{piece.order.key}"
                threading.Thread(target=self._compute, args=(piece,), name=name, daemon=True).start()
            left = waiting[max(0, most - len(running)) :]
            leaving = sum(piece.is_yielding for piece in running)
            # the least urgent gives way first, and of those the one that came last
            for first, piece in zip(left, sorted(running, key=self._turns.rank)[::-1], strict=False):
                if leaving > 0:
                    leaving -= 1
                elif first.urgency < piece.urgency or self._turns.has_had_its_turn(piece, first):
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
            self._turns.end(piece)
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
                if self._closed or not piece.shares:
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
