"""Rows of the index, checked: unless every part is valid, a row counts as unreadable."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any, NamedTuple, TypedDict

from kd.config import RunConfig

ACTIVE = ("queued", "running")
DELETED = "deleted "
_STATUSES = (*ACTIVE, "finished", "stopped", "failed", "interrupted")
_KNOWN = frozenset((*_STATUSES, *(DELETED + status for status in _STATUSES)))


class Row(TypedDict):
    """What the index knows about a run.

    created and used: Unix time; used is None if it never was. asked: whether anybody asked for it.
    """

    run_id: str
    config: RunConfig
    status: str
    message: str
    created: float
    used: float | None
    pinned: bool
    asked: bool


class FromFolder(NamedTuple):
    """What a run's folder says about it: fields, Unix time, 'finished' or 'deleted finished'."""

    run_id: str
    config: dict[str, Any]
    created: float
    status: str = "finished"


def run_row(raw: tuple) -> Row | None:
    """The row, or None if a part of it cannot be what was written.

    Args:
        raw: rowid, run_id, config, status, message, created, used, pinned, asked, …
    """
    _, run_id, text, status, message, created, used, pinned, asked, *_ = raw
    config = run_config(run_id, text)
    if config is None or status not in _KNOWN or not isinstance(message, str) or not _is_number(created):
        return None
    # a run is not given up for these: at worst it counts as never used, or as pinned
    used = float(used) if _is_number(used) and used > 0 else None
    return Row(
        run_id=run_id,
        config=config,
        status=status,
        message=message,
        created=float(created),
        used=used,
        pinned=bool(pinned),
        asked=bool(asked),
    )


def run_config(run_id: Any, text: Any) -> RunConfig | None:
    """The config that this text describes, or None if it is not this run's."""
    return _config(run_id, text) if isinstance(run_id, str) and isinstance(text, str) else None


@lru_cache(maxsize=10_000)
def _config(run_id: str, text: str) -> RunConfig | None:
    try:
        config = RunConfig.from_record(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    return config if config.run_id == run_id else None


def is_event(event: Any) -> bool:
    """Whether this is a valid event of a training; what was not computed is None."""
    if not isinstance(event, dict) or event.get("model") not in ("teacher", "distilled", "scratch"):
        return False
    if event.get("event") == "begin":
        return isinstance(event.get("history", []), list)
    numbers = [value for name, value in event.items() if name not in ("event", "model")]
    epoch, epochs = event.get("epoch"), event.get("epochs")
    return (
        event.get("event") == "epoch"
        and all(number is None or isinstance(number, int | float) for number in numbers)
        and isinstance(epoch, int)
        and isinstance(epochs, int)
        and 1 <= epoch <= epochs
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
