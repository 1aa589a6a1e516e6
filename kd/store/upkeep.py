"""Upkeep: stored runs take no more space than allowed. What nobody asked for goes first, then the least
recently used run. Pictures that people have added count, and stay.

KD_LIMIT    how much may be kept in KD_HOME, such as 500MB or 1.5 GB; 2GB by default
"""

import contextlib
import itertools
import logging
import math
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kd.base import files
from kd.base.unusable import Unusable
from kd.store.data_sets import DATA_FOLDER
from kd.store.database import Unwritable
from kd.store.rows import RunRow
from kd.store.store import CACHES, Store
from kd.text.words import quoted

log = logging.getLogger("kd")

DEFAULT_LIMIT = 2_000_000_000
SECONDS_WATCHED = 3600  # a page may show a run for a long time without asking for it again
SECONDS_BETWEEN_NOTES = 60
SECONDS_A_SIZE_HOLDS = 5
# Nothing is computed ahead unless so much of the limit would do.
PLENTY = 0.95
LEAST_LIMIT = 1000

Candidate = tuple[tuple[Path, ...], Callable[[], bool | None]]
"""The files of what may go, and a function that removes it and returns False if it stays after all."""


def limit() -> int:
    """Returns how many bytes may be kept (KD_LIMIT); raises ValueError when it is not a size."""
    chosen = os.environ.get("KD_LIMIT")
    if not chosen:
        return DEFAULT_LIMIT
    from dask.utils import parse_bytes

    try:
        size = parse_bytes(chosen) if any(letter.isdecimal() for letter in chosen) else 0
    except (ValueError, OverflowError):
        size = 0
    if size < LEAST_LIMIT:
        raise Unusable("KD_LIMIT must be a size such as 500MB or 2GB, got {value}.", value=quoted(chosen))
    return size


class Usage(NamedTuple):
    """Bytes of files in use, and bytes allowed."""

    used: int
    limit: int


