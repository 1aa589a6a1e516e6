"""The engine: worker processes that train, reached through Dask.

One child process, `python -m kd.engine`, runs a scheduler and its workers; the rest of KD Lab only sees
`Engine`. With KD_SCHEDULER set, the same `Engine` talks to a cluster that somebody else runs.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Imported on first use: the child process needs none of them, and starts sooner.
_HOMES = {
    "Abandoned": "kd.engine.attempt",
    "Attempt": "kd.engine.attempt",
    "Engine": "kd.engine.client",
    "EngineLost": "kd.engine.attempt",
    "WorkerLost": "kd.engine.attempt",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
