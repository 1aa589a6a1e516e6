"""`python -m kd rebuild-index`: rebuild the index from the run folders."""

from __future__ import annotations

from kd.store.store import Store
from kd.text.translation import ngettext


def rebuild_index() -> int:
    """Read every run folder; returns the exit code."""
    store = Store()
    count = store.rebuild()
    print(
        ngettext(
            "The index of {folder} now lists {count} run.",
            "The index of {folder} now lists {count} runs.",
            count,
            folder=store.home,
            count=count,
        )
    )
    return 0
