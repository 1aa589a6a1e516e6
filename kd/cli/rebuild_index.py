"""`python -m kd rebuild-index`: make the index say what the run folders hold."""

from __future__ import annotations

from kd.store.store import Store


def rebuild_index() -> int:
    """Read every run folder; returns the exit code."""
    store = Store()
    print(f"{store.rebuild()} runs are in the index of {store.home}.")
    return 0
