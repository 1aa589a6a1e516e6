"""What the first visitor would wait for: loaded while the server waits for that visitor."""

from __future__ import annotations

import importlib
import threading

LIBRARIES = ("scipy.stats", "ui.shared.server", "kd.charts.run_charts")
"""What Home needs, and takes longest to load; the lab limits the threads of all that is loaded before it."""


def load() -> threading.Thread:
    """Begin to load it, in a thread of its own, which is returned."""
    thread = threading.Thread(target=_load, name="kd-load", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
