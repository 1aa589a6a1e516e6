"""The engine: worker processes that train, reached through Dask.

One child process, `python -m kd.engine`, runs a scheduler and its workers; the rest of KD Lab only sees
`Engine`. With KD_SCHEDULER set, the same `Engine` talks to a cluster that somebody else runs.
"""

from kd.engine.attempt import Abandoned, Attempt, EngineLost, WorkerLost
from kd.engine.client import Engine

__all__ = ["Abandoned", "Attempt", "Engine", "EngineLost", "WorkerLost"]
