"""Engine: the cluster as the rest of KD Lab uses it, and an attempt at a task on it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import CancelledError
from typing import Any

from kd.engine import tasks
from kd.engine.connection import CLOSED, LOST, SECONDS_BETWEEN_ASKING, Connection, EngineLost
from kd.engine.processes import KINDS, SECONDS_OF_SILENCE, own_workers
from kd.text.endings import Ending


class WorkerLost(Exception):
    """A task lost its worker process too often."""


class Engine:
    """The cluster, which starts on first use, and again after it was lost. Thread-safe."""

    def __init__(self, seconds_of_silence: float = SECONDS_OF_SILENCE) -> None:
        """seconds_of_silence: after which a process that does not compute counts as lost."""
        self._silence = seconds_of_silence
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._workers = own_workers()
        self._closed = False

    @property
    def address(self) -> str | None:
        """The address of a cluster that somebody else runs (KD_SCHEDULER), or None for our own."""
        return os.environ.get("KD_SCHEDULER") or None

    @property
    def child(self) -> subprocess.Popen | None:
        """The process of our own cluster, if there is one."""
        return None if self._connection is None else self._connection.child

    def is_dead(self) -> bool:
        """Returns whether it was lost or closed; one that was lost starts again, in the background."""
        with self._lock:
            was_lost = self._connection is not None and not self._connection.is_alive()
            if was_lost and not self._closed:
                self._connection = Connection(self.address, self._silence, self._connection)
            return self._closed or was_lost

    def ensure(self):
        """Returns the connected Dask client; raises EngineLost when there is none."""
        return self._connected(lambda: False).client

    def attempt(self, token: str, hear: Callable[[dict], None], should_stop: Callable[[], bool]) -> Attempt:
        """Begins an `Attempt`; raises EngineLost, or Abandoned if `should_stop` says so."""
        attempt = Attempt(self._connected(should_stop), token, hear, should_stop)
        if self.address:
            self._count(attempt.workers)
        return attempt

    def workers(self) -> dict[tuple[str, ...], int]:
        """Returns how many tasks are computed at once, by what the worker has: one or all of KINDS."""
        return self._workers

    def students_at_once(self) -> int:
        """Returns how many students train at the same time."""
        return sum(number for kinds, number in self._workers.items() if "student" in kinds)

    def look_for_workers(self) -> None:
        """Counts the workers of somebody else's cluster now, for `workers`."""
        if self.address:
            self._count(self._connected(lambda: False).workers(lambda: False))

    def warm_up(self) -> None:
        """Loads TensorFlow in the student workers, so that the first run starts at once."""
        from distributed import fire_and_forget

        client = self.ensure()
        for worker in client.scheduler_info(n_workers=-1)["workers"].values():
            if "student" in worker.get("resources", {}):
                task = client.submit(tasks.warm_student, workers=[worker["name"]], pure=False, priority=10)
                fire_and_forget(task)

    def close(self) -> None:
        """Leaves the cluster, and ends it if it is ours."""
        with self._lock:
            self._closed = True
        if self._connection is not None:
            self._connection.close()

    def _count(self, workers: Sequence[Collection[str]]) -> None:
        """Counts the workers: each trains whatever comes, unless all name one of the two kinds."""
        named = Counter(tuple(kind for kind in KINDS if kind in names) for names in workers)
        are_apart = named.keys() == {(kind,) for kind in KINDS}
        self._workers = dict(named) if are_apart else {KINDS: len(workers)}

    def _connected(self, should_stop: Callable[[], bool]) -> Connection:
        """Returns the connection, once it is open."""
        with self._lock:
            if self._closed:  # a run that was on its way here must not start it again
                raise EngineLost(CLOSED)
            if self._connection is None or not self._connection.is_alive():
                self._connection = Connection(self.address, self._silence, self._connection)
            connection = self._connection
        connection.wait(should_stop)
        return connection


class Attempt:
    """Submits tasks to one cluster, receives their events, ends them; raises EngineLost once that is lost."""

    def __init__(
        self,
        connection: Connection,
        token: str,
        hear: Callable[[dict], None],
        should_stop: Callable[[], bool],
    ):
        """Waits for a worker. `hear` is called with each event of its tasks, from a thread of the client."""
        self._connection, self._token, self._should_stop = connection, token, should_stop
        self._client, self._hear = connection.client, hear
        self._futures: list = []
        attempt = weakref.ref(self)  # for Dask keeps what listens to a topic even after `unsubscribe_topic`

        def one_by_one(stamped: tuple[float, list[dict]]) -> None:
            if (listening := attempt()) is not None:
                for event in stamped[1]:
                    listening._hear(event)

        with connection.losing():
            self._client.subscribe_topic(token, one_by_one)
        self.workers = connection.workers(should_stop)

    @property
    def is_here(self) -> bool:
        """Whether its workers are the app's own, on this machine."""
        return self._connection.is_own

    def submit(self, function: Callable, *arguments, resource: str):
        """Runs one of kd.engine.tasks with the token as its last argument; returns a Dask future."""
        # workers of a plain cluster name no resources: any of them will do
        resources = {resource: 1} if any(resource in names for names in self.workers) else None
        with self._connection.losing():
            future = self._client.submit(function, *arguments, self._token, resources=resources, pure=False)
        self._futures.append(future)
        return future

    def result(self, future: Any) -> Any:
        """Waits for a value; raises the task's error, WorkerLost, or Abandoned: it goes on until `close`."""
        from distributed.scheduler import KilledWorker

        ended = threading.Event()
        with self._connection.losing():
            future.add_done_callback(lambda _: ended.set())
        has_ended = False
        while not has_ended:
            has_ended = ended.wait(SECONDS_BETWEEN_ASKING)
            self._connection.check(self._should_stop)  # futures of a lost one are never answered
        try:
            return future.result(timeout=60)
        except KilledWorker:
            raise WorkerLost(Ending("worker lost")) from None
        except (CancelledError, OSError):
            raise EngineLost(LOST) from None

    def request_yield(self) -> None:
        """Makes this attempt's training tasks return a Checkpoint soon."""
        self._in_background(lambda: self._tell(tasks.request_yield))

    def close(self) -> None:
        """Forgets the attempt; unfinished tasks stop at their next check, wherever they run."""
        futures, self._futures = self._futures, []

        def forget() -> None:
            self._client.unsubscribe_topic(self._token)
            unfinished = [future for future in futures if not future.done()]
            if unfinished:
                self._client.cancel(unfinished, force=True)
                self._tell(tasks.request_stop)
            for future in futures:  # while one is held, its worker keeps the result: a model and its logits
                future.release()

        if self._connection.is_alive():
            self._in_background(forget)

    def _tell(self, request: Callable) -> None:
        """Calls a function of kd.engine.tasks with the token in every worker."""
        self._client.run(request, self._token, wait=False, on_error="ignore")

    def _in_background(self, action: Callable[[], None]) -> None:
        """Carries out `action` in a thread, as a worker in native code is slow to answer."""

        def act() -> None:
            with contextlib.suppress(Exception):  # the cluster may end at any moment
                action()

        threading.Thread(target=act, name="kd-tell", daemon=True).start()
