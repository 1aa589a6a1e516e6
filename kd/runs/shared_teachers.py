"""Fresh teachers that several runs of a process need at once: one of the runs trains each."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from kd.training.checkpoint import Checkpoint

SECONDS_BETWEEN_LOOKS = 0.1


class SharedTeachers:
    """Which fresh teachers are in training, and the checkpoints of those waiting for their next turn.

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
            waiting: called repeatedly while another run is inside; may raise to stop waiting.
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
        """How far the training of this teacher got before it gave up its place."""
        return self._checkpoints.get(teacher_id)

    def keep(self, teacher_id: str, checkpoint: Checkpoint) -> None:
        """Remember how far the training of a teacher got."""
        self._checkpoints[teacher_id] = checkpoint

    def forget(self, teacher_id: str) -> None:
        """Forget a checkpoint: the teacher is trained, or nobody wants it any longer."""
        self._checkpoints.pop(teacher_id, None)
