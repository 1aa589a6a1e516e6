"""The program that was started: `python -m kd` or `kd-lab`, as help and messages name it."""

from __future__ import annotations

from contextvars import ContextVar

MODULE = "python -m kd"

_started = ContextVar("program", default=MODULE)


def started() -> str:
    """Its name, as one types it."""
    return _started.get()


def start(name: str) -> None:
    """Have everything that is said from now on name this program."""
    _started.set(name)
