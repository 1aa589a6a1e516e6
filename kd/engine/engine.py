"""Engine: the cluster as the rest of KD Lab uses it."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Collection, Sequence

from kd.engine import tasks
from kd.engine.attempt import Attempt
from kd.engine.connection import CLOSED, Connection, EngineLost
from kd.engine.processes import SECONDS_OF_SILENCE, student_workers


class Engine:
    """Starts on first use, and again if it was lost, until it is closed. Thread-safe."""

    def __init__(self, seconds_of_silence: float = SECONDS_OF_SILENCE) -> None:
        """A process that neither answers nor computes for so long counts as lost."""
        self._silence = seconds_of_silence
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._workers = {"student": student_workers(), "teacher": 1}
        self._closed = False

    @property
    def address(self) -> str | None:
        """The address of a cluster that somebody else runs (KD_SCHEDULER), or None for our own."""
        return os.environ.get("KD_SCHEDULER") or None

    @property
    def child(self) -> subprocess.Popen | None:
        """The process of our own cluster, if there is one."""
        return None if self._connection is None else self._connection.child

    def ensure(self, should_stop: Callable[[], bool] = lambda: False):
        """The connected Dask client; starts the child process if none is running.

        Raises:
            EngineLost: when the engine does not start or cannot be reached.
            Abandoned: when `should_stop` returned True; the engine keeps starting for the next caller.
        """
        return self._connected(should_stop).client

    def attempt(self, token: str, hear: Callable[[dict], None], should_stop: Callable[[], bool]) -> Attempt:
        """One attempt at a run, identified by its token. Raises what `ensure` does."""
        attempt = Attempt(self._connected(should_stop), token, hear, should_stop)
        if self.address:
            self._count(attempt.workers)
        return attempt

    def workers(self) -> dict[str, int]:
        """How many tasks are computed at once, by the resource they need: 'student' and 'teacher'."""
        return self._workers

    def look_for_workers(self) -> None:
        """Count the workers of somebody else's cluster now, and not with the next attempt, for `workers`."""
        if self.address:
            self._count(self._connected(lambda: False).workers(lambda: False))

    def warm_up(self) -> None:
        """Load TensorFlow in the student workers, so that the first run starts at once."""
        from distributed import fire_and_forget

        client = self.ensure()
        for worker in client.scheduler_info(n_workers=-1)["workers"].values():
            if "student" in worker.get("resources", {}):
                task = client.submit(tasks.warm_student, workers=[worker["name"]], pure=False, priority=10)
                fire_and_forget(task)

    def _count(self, workers: Sequence[Collection[str]]) -> None:
        """Keep how many train students and teachers: those that say so, or all if none does."""
        kinds = ("student", "teacher")
        self._workers = {kind: sum(kind in names for names in workers) or len(workers) for kind in kinds}

    def close(self) -> None:
        """Leave the cluster, and end it if it is ours."""
        with self._lock:
            self._closed = True
        if self._connection is not None:
            self._connection.close()

    def _connected(self, should_stop: Callable[[], bool]) -> Connection:
        """The connection, once it is open."""
        with self._lock:
            if self._closed:  # a run that was on its way here must not start it again
                raise EngineLost(CLOSED)
            if self._connection is None or not self._connection.is_alive():
                self._connection = Connection(self.address, self._silence, self._connection)
            connection = self._connection
        connection.wait(should_stop)
        return connection
