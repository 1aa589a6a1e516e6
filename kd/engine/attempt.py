"""Attempt: one attempt at a run on one cluster. Submits its tasks, receives their events, ends them."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from kd.engine import tasks
from kd.text.endings import Ending

SECONDS_BETWEEN_LOOKS = 0.1
LOST = Ending("engine ended")


class EngineLost(Exception):
    """The cluster was lost while it was needed."""


class WorkerLost(Exception):
    """A task lost its worker process too often."""


class Abandoned(Exception):
    """Nobody wants the result any longer."""


def workers_of(resources: Sequence[Collection[str]]) -> dict[str, int]:
    """How many workers train students and teachers: those that say so, or all if none does.

    Args:
        resources: of each worker, by name.
    """
    return {
        resource: sum(resource in names for names in resources) or len(resources)
        for resource in ("student", "teacher")
    }


class Attempt:
    """Tied to the cluster on which it began: if that is lost, so is the attempt."""

    def __init__(
        self,
        client,
        child: subprocess.Popen | None,
        token: str,
        hear: Callable[[dict], None],
        should_stop: Callable[[], bool],
    ):
        """
        Args:
            client: a connected Dask client.
            child: the process of the cluster, if it is ours.
            token: a name that no other attempt has.
            hear: called with every event of the attempt's tasks, from a thread of the client.
            should_stop: called while waiting.

        Raises:
            EngineLost: when the cluster is already gone.
            Abandoned: when `should_stop` returned True before there was a worker.
        """
        self._client, self._child, self._token, self._should_stop = client, child, token, should_stop
        self._futures: list = []

        def one_by_one(stamped: tuple[float, list[dict]]) -> None:
            _, events = stamped
            for event in events:
                hear(event)

        with self._losing():
            client.subscribe_topic(token, one_by_one)
            # Somebody else's scheduler may be back before its workers are, and a client that is closed in the
            # meantime knows of none at all.
            while not (known := client.scheduler_info(n_workers=-1).get("workers", {}).values()):
                if should_stop():
                    raise Abandoned
                if not self.is_alive():
                    raise EngineLost(LOST)
                time.sleep(SECONDS_BETWEEN_LOOKS)
        self._resources = [set(worker.get("resources", {})) for worker in known]

    def workers(self) -> dict[str, int]:
        """How many workers train students and teachers."""
        return workers_of(self._resources)

    def submit(self, function: Callable, *arguments, resource: str):
        """Run one of kd.engine.tasks with the token as its last argument; returns a Dask future.

        Raises:
            EngineLost: when the cluster is gone.
        """
        # workers of a plain cluster name no resources: any of them will do
        resources = {resource: 1} if any(resource in names for names in self._resources) else None
        with self._losing():
            future = self._client.submit(function, *arguments, self._token, resources=resources, pure=False)
        self._futures.append(future)
        return future

    def result(self, future: Any) -> Any:
        """Wait for a future's value; an error of the task is raised here.

        Raises:
            EngineLost: when the cluster was lost in the meantime.
            WorkerLost: when its worker died, and its replacement too.
            Abandoned: when `should_stop` returned True; the task is told, and nobody waits for its end.
        """
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        ended = threading.Event()
        with self._losing():
            future.add_done_callback(lambda _: ended.set())
        while True:
            has_ended = ended.wait(SECONDS_BETWEEN_LOOKS)
            if self._should_stop():
                raise Abandoned
            if not self.is_alive():  # without it nobody answers any longer
                raise EngineLost(LOST)
            if has_ended:
                break
        try:
            return future.result(timeout=60)
        except KilledWorker:
            raise WorkerLost(Ending("worker lost")) from None
        except (CancelledError, FutureCancelledError, OSError, TimeoutError):
            raise EngineLost(LOST) from None

    def request_yield(self) -> None:
        """Make this attempt's training tasks return a Checkpoint soon."""
        threading.Thread(target=self._ask_to_yield, name="kd-yield", daemon=True).start()

    def _ask_to_yield(self) -> None:
        with contextlib.suppress(Exception):  # the cluster may end at any moment
            self._client.run(tasks.request_yield, self._token, wait=False, on_error="ignore")

    def is_alive(self) -> bool:
        """Whether the cluster on which this attempt began still answers."""
        if self._child is not None and self._child.poll() is not None:
            return False
        return self._client.status == "running"

    def close(self) -> None:
        """Forget the attempt; unfinished tasks stop at their next check, wherever they run."""
        futures, self._futures = self._futures, []
        if self.is_alive():
            # Not waited for: a worker in native code is slow to answer, and nobody should notice.
            threading.Thread(target=self._tell, args=(futures,), name="kd-stop", daemon=True).start()

    def _tell(self, futures: list) -> None:
        with contextlib.suppress(Exception):  # the cluster may end at any moment
            self._client.unsubscribe_topic(self._token)
            unfinished = [future for future in futures if not future.done()]
            if unfinished:
                self._client.cancel(unfinished, force=True)
                self._client.run(tasks.request_stop, self._token, wait=False, on_error="ignore")
        for future in futures:  # while one is held, its worker keeps the result: a model and its logits
            with contextlib.suppress(Exception):
                future.release()

    @contextlib.contextmanager
    def _losing(self) -> Iterator[None]:
        """Whatever a dead connection raises means that the engine is lost."""
        try:
            yield
        except (OSError, TimeoutError, RuntimeError, ValueError) as error:
            if self.is_alive() and not isinstance(error, OSError):
                raise
            raise EngineLost(LOST) from error
