"""In place of `subprocess` for steps of an export: processes that fork from one with TensorFlow loaded.

It has not used it, as in kd/engine/forkserver.py. Documents export with processes that load it themselves.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from subprocess import DEVNULL, STDOUT, TimeoutExpired
from typing import Any

from kd.export import child

__all__ = ["DEVNULL", "STDOUT", "Popen", "TimeoutExpired"]
_CONTEXT = multiprocessing.get_context("forkserver")


class Popen:
    """A process that does one step; what it prints is thrown away."""

    def __init__(self, command: list[str], **_: Any):
        os.environ.update(child._ENVIRONMENT)
        _CONTEXT.set_forkserver_preload(["tensorflow", "keras"])
        self._process = _CONTEXT.Process(target=_do, args=(json.loads(command[-1]),))
        self._process.start()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, seconds: float | None = None) -> None:
        self._process.join(seconds)
        if self.returncode is None:
            raise TimeoutExpired("a step", seconds or 0)

    def kill(self) -> None:
        self._process.kill()


def _do(task: dict[str, str]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    child.main(task)
