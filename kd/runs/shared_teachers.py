"""Fresh teachers that several runs of a process want at once: each is trained by one of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from kd.training.checkpoint import Checkpoint

SECONDS_BETWEEN_LOOKS = 0.1


class SharedTeachers:
    """Who trains which fresh teacher now, and how far those have come that wait for their next turn.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._in_training: set[str] = set()
        self._checkpoints: dict[str, Checkpoint] = {}

    @contextlib.contextmanager
    def only_one(self, teacher_id: str, waiting: Callable[[], None]) -> Iterator[None]:
        """Let one run at a time into the block for this teacher.

        Args:
            waiting: called again and again while another run is inside; may raise, to wait no longer.
        """
        while not self._enter(teacher_id):
            waiting()
        try:
            yield
        finally:
            with self._changed:
                self._in_training.discard(teacher_id)
                self._changed.notify_all()

    def _enter(self, teacher_id: str) -> bool:
        with self._changed:
            if teacher_id in self._in_training:
                self._changed.wait(SECONDS_BETWEEN_LOOKS)
            if teacher_id in self._in_training:
                return False
            self._in_training.add(teacher_id)
            return True

    def checkpoint(self, teacher_id: str) -> Checkpoint | None:
        """Where the training of this teacher stands, if it gave its place up."""
        return self._checkpoints.get(teacher_id)

    def keep(self, teacher_id: str, checkpoint: Checkpoint) -> None:
        """Note where the training of a teacher stands."""
        self._checkpoints[teacher_id] = checkpoint

    def forget(self, teacher_id: str) -> None:
        """The teacher is trained, or nobody wants it any longer."""
        self._checkpoints.pop(teacher_id, None)
