"""StudyRecords: the studies that were asked for in a home."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from kd.runs.queue import NOBODY
from kd.store import studies
from kd.store.shipped import ID
from kd.store.studies import StudyTable
from kd.studies.study import Study
from kd.text.translation import _
from kd.text.words import quoted


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

    def __init__(self, table: StudyTable):
        self._table = table

    def write(self, record: StudyRecord) -> None:
        """Store a study.

        Raises:
            OSError: when it cannot be written.
        """
        self._table.write(record.study, record.person, record.experiment, record.process)

    def end(self, study_id: str, done: int) -> None:
        """Nobody carries a study out any more, of which so many runs are stored.

        Raises:
            OSError: when it cannot be written.
        """
        self._table.end(study_id, done)

    def read(self, study_id: str) -> StudyRecord:
        """A study by its id.

        Raises:
            ValueError: when there is none that can be read.
        """
        if not isinstance(study_id, str) or not ID.fullmatch(study_id):
            raise unknown(study_id)
        return _record(self._table.get(study_id))

    def all(self) -> list[StudyRecord]:
        """Every study that can be read, the newest first."""
        records = []
        for stored in self._table.all():
            with contextlib.suppress(ValueError):
                records.append(_record(stored))
        return records

    def is_elsewhere(self, record: StudyRecord) -> bool:
        """Whether another process carries it out now."""
        return self._table.is_elsewhere(self._table.get(record.study.study_id))


def unknown(study_id: object) -> ValueError:
    """There is no such study."""
    return ValueError(_("There is no study {study}: start it, or choose another.", study=quoted(study_id)))


def _record(stored: studies.StudyRecord) -> StudyRecord:
    person = next(filter(None, stored.people), NOBODY)
    return StudyRecord(
        Study.from_mapping(stored.study),
        person,
        stored.created,
        stored.process,
        stored.done,
        stored.people.get(person, ""),
    )
