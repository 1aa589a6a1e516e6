"""Attempt: one attempt at a run on one cluster. Submits its tasks, receives their events, ends them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

from kd.engine import tasks
from kd.engine.connection import LOST, SECONDS_BETWEEN_ASKING, Connection, EngineLost
from kd.text.endings import Ending


class WorkerLost(Exception):
    """A task lost its worker process too often."""


class Attempt:
    """Tied to the cluster on which it began: if that is lost, so is the attempt, and EngineLost is raised."""

    def __init__(
        self,
        connection: Connection,
        token: str,
        hear: Callable[[dict], None],
        should_stop: Callable[[], bool],
    ):
        """
        Args:
            connection: an open one.
            token: a name that no other attempt has.
            hear: called with every event of the attempt's tasks, from a thread of the client.
            should_stop: called while waiting, here for a worker; Abandoned is raised when it returns True.
        """
        self._connection, self._token, self._should_stop = connection, token, should_stop
        self._client = connection.client
        self._futures: list = []

        def one_by_one(stamped: tuple[float, list[dict]]) -> None:
            _, events = stamped
            for event in events:
                hear(event)

        with connection.losing():
            self._client.subscribe_topic(token, one_by_one)
        self.workers = connection.workers(should_stop)

    def submit(self, function: Callable, *arguments, resource: str):
        """Run one of kd.engine.tasks with the token as its last argument; returns a Dask future."""
        # workers of a plain cluster name no resources: any of them will do
        resources = {resource: 1} if any(resource in names for names in self.workers) else None
        with self._connection.losing():
            future = self._client.submit(function, *arguments, self._token, resources=resources, pure=False)
        self._futures.append(future)
        return future

    def result(self, future: Any) -> Any:
        """Wait for a future's value; an error of the task is raised here.

        Raises:
            WorkerLost: when its worker died, and its replacement too.
            Abandoned: when `should_stop` returned True; the task goes on until `close`.
        """
        from distributed.scheduler import KilledWorker

        ended = threading.Event()
        with self._connection.losing():
            future.add_done_callback(lambda _: ended.set())
        while True:
            has_ended = ended.wait(SECONDS_BETWEEN_ASKING)
            self._connection.check(self._should_stop)  # of a lost one nobody answers any longer
            if has_ended:
                break
        try:
            return future.result(timeout=60)
        except KilledWorker:
            raise WorkerLost(Ending("worker lost")) from None
        except (CancelledError, OSError):
            raise EngineLost(LOST) from None

    def request_yield(self) -> None:
        """Make this attempt's training tasks return a Checkpoint soon."""
        self._in_background(lambda: self._tell(tasks.request_yield))

    def close(self) -> None:
        """Forget the attempt; unfinished tasks stop at their next check, wherever they run."""
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
        """Tell every worker, wherever the tasks are."""
        self._client.run(request, self._token, wait=False, on_error="ignore")

    def _in_background(self, action: Callable[[], None]) -> None:
        """A worker in native code is slow to answer, and nobody should notice."""

        def act() -> None:
            with contextlib.suppress(Exception):  # the cluster may end at any moment
                action()

        threading.Thread(target=act, name="kd-tell", daemon=True).start()
