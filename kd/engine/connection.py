"""Connection: one cluster, started or reached, watched and left. One that is lost is not used again."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

from kd.base.places import CODE
from kd.engine.processes import READY, SECONDS_BETWEEN_LOOKS, Silence, family_of, give_back, kill
from kd.text.endings import Ending

log = logging.getLogger("kd")

SECONDS_BETWEEN_ASKING = 0.1  # whether a caller that waits wants to stop
SECONDS_TO_START = 60
# Until its process says where it is: usually some seconds, but many on a busy machine.
SECONDS_TO_BE_READY = 180
# A scheduler that is being restarted is away for about this long at most.
SECONDS_TO_COME_BACK = 120
SECONDS_TO_LEAVE = 2.5

LOST = Ending("engine ended")
CLOSED = Ending("engine closed")

# Read when the child and its workers start: they quieten Dask's logging, and a warning of Python's resource
# tracker when it cleans up after workers that were killed.
_QUIET = {
    "DASK_LOGGING__DISTRIBUTED": "error",
    "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker",
}

# Dask would keep the last thousand events and messages, each up to 1 MB, which nothing here reads.
NOTHING_LOGGED = {"distributed.admin.low-level-log-length": 0}


class EngineLost(Exception):
    """The cluster was lost while it was needed."""


class Abandoned(Exception):
    """The result is no longer wanted."""


class Connection:
    """A cluster that is reached, or started as a child, and then watched, in a thread. Thread-safe."""

    def __init__(self, address: str | None, seconds_of_silence: float, before: Connection | None = None):
        """Reaches the cluster at this address, or starts one (None) after closing the lost one `before`."""
        self.client: Any = None  # Dask's
        self.child: subprocess.Popen | None = None
        self._address, self._silence = address, seconds_of_silence
        self._lock = threading.Lock()
        self._is_closed = False
        self._opened: Future[None] = Future()
        threading.Thread(target=self._open, args=(before,), name="kd-engine", daemon=True).start()

    @property
    def is_own(self) -> bool:
        """Whether it has started the cluster itself."""
        return self._address is None

    def wait(self, should_stop: Callable[[], bool]) -> None:
        """Returns once it is open. Raises EngineLost, or Abandoned: it keeps opening for the next caller."""
        while True:
            try:
                return self._opened.result(SECONDS_BETWEEN_ASKING)
            except TimeoutError:
                if should_stop():
                    raise Abandoned from None

    def is_alive(self) -> bool:
        """Tells whether the cluster answers; True while it is being opened."""
        if not self._opened.done():
            return True
        if self.child is not None and self.child.poll() is not None:
            return False
        return self.client is not None and self.client.status == "running"

    def check(self, should_stop: Callable[[], bool]) -> None:
        """Raises Abandoned or EngineLost when there is nothing left to wait for."""
        if should_stop():
            raise Abandoned
        if not self.is_alive():
            raise EngineLost(LOST)

    def workers(self, should_stop: Callable[[], bool]) -> list[set[str]]:
        """Waits for the first worker; returns the resources of each."""
        with self.losing():
            while not (known := self.client.scheduler_info(n_workers=-1).get("workers")):
                self.check(should_stop)
                time.sleep(SECONDS_BETWEEN_ASKING)
        return [set(worker.get("resources", {})) for worker in known.values()]

    @contextlib.contextmanager
    def losing(self) -> Iterator[None]:
        """Raises EngineLost instead of what a dead connection raises in this context."""
        try:
            yield
        except (OSError, RuntimeError, ValueError) as error:
            if self.is_alive() and not isinstance(error, OSError):
                raise
            raise EngineLost(LOST) from error

    def close(self) -> None:
        """Leaves the cluster, and ends it if it is ours."""
        with self._lock:
            self._is_closed = True
            client, child = self.client, self.child
        family = _family_of(child)
        if child is not None and child.stdin is not None:
            child.stdin.close()  # this makes it leave
        if client is not None:
            _leave(client)
        if child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=SECONDS_TO_LEAVE)
            kill(family)
            child.wait()

    def _open(self, before: Connection | None) -> None:
        client = None
        try:
            if before is not None:
                before.close()
            client = self._connect()
            with self._lock:
                if self._is_closed:
                    raise EngineLost(CLOSED)
                self.client = client
        except EngineLost as error:
            if client is not None:
                _leave(client)
            self._opened.set_exception(error)
        except Exception as error:  # whatever it is, callers that wait must be told
            self._opened.set_exception(EngineLost(_unreachable(self._address, str(error))))
        else:
            self._opened.set_result(None)
            self._watch()

    def _connect(self):
        import dask

        from kd.engine.preload import GuestClient, GuestSecurity

        if self._address is None:
            line = self._start()
            address, seconds = line.pop("address"), SECONDS_TO_START
            security = GuestSecurity(**line, require_encryption=True)
        else:
            address, seconds = self._address, SECONDS_TO_COME_BACK
            security = GuestSecurity()  # from Dask's own configuration (distributed.comm.tls)
        with dask.config.set(NOTHING_LOGGED):
            client = GuestClient(address, security=security, timeout=seconds, set_as_default=False)
        if self._address:
            log.info("connected to the cluster at %s", address)
        return client

    def _start(self) -> dict[str, str]:
        """Starts the child process; returns what it reports, and logs what else it prints."""
        # A session of its own, because Ctrl-C is for the app: closing standard input ends the child.
        apart: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        with self._lock:
            if self._is_closed:
                raise EngineLost(CLOSED)
            self.child = subprocess.Popen(
                [sys.executable, "-m", "kd.engine", str(self._silence)],
                cwd=CODE,
                env={**os.environ, **_QUIET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                **apart,
            )
        too_long = threading.Timer(SECONDS_TO_BE_READY, lambda: kill(_family_of(self.child)))
        too_long.daemon = True
        too_long.start()
        try:
            assert self.child.stdout is not None
            with self.child.stdout as out:
                for line in out:
                    if line.startswith(READY):
                        return json.loads(line.removeprefix(READY))
                    log.info("the engine's process prints: %s", line.rstrip())
        finally:
            too_long.cancel()
        raise EngineLost(Ending("engine not started"))

    def _watch(self) -> None:
        """Asks the scheduler for a sign of life again and again; without one, the cluster is lost."""
        import asyncio  # not above: commands that train nothing start sooner without it

        async def sign() -> None:  # soon raises where the connection is known to be lost, which is a sign too
            await client.scheduler.identity(n_workers=0)

        client, silence, answers, asked = self.client, Silence(self._silence), 0, None
        process = next(iter(_family_of(self.child)), None)
        while client.status == "running":
            if asked is None or asked.done():
                answers += asked is not None
                asked = asyncio.run_coroutine_threadsafe(sign(), client.loop.asyncio_loop)
            time.sleep(SECONDS_BETWEEN_LOOKS)
            give_back()  # what pages took for a moment
            if silence.is_too_long(answers, process):
                log.warning("the training engine has not answered for %.0f s and is killed", self._silence)
                kill(_family_of(self.child))
                _leave(client)
                return


def _family_of(child: subprocess.Popen | None) -> list:
    """Returns a child that lives, and all that it started."""
    return [] if child is None or child.poll() is not None else family_of(child.pid)


def _unreachable(address: str | None, reason: str) -> Ending:
    """Returns why the cluster at this address, or our own (None), cannot be used."""
    what, values = ("cluster", {"address": address}) if address else ("engine", {})
    if reason:
        values["reason"] = reason.rstrip(".")
    return Ending(f"{what} unreachable" if reason else f"{what} silent", values)


def _leave(client) -> None:
    """Closes a client, whatever the state of its cluster; broken ones fail in odd ways, which Dask logs."""
    dask_log, nothing = logging.getLogger("distributed.client"), logging.Filter("nothing")
    dask_log.addFilter(nothing)
    try:
        client.close(timeout=1)
    except Exception as error:
        log.debug("a client could not be closed: %s", error)
    finally:
        dask_log.removeFilter(nothing)