class Upkeep:
    """Keeps a store below its limit; never removes a run that is watched, pinned or in progress."""

    def __init__(self, store: Store):
        """Raises ValueError when KD_LIMIT is not a size."""
        self._store, self._limit = store, limit()
        self._tidying = threading.Lock()
        self._watched: dict[str, float] = {}
        self._noted: dict[str, float] = {}
        self._usage: tuple[float, Usage] | None = None
        store.keep_reserve()
        # files first: on a full disk, what goes without a change of the database makes room for that
        store.room.spare = [
            lambda: self._remove(self._old_files(*CACHES, least_age=0)),
            lambda: self._remove(self._runs(asked=False), self._lone_models(least_age=0)),
            lambda: self._remove(self._old_files("snapshots", least_age=0)),
            lambda: self._remove(self._deleted()),
        ]

    def watched(self, run_id: str) -> None:
        """Records that somebody looks at this run, about once a minute."""
        now = self._watched[run_id] = time.monotonic()
        if now - self._noted.get(run_id, -SECONDS_BETWEEN_NOTES) >= SECONDS_BETWEEN_NOTES:
            with contextlib.suppress(OSError):  # a full disk or a busy database stops nobody from looking
                self._store.runs.touch(run_id)
                self._noted[run_id] = now

    def usage(self) -> Usage:
        """Returns how much is stored; measured every few seconds at most."""
        known, now = self._usage, time.monotonic()
        if known is None or now - known[0] > SECONDS_A_SIZE_HOLDS:
            known = self._usage = now, Usage(self._used(), self._limit)
        return known[1]

    def has_plenty(self) -> bool:
        """Returns whether there is room for what nobody asked for, both below the limit and on the disk."""
        usage = self.usage()
        free = shutil.disk_usage(self._store.home).free
        return usage.used < PLENTY * usage.limit and free > (1 - PLENTY) * usage.limit

    def tidy(self) -> None:
        """Deletes forgotten classes, brings the store below its limit if it can, copies the database."""
        try:
            with self._tidying:
                self._store.classes.end_forgotten()
                excess = self._used() - self._limit
                candidates = self._candidates() if excess > 0 else iter(())
                for paths, remove in candidates:
                    excess -= self._removed(paths, remove)
                    if excess <= 0:
                        break
        except Unwritable as error:
            log.warning("old classes or runs could not be removed: %s", error)
            return
        finally:
            self._usage = None
        if excess > 0:
            log.warning(
                "KD_HOME exceeds KD_LIMIT by %.0f MB, and everything in it is in use or pinned", excess / 1e6
            )
        self._store.backup()

    def _removed(self, paths: tuple[Path, ...], remove: Callable[[], bool | None]) -> int:
        """Removes something that may go; returns how many bytes that freed."""
        try:
            size = sum(path.stat().st_size for path in paths if path.is_file())
            return 0 if remove() is False else size
        except Unwritable:  # then nothing else can go either, and each attempt would wait again
            raise
        except OSError as error:
            log.warning("%s could not be removed (%s)", paths, error)
            return 0

    def _remove(self, *candidates: Iterator[Candidate]) -> None:
        for paths, remove in itertools.chain(*candidates):
            self._removed(paths, remove)

    def _candidates(self) -> Iterator[Candidate]:
        """Yields what may go, the most dispensable first."""
        yield from self._runs(asked=False)
        yield from self._deleted()
        yield from self._old_files(*CACHES)
        # one that was just trained may be for a run to come
        yield from self._lone_models(SECONDS_WATCHED)
        yield from self._old_files("snapshots")
        yield from self._runs(asked=True)

    def _runs(self, asked: bool) -> Iterator[Candidate]:
        """Yields stored runs that somebody asked for, or the others; the least recently used first."""
        rows = [row for row in self._store.runs.rows(unasked=True) if row.asked == asked]
        for row in sorted(rows, key=lambda row: row.used or row.created):
            if self._may_go(row):
                yield (), partial(self._remove_run, row.run_id)
                yield from self._models_of(row)

    def _deleted(self) -> Iterator[Candidate]:
        for row in self._store.runs.deleted():
            if row.needs:  # otherwise removing it would free nothing
                yield (), partial(self._store.runs.remove, row.run_id, lambda row: row.deleted is not None)
                yield from self._models_of(row)

    def _models_of(self, row: RunRow) -> Iterator[Candidate]:
        """Yields the models of a run that has just gone; removing one checks whether another run needs it."""
        for model_id in row.needs:
            paths = self._files_of(model_id)
            if any(map(os.path.exists, paths)):
                yield paths, partial(self._store.models.remove, model_id)

    def _lone_models(self, least_age: float) -> Iterator[Candidate]:
        """Yields models that no run needs, and files without a row."""
        needed = self._store.runs.needed_models()
        for kind in ("models", "snapshots"):
            for path in files.entries(self._store.home / kind):
                if path.stem not in needed and time.time() - files.age(path) >= least_age and path.exists():
                    yield self._files_of(path.stem), partial(self._store.models.remove, path.stem)

    def _old_files(self, *names: str, least_age: float = SECONDS_WATCHED) -> Iterator[Candidate]:
        for path in itertools.chain(*(files.entries(self._store.home / name) for name in names)):
            if time.time() - files.age(path) >= least_age:
                yield (path,), partial(path.unlink, missing_ok=True)

    def _files_of(self, model_id: str) -> tuple[Path, ...]:
        home = self._store.home
        names = f"models/{model_id}.keras", f"models/{model_id}.npz", f"snapshots/{model_id}.npz"
        return tuple(home / name for name in names)

    def _may_go(self, row: RunRow) -> bool:
        """Returns whether a run may be removed: not if somebody looks at it, here or in another process."""
        here = time.monotonic() - self._watched.get(row.run_id, -math.inf) < SECONDS_WATCHED
        is_watched = here or (row.used is not None and abs(time.time() - row.used) < SECONDS_WATCHED)
        return row.status == "finished" and not (row.pinned or is_watched)

    def _remove_run(self, run_id: str) -> bool:
        removed = self._store.runs.remove(run_id, self._may_go)
        if removed:
            log.info("run %s removed: room was needed, and this was the least recently used run", run_id)
        return removed

    def _used(self) -> int:
        """Adds up the bytes of all files."""
        folders = ("models", "snapshots", DATA_FOLDER, *CACHES)
        return sum(sum(files.sizes(self._store.home / name).values()) for name in folders)
