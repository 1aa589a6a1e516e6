"""The engine: worker processes that train, reached through Dask.

One child process, `python -m kd.engine`, holds a scheduler and its workers; `Engine` is what the rest of
KD Lab sees of it. With KD_SCHEDULER set, the same `Engine` talks to a cluster that somebody else runs.
"""

from kd.engine.client import Engine, EngineLost

__all__ = ["Engine", "EngineLost"]
