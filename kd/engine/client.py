"""Engine: start or reach the cluster, submit tasks, hear their events, stop them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

from kd.engine import tasks

PROJECT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 60

# Read at the start of the child and its workers: Dask's logging, and a warning of Python's resource
# tracker when it clears up after workers that were ended at once.
_QUIET = {
    "DASK_LOGGING__DISTRIBUTED": "error",
    "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker",
}


class EngineLost(Exception):
    """The cluster went away while it was needed."""


class Engine:
    """The cluster as KD Lab uses it. Starts on first use and again after it was lost; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._client = None
        self._child: subprocess.Popen | None = None

    def ensure(self):
        """The connected Dask client; starts the child process where none is running.

        Raises:
            EngineLost: when the engine does not start or cannot be reached.
        """
        with self._lock:
            if self._client is not None and self._is_alive():
                return self._client
            self.close()
            remote = os.environ.get("KD_SCHEDULER")
            try:
                self._client = self._connect_remote(remote) if remote else self._start_child()
            except (OSError, TimeoutError, ValueError) as error:
                self.close()
                raise EngineLost(f"The training engine could not be reached: {error}") from error
            return self._client

    def submit(self, function: Callable, *arguments, resource: str, token: str):
        """Run one of kd.engine.tasks; returns a Dask future. `token` is passed as the last argument."""
        client = self.ensure()
        resources = {resource: 1} if self._has_resource(client, resource) else None
        return client.submit(function, *arguments, token, resources=resources, pure=False)

    def result(self, future):
        """Wait for a future's value; what the task raised is raised here.

        Raises:
            EngineLost: when the cluster went away meanwhile.
        """
        from distributed.client import FutureCancelledError
        from distributed.comm import CommClosedError
        from distributed.scheduler import KilledWorker

        while True:
            try:
                return future.result(timeout=1)
            except TimeoutError:
                if not self._is_alive():
                    raise EngineLost("The training engine ended unexpectedly.") from None
            except KilledWorker:
                raise EngineLost("The worker process was lost twice during this training.") from None
            except (CancelledError, FutureCancelledError, CommClosedError):
                raise EngineLost("The training engine ended unexpectedly.") from None

    def listen(self, token: str, handler: Callable[[dict], None]) -> None:
        """Call `handler(event)` for every event of an attempt."""

        def without_sender(stamped: tuple[float, dict]) -> None:
            _, event = stamped
            handler({key: value for key, value in event.items() if key != "worker"})

        self.ensure().subscribe_topic(token, without_sender)

    def unlisten(self, token: str) -> None:
        """No further events of this attempt."""
        with self._lock:
            if self._client is not None and self._is_alive():
                self._client.unsubscribe_topic(token)

    def stop(self, token: str) -> None:
        """Make an attempt's tasks stop at their next look, wherever they run."""
        with self._lock:
            client = self._client
        if client is not None and self._is_alive():
            client.run(tasks.request_stop, token, wait=False, on_error="ignore")

    def warm_up(self) -> None:
        """Load TensorFlow in the student workers, so that the first run starts at once."""
        client = self.ensure()
        for worker in client.scheduler_info(n_workers=-1)["workers"].values():
            if "student" in worker.get("resources", {}):
                client.submit(tasks.warm_student, workers=[worker["name"]], pure=False, priority=10)

    def close(self) -> None:
        """Leave the cluster, and end it where it is ours."""
        with self._lock:
            client, self._client = self._client, None
            child, self._child = self._child, None
        if client is not None:
            client.close(timeout=1)
        if child is not None:
            child.stdin.close()
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()

    def _is_alive(self) -> bool:
        if self._child is not None and self._child.poll() is not None:
            return False
        client = self._client
        return client is not None and client.status == "running"

    def _start_child(self):
        from distributed import Client
        from distributed.security import Security

        # A session of its own: Ctrl-C is the app's affair, and closing standard input ends the child.
        apart = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
            if sys.platform == "win32"
            else {"start_new_session": True}
        )
        self._child = subprocess.Popen(
            [sys.executable, "-m", "kd.engine"],
            cwd=PROJECT,
            env={**os.environ, **_QUIET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **apart,
        )
        line = self._child.stdout.readline()
        if not line:
            raise OSError("its process ended before it was ready")
        address = json.loads(line)
        security = Security(
            tls_ca_file=address["ca"],
            tls_client_cert=address["certificate"],
            tls_client_key=address["key"],
            require_encryption=True,
        )
        return Client(address["address"], security=security, timeout=SECONDS_TO_START, set_as_default=False)

    def _connect_remote(self, address: str):
        from distributed import Client

        # Certificates and keys come from Dask's own configuration (distributed.comm.tls).
        return Client(address, timeout=SECONDS_TO_START, set_as_default=False)

    @staticmethod
    def _has_resource(client, resource: str) -> bool:
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        return any(resource in worker.get("resources", {}) for worker in workers)
