"""Upkeep: what is kept takes no more room than it may. The run that was used longest ago goes first.

KD_LIMIT    how much may be kept in KD_HOME: 2GB unless it says otherwise (500MB, 1.5 GB, …)
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from kd import folders
from kd.index import ACTIVE
from kd.store import Store
from kd.unusable import Unusable

log = logging.getLogger("kd")

DEFAULT_LIMIT = "2GB"
SECONDS_WATCHED = 3600  # a page that shows a run says nothing while nobody touches it
SECONDS_BETWEEN_NOTES = 60
SECONDS_A_SIZE_HOLDS = 5
_UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
# Made anew where they are missing, so the first to go; by the file's age.
_CACHES = ("logits", "neighbours")
_KEPT = ("runs", "teachers", "trash", "aside")


def limit() -> int:
    """How many bytes may be kept: KD_LIMIT.

    Raises:
        ValueError: when it is no size.
    """
    chosen = os.environ.get("KD_LIMIT") or DEFAULT_LIMIT
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMGT]B)", chosen.strip().upper())
    if found is None:
        raise Unusable(f"KD_LIMIT must be a size such as 500MB or 2GB, got {chosen!r}.")
    return int(float(found[1]) * _UNITS[found[2]])


@dataclass(frozen=True)
class Usage:
    """Bytes in use, bytes allowed, the bytes of each stored run by its id, and the runs that are pinned."""

    used: int
    limit: int
    runs: dict[str, int]
    pinned: frozenset[str]


class Upkeep:
    """Keeps a store below its limit; never removes a run that is watched, pinned or computed."""

    def __init__(self, store: Store):
        """
        Raises:
            ValueError: when KD_LIMIT is no size.
        """
        self._store, self._limit = store, limit()
        self._lock = threading.Lock()
        self._watched: dict[str, float] = {}
        self._noted: dict[str, float] = {}
        self._usage: tuple[float, Usage] | None = None

    def watched(self, run_id: str) -> None:
        """Somebody looks at this run; noted in the index about once a minute."""
        now = time.monotonic()
        self._watched[run_id] = now
        if now - self._noted.get(run_id, -SECONDS_BETWEEN_NOTES) >= SECONDS_BETWEEN_NOTES:
            self._noted[run_id] = now
            if self._store.has_run(run_id):
                with contextlib.suppress(OSError):  # a full disk stops nobody from looking
                    self._store.index.touch(run_id)

    def usage(self) -> Usage:
        """How much is kept; measured every few seconds at most."""
        with self._lock:
            now = time.monotonic()
            if self._usage is None or now - self._usage[0] > SECONDS_A_SIZE_HOLDS:
                self._usage = now, self._measured()
            return self._usage[1]

    def forget_usage(self) -> None:
        """Measure anew at the next question."""
        with self._lock:
            self._usage = None

    def tidy(self) -> None:
        """Bring what is kept below the limit, as far as there is something that may go."""
        self.forget_usage()
        with self._lock:
            excess = self._measured().used - self._limit
            for path, remove in self._candidates():
                if excess <= 0:
                    return
                with contextlib.suppress(OSError):
                    size = folders.size_of(path) if path.is_dir() else path.stat().st_size
                    remove()
                    excess -= size
        if excess > 0:
            log.warning("%.0f MB more than KD_LIMIT are kept: all of it is in use or pinned", excess / 1e6)

    def _candidates(self):
        """What may go, the most dispensable first: its path, and how to remove it."""
        store, home = self._store, self._store.home
        for path in sorted((home / "aside").iterdir(), key=_age):
            yield path, lambda path=path: folders.remove_folder(path)
        yield from self._trash()
        for path in sorted((path for name in _CACHES for path in (home / name).glob("*.npz")), key=_age):
            if time.time() - _age(path) > SECONDS_WATCHED:
                yield path, lambda path=path: path.unlink(missing_ok=True)
        yield from self._lone_teachers()
        now = time.monotonic()
        for row in sorted(store.index.rows(), key=lambda row: row["used"]):
            run_id = row["run_id"]
            watched = now - self._watched.get(run_id, -SECONDS_WATCHED) < SECONDS_WATCHED
            if row["status"] == "finished" and not row["pinned"] and not watched:
                yield home / "runs" / run_id, lambda run_id=run_id: self._remove_run(run_id)
        yield from self._lone_teachers()

    def _trash(self):
        """Deleted runs, the one used longest ago first; before them, those that were trained again since."""
        trash, deleted = self._store.home / "trash", [row["run_id"] for row in self._store.index.deleted()]
        for path in sorted(trash.iterdir(), key=_age):
            if path.name not in deleted:
                yield path, lambda path=path: folders.remove_folder(path)
        for run_id in deleted:
            # one that never had a result has no files, and frees nothing: it stays to be brought back
            if (trash / run_id).is_dir():
                yield trash / run_id, lambda run_id=run_id: self._store.remove_run(run_id)

    def _lone_teachers(self):
        """Fresh teachers of which no run is left."""
        from kd.config import RunConfig

        rows = self._store.index.rows()
        alive = {
            RunConfig.from_mapping(row["config"]).teacher_id
            for row in rows
            if row["status"] in ("finished", *ACTIVE)
        }
        for path in sorted((self._store.home / "teachers").iterdir(), key=_age):
            if path.name not in alive and time.time() - _age(path) > SECONDS_WATCHED:
                yield path, lambda path=path: folders.remove_folder(path)

    def _remove_run(self, run_id: str) -> None:
        self._store.remove_run(run_id)
        log.info("run %s removed: it was used longest ago, and KD_LIMIT was reached", run_id)

    def _measured(self) -> Usage:
        home, rows = self._store.home, self._store.index.rows()
        folder = {row["run_id"]: home / "runs" / row["run_id"] for row in rows}
        return Usage(
            used=sum(folders.size_of(home / name) for name in (*_KEPT, *_CACHES)),
            limit=self._limit,
            runs={run_id: folders.size_of(path) for run_id, path in folder.items() if path.is_dir()},
            pinned=frozenset(row["run_id"] for row in rows if row["pinned"]),
        )


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
