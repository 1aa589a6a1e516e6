"""The log for whoever runs the app: one line per event of a run."""

from __future__ import annotations

import logging
import sys

from kd.config import RunConfig


def to_console() -> None:
    """Print KD Lab's log to standard error, and only the errors of Dask."""
    log = logging.getLogger("kd")
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%Y-%m-%d %H:%M:%S"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    logging.getLogger("distributed").setLevel(logging.ERROR)


def described(config: RunConfig) -> str:
    """A run's setting in a few words: whatever differs from the default."""
    default = RunConfig().to_dict()
    changed = [f"{name} {value}" for name, value in config.to_dict().items() if value != default[name]]
    return ", ".join(changed) or "the default setting"
