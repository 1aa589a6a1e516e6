"""Engine: start or reach the cluster, and connect each attempt at a run to it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from kd.engine import tasks
from kd.engine.attempt import Abandoned, Attempt, EngineLost, workers_of
from kd.engine.cluster_size import student_workers
from kd.engine.frozen import SECONDS_BETWEEN_LOOKS, SECONDS_OF_SILENCE, Silence, family_of, kill
from kd.engine.heap import Pauses
from kd.engine.ready import READY
from kd.places import CODE
from kd.text.endings import Ending

log = logging.getLogger("kd")

SECONDS_TO_START = 60
# Until its process says where it is: usually some seconds, but many on a busy machine.
SECONDS_TO_BE_READY = 180
# A scheduler that is being restarted is away for about this long at most.
SECONDS_TO_COME_BACK = 120
SECONDS_TO_LEAVE = 2.5

CLOSED = Ending("engine closed")

# Read when the child and its workers start: they quieten Dask's logging, and a warning of Python's resource
# tracker when it cleans up after workers that were killed.
_QUIET = {
    "DASK_LOGGING__DISTRIBUTED": "error",
    "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker",
}


class Engine:
    """The cluster as KD Lab uses it. Starts on first use, and again if it was lost, until it is closed.

    Thread-safe.
    """

    def __init__(self, seconds_of_silence: float = SECONDS_OF_SILENCE) -> None:
        """
        Args:
            seconds_of_silence: a process that neither answers nor computes for so long counts as lost.
        """
        self._silence = seconds_of_silence
        self._lock = threading.RLock()
        self._client = None
        self._child: subprocess.Popen | None = None
        self._starting: Future | None = None
        self._workers = {"student": student_workers(), "teacher": 1}
        self._closed = False

    @property
    def address(self) -> str | None:
        """The address of a cluster that somebody else runs (KD_SCHEDULER), or None for our own."""
        return os.environ.get("KD_SCHEDULER") or None

    def ensure(self, should_stop: Callable[[], bool] = lambda: False):
        """The connected Dask client; starts the child process if none is running.

        Raises:
            EngineLost: when the engine does not start or cannot be reached.
            Abandoned: when `should_stop` returned True; the engine keeps starting for the next caller.
        """
        with self._lock:
            if self._closed:  # a run that was on its way here must not start it again
                raise EngineLost(CLOSED)
            if self._is_alive():
                return self._client
            if self._starting is None:
                self._starting = Future()
                threading.Thread(
                    target=self._start, args=(self._starting,), name="kd-engine", daemon=True
                ).start()
            starting = self._starting
        while True:
            try:
                return starting.result(timeout=0.1)
            except TimeoutError:
                if should_stop():
                    raise Abandoned from None

    def attempt(self, token: str, hear: Callable[[dict], None], should_stop: Callable[[], bool]) -> Attempt:
        """A connection to the cluster for one attempt at a run, identified by its token.

        Raises:
            EngineLost, Abandoned: as `ensure`.
        """
        attempt = Attempt(self.ensure(should_stop), self._child, token, hear, should_stop)
        if self.address:
            self._workers = attempt.workers()
        return attempt

    def runs_at_once(self) -> int:
        """How many runs the cluster computes at once: each has two students."""
        return max(1, self._workers["student"] // 2)

    def workers(self) -> dict[str, int]:
        """How many tasks are computed at once, by the resource they need: 'student' and 'teacher'."""
        return self._workers

    def look_for_workers(self) -> None:
        """Count the workers of a cluster that somebody else runs, for `workers`; connects to it if need be.

        Otherwise they are counted when the first task is sent to them.

        Raises:
            EngineLost: as `ensure`.
        """
        if self.address:
            known = self.ensure().scheduler_info(n_workers=-1).get("workers", {}).values()
            if known:
                self._workers = workers_of([worker.get("resources", {}) for worker in known])

    def warm_up(self) -> None:
        """Load TensorFlow in the student workers, so that the first run starts at once."""
        from distributed import fire_and_forget

        client = self.ensure()
        for worker in client.scheduler_info(n_workers=-1)["workers"].values():
            if "student" in worker.get("resources", {}):
                task = client.submit(tasks.warm_student, workers=[worker["name"]], pure=False, priority=10)
                fire_and_forget(task)

    def close(self) -> None:
        """Leave the cluster, and end it if it is ours."""
        with self._lock:
            self._closed = True
            client, self._client = self._client, None
            child, self._child = self._child, None
            self._starting = None
        family = [] if child is None else family_of(child.pid)
        if child is not None and child.stdin is not None:
            child.stdin.close()  # this makes it leave
        if client is not None:
            _leave(client)
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=SECONDS_TO_LEAVE)
            kill(family)
            child.wait()

    def _start(self, starting: Future) -> None:
        """Runs in a thread of its own, so that nobody who wants to stop has to wait for it."""
        client = None
        with self._lock:
            old, self._client = self._client, None
        try:
            if old is not None:
                _leave(old)
            client = self._connect_remote() if self.address else self._start_child(starting)
        except EngineLost as error:
            lost = error
        except Exception as error:  # whatever it is, those who wait must be told
            lost = EngineLost(_unreachable(self.address, str(error)))
        with self._lock:
            wanted = self._starting is starting
            child = self._child
            if wanted:
                self._starting = None
                self._client = client
        if wanted and client is not None:
            threading.Thread(
                target=self._end_when_frozen, args=(client, child), name="kd-engine-watch", daemon=True
            ).start()
            starting.set_result(client)
        else:
            if client is not None:
                _leave(client)
                lost = EngineLost(CLOSED)
            starting.set_exception(lost)

    def _is_alive(self) -> bool:
        """Called with the lock held."""
        if self._child is not None and self._child.poll() is not None:
            return False
        return self._client is not None and self._client.status == "running"

    def _start_child(self, starting: Future):
        from distributed.security import Security

        from kd.engine.connections import QuietClient

        # A session of its own, because Ctrl-C is for the app: closing standard input ends the child.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        with self._lock:
            if self._starting is not starting:
                raise EngineLost(CLOSED)
            if self._child is not None:
                kill(family_of(self._child.pid))
                self._child.wait()
            child = self._child = subprocess.Popen(
                [sys.executable, "-m", "kd.engine", str(self._silence)],
                cwd=CODE,
                env={**os.environ, **_QUIET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                **apart,
            )
        address = _address(child)
        security = Security(
            tls_ca_file=address["ca"],
            tls_client_cert=address["certificate"],
            tls_client_key=address["key"],
            require_encryption=True,
        )
        return QuietClient(
            address["address"], security=security, timeout=SECONDS_TO_START, set_as_default=False
        )

    def _end_when_frozen(self, client, child: subprocess.Popen | None) -> None:
        """Keep asking the scheduler for a sign of life; without one, the cluster is lost.

        Once no result is waited for, this process gives back what results took.
        """
        import asyncio

        silence, answers, asked, pauses = Silence(self._silence), 0, None, Pauses()
        family = [] if child is None else family_of(child.pid)
        process = family[0] if family else None
        while client.status == "running":
            if asked is None or asked.done():
                answers += asked is not None
                asked = asyncio.run_coroutine_threadsafe(_sign_of(client), client.loop.asyncio_loop)
            time.sleep(SECONDS_BETWEEN_LOOKS)
            pauses.notice(bool(client.futures))
            if silence.is_too_long(answers, process):
                log.warning("the training engine has not answered for %.0f s and is killed", self._silence)
                if child is not None:
                    kill(family_of(child.pid))
                _leave(client)
                return

    def _connect_remote(self):
        from kd.engine.connections import QuietClient

        # Certificates and keys come from Dask's own configuration (distributed.comm.tls).
        client = QuietClient(self.address, timeout=SECONDS_TO_COME_BACK, set_as_default=False)
        log.info("connected to the cluster at %s", self.address)
        return client


async def _sign_of(client) -> None:
    """Returns when the scheduler answers, or as soon as the connection is known to be lost."""
    with contextlib.suppress(Exception):
        await client.scheduler.identity(n_workers=0)


def _unreachable(address: str | None, reason: str) -> Ending:
    """Why the cluster at this address (None: our own) cannot be used; the reason may be empty."""
    what, values = ("cluster", {"address": address}) if address else ("engine", {})
    if not reason:
        return Ending(f"{what} silent", values)
    return Ending(f"{what} unreachable", {**values, "reason": reason.rstrip(".")})


def _leave(client) -> None:
    """Close a client, whatever the state of its cluster; a broken one can fail in odd ways."""
    try:
        client.close(timeout=1)
    except Exception as error:
        log.debug("a client could not be closed: %s", error)


def _address(child: subprocess.Popen) -> dict[str, str]:
    """What the engine's process reports about itself; anything else it prints goes to the log.

    Raises:
        EngineLost: when it ends, or reports nothing for too long.
    """
    too_long = threading.Timer(SECONDS_TO_BE_READY, lambda: kill(family_of(child.pid)))
    too_long.daemon = True
    too_long.start()
    try:
        assert child.stdout is not None
        with child.stdout as out:
            for line in out:
                if line.startswith(READY):
                    return json.loads(line.removeprefix(READY))
                log.info("the engine's process prints: %s", line.rstrip())
    finally:
        too_long.cancel()
    raise EngineLost(Ending("engine not started"))
