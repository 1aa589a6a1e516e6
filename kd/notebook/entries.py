"""The runs of the notebook: quickly listed, although there may be thousands of them."""

from __future__ import annotations

import contextlib
import json
import math
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from kd.analysis.verdict import verdict
from kd.config import RunConfig
from kd.runs.state import RunView
from kd.runs.views import RunViews
from kd.store.index.notes import Listed
from kd.store.index.notes_file import tags_of
from kd.store.index.rows import DELETED, run_row
from kd.store.store import Store
from kd.text.words import STUDENTS

# So long the files of thousands of runs are not looked at again, unless something has been done to a run.
SECONDS_IT_HOLDS = 60.0


class Figures(NamedTuple):
    """What a list says of a result: accuracies on the test images, and distilled minus scratch, as fractions.

    low and high are the 95 % interval and p_value is McNemar's; the counts are of test images; blocks are how
    many of each block of the test images a student gets right, as text. All but the accuracies are None for a
    result that compares nothing.
    """

    teacher: float
    distilled: float
    scratch: float
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    only_distilled: int | None = None
    only_scratch: int | None = None
    distilled_blocks: str | None = None
    scratch_blocks: str | None = None


@dataclass(frozen=True)
class Entry:
    """A run in the notebook.

    status, created, shipped, name, tags, note, whose: as in RunView. figures: once it has finished. view: the
    run itself until then.
    """

    run_id: str
    config: RunConfig
    status: str
    created: float
    shipped: bool = False
    pinned: bool = False
    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    whose: str = ""
    figures: Figures | None = None
    view: RunView | None = None

    @property
    def active(self) -> bool:
        """Whether it is waiting or in progress."""
        return self.view is not None and self.view.active

    @property
    def verdict(self) -> str | None:
        """What its comparison shows, as a code of kd.analysis.verdict; None without one."""
        found = self.figures
        if found is None or found.low is None or found.high is None or found.p_value is None:
            return None
        alpha = self.config.alpha if self.config.has_equal_students else None
        return verdict(found.low, found.high, found.p_value, alpha)


class Entries:
    """Lists the runs of a store. What it has read of a result is kept in the index. Thread-safe.

    Attributes:
        has_unreadable: whether there were rows, when it listed last, that cannot be read.
    """

    def __init__(self, store: Store, views: RunViews):
        self._store, self._views = store, views
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Listed, str, Entry]] = {}
        self._shipped = {run_id: _shipped(views.view(run_id)) for run_id in store.shipped_runs()}
        self._last: tuple[Entry, ...] = ()
        self._version: tuple[int, ...] | None = None
        self._listed_at = -math.inf
        self.has_unreadable = False

    def all(self) -> tuple[Entry, ...]:
        """Every readable run that somebody asked for, newest first; those of the project are last.

        The very same tuple as the last time if nothing has changed since.
        """
        with self._lock:
            now, version = time.monotonic(), self._version_now()
            if version is None or version != self._version or now - self._listed_at >= SECONDS_IT_HOLDS:
                found = tuple(self._listed())
                if tuple(map(id, found)) != tuple(map(id, self._last)):
                    self._last = found
                changes = self.has_unreadable or any(entry.active for entry in found)
                self._version, self._listed_at = None if changes else version, now
            return self._last

    def _version_now(self) -> tuple[int, ...] | None:
        """Stays the same as long as nothing has been done to any run; None if that cannot be told.

        What is done to a run is written into the index; the folder of runs tells when somebody moves one by
        hand.
        """
        version = self._store.index.version()
        try:
            folder = os.stat(self._store.home / "runs")
        except OSError:
            return None
        return None if version is None else (*version, folder.st_ino, folder.st_mtime_ns)

    def _listed(self) -> Iterator[Entry]:
        rows, fresh = self._store.index.listed(), {}
        self.has_unreadable = any(map(self._is_odd, rows))
        if self.has_unreadable:
            self._store.index.unreadable()  # mends what can be mended
            rows = self._store.index.listed()
            self.has_unreadable = any(map(self._is_odd, rows))
        known: dict[str, tuple[Listed, str, Entry]] = {}
        for row in rows:
            if row.status.startswith(DELETED):
                continue
            state = self._state(row.run_id) if row.status == "finished" else ""
            before = self._known.get(row.run_id)
            if before is not None and before[1] == state and before[0] == row and not before[2].active:
                known[row.run_id] = before
                continue
            config = _config(row)
            if config is None:
                continue
            entry = self._entry(row, config, state)
            if entry is not None:
                if state and entry.view is None and (state != row.state or not _figures(row.figures)):
                    fresh[row.run_id] = kept = state, json.dumps(entry.figures)
                    row = row._replace(state=kept[0], figures=kept[1])
                known[row.run_id] = row, state, entry
        if fresh:
            self._store.index.keep_figures(fresh)
        self._known = known
        yield from (entry for _row, _state, entry in known.values())
        yield from (entry for run_id, entry in self._shipped.items() if run_id not in known)

    def _is_odd(self, row: Listed) -> bool:
        """Whether the row cannot be read."""
        before = self._known.get(row.run_id)
        return (before is None or before[0] != row) and _config(row) is None

    def _entry(self, row: Listed, config: RunConfig, state: str) -> Entry | None:
        """One run; None if somebody has deleted it in the meantime, or its record cannot be read."""
        figures = _figures(row.figures) if state and row.state == state else None
        view = None
        if figures is None:
            with contextlib.suppress(ValueError):
                view = self._views.view(row.run_id)
            if view is None:
                return None
            figures = figures_of(view.result)
        status = row.status if view is None else view.status
        return Entry(
            run_id=row.run_id,
            config=config,
            status=status,
            created=row.created,
            shipped=view is not None and view.shipped,
            pinned=bool(row.pinned),
            name=row.name,
            tags=tags_of(row.tags),
            note=row.note,
            whose=row.person,
            figures=figures,
            view=None if status == "finished" else view,
        )

    def _state(self, run_id: str) -> str:
        """Changes whenever another result of this run is stored; empty if there is none of its own."""
        try:
            status = os.stat(f"{self._store.home}/runs/{run_id}/record.json")
        except OSError:
            return ""
        return f"{status.st_mtime_ns} {status.st_size}"


def _config(row: Listed) -> RunConfig | None:
    """What the row is a run of; None if the row cannot be read."""
    checked = run_row((0, *row[:5], None, row.pinned, True))
    return None if checked is None else checked["config"]


def _shipped(view: RunView) -> Entry:
    figures = figures_of(view.result)
    return Entry(view.run_id, view.config, view.status, view.created, shipped=True, figures=figures)


def figures_of(result: dict[str, Any] | None) -> Figures | None:
    """What a list says of a result; None without one."""
    if result is None:
        return None
    accuracies = [result[model]["test_accuracy"] for model in ("teacher", "distilled", "scratch")]
    if "comparison" not in result:
        return Figures(*accuracies)
    names = ("difference", "low", "high", "p_value", "only_distilled_right", "only_scratch_right")
    blocks = [result[model].get("right_in_blocks") for model in STUDENTS]
    texts = [None if each is None else " ".join(map(str, each)) for each in blocks]
    return Figures(*accuracies, *(result["comparison"][name] for name in names), *texts)


@lru_cache(maxsize=10_000)
def _figures(text: str) -> Figures | None:
    """What `keep_figures` was given; None if it is not."""
    try:
        found = Figures(*json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return None
    numbers, blocks = found[:-2], found[-2:]
    readable = all(isinstance(each, int | float | None) for each in numbers)
    return found if readable and all(isinstance(each, str | None) for each in blocks) else None
