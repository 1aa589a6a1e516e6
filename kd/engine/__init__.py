"""The engine: worker processes that train, reached through Dask.

One child process, `python -m kd.engine`, runs a scheduler and its workers; the rest of KD Lab only sees
`Engine`. With KD_SCHEDULER set, the same `Engine` talks to a cluster that somebody else runs. The names are
imported on first use: the child process needs none of them, and starts sooner.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
