"""StudyRecords: the studies that were asked for in a home, each in a file of its own."""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kd import files, owners
from kd.runs.queue import NOBODY
from kd.store.stored import ID
from kd.studies.study import Study
from kd.text.translation import _
from kd.text.words import quoted

_ASKED = "asked"
_NOTED = ("person", "created", "process", "done", "experiment")


@dataclass(frozen=True)
class StudyRecord:
    """A study as it is stored.

    person: who asked for it first. created: when, in seconds since 1970. process: the token of the one that
    carries it out (kd/owners.py), None for none. done: how many of its runs were stored when it ended last,
    None if it never has. experiment: of which it is a part; "" for one that somebody composed.
    """

    study: Study
    person: str = NOBODY
    created: float = 0.0
    process: str | None = None
    done: int | None = None
    experiment: str = ""


class StudyRecords:
    """Reads and writes the studies of a home. Thread-safe."""

    def __init__(self, home: Path):
        self._home, self._folder = home, home / "studies"
        self._lock = threading.Lock()
        self._read: dict[str, tuple[int, StudyRecord]] = {}

    def write(self, record: StudyRecord) -> None:
        """Store a study.

        Raises:
            OSError: when it cannot be written.
        """
        asked = {
            name: getattr(record, name) for name in ("person", "created", "process", "done", "experiment")
        }
        content = files.json_bytes({**record.study.to_dict(), _ASKED: asked})
        files.write_sealed(self._path(record.study.study_id), content)

    def end(self, study_id: str, done: int) -> None:
        """Nobody carries a study out any more, of which so many runs are stored.

        Raises:
            OSError: when it cannot be written.
        """
        self.write(replace(self.read(study_id), process=None, done=done))

    def read(self, study_id: str) -> StudyRecord:
        """A study by its id; read again only when its file has changed.

        Raises:
            ValueError: when there is none that can be read.
        """
        if not isinstance(study_id, str) or not ID.fullmatch(study_id):
            raise unknown(study_id)
        path = self._path(study_id)
        try:
            changed = path.stat().st_mtime_ns
            with self._lock:
                known = self._read.get(study_id)
            if known is not None and known[0] == changed:
                return known[1]
            record = _from_mapping(json.loads(files.read_sealed(path)), created=changed / 1e9)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, files.Damaged):
            raise unknown(study_id) from None
        with self._lock:
            self._read[study_id] = changed, record
        return record

    def all(self) -> list[StudyRecord]:
        """Every study that can be read, the newest first."""
        records = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(ValueError):
                records.append(self.read(path.stem))
        return sorted(records, key=lambda record: record.created, reverse=True)

    def is_elsewhere(self, record: StudyRecord) -> bool:
        """Whether another process carries it out now."""
        process = record.process
        return process not in (None, owners.own_token()) and not owners.is_gone(self._home, process)

    def _path(self, study_id: str) -> Path:
        return self._folder / f"{study_id}.json"


def unknown(study_id: object) -> ValueError:
    """There is no such study."""
    return ValueError(_("There is no study {study}: start it, or choose another.", study=quoted(study_id)))


def _from_mapping(values: dict[str, Any], created: float) -> StudyRecord:
    """created: what counts for studies that were stored before this was noted."""
    asked = values.pop(_ASKED, {})
    return StudyRecord(Study.from_mapping(values), **{"created": created, **asked})
