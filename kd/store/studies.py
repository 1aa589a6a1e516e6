"""The table of studies: what they ask, who wants them, and which process carries them out."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kd.base import owners
from kd.store.database import Database
from kd.text.translation import _
from kd.text.words import quoted


class Asked(Protocol):
    """A kd.studies.study.Study, as far as it is stored."""

    @property
    def study_id(self) -> str:
        """Its name."""

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""


@dataclass(frozen=True)
class StudyRecord:
    """A study as it is stored.

    study: as its `to_dict` gives it. people: who wants it, each with the experiment of which it is a part for
    them ("" for none), first come first. created: Unix time. process: the token of the one that carries it
    out (kd/base/owners.py), None for none. done: how many of its runs were stored when it ended last, None if
    it never has.
    """

    study_id: str
    study: dict[str, Any]
    people: dict[str, str] = field(default_factory=dict)
    created: float = 0.0
    process: str | None = None
    done: int | None = None


class StudyTable:
    """The studies of a home. Several threads and processes may share it."""

    def __init__(self, home: Path, database: Database):
        self._home, self._database = home, database

    def write(self, study: Asked, person: str, experiment: str = "", process: str | None = None) -> None:
        """Store that a person wants a study, which this process carries out."""
        text = json.dumps(study.to_dict())

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO studies VALUES (?, ?, ?, ?, NULL) "
                "ON CONFLICT (study_id) DO UPDATE SET process = excluded.process",
                (study.study_id, text, time.time(), process),
            )
            _join(connection, study.study_id, person, experiment)

        self._database.write(write)

    def join(self, study_id: str, person: str, experiment: str = "") -> None:
        """Store that one more person wants a study, or wants it as a part of something else."""
        self._database.write(lambda connection: _join(connection, study_id, person, experiment))

    def leave(self, study_id: str, person: str) -> None:
        """Store that a person does not want a study any more."""
        statement = "DELETE FROM people WHERE study_id = ? AND person = ?"
        self._database.write(lambda connection: connection.execute(statement, (study_id, person)))

    def end(self, study_id: str, done: int) -> None:
        """No process carries a study out any more, of which so many runs are stored."""
        statement = "UPDATE studies SET process = NULL, done = ? WHERE study_id = ?"
        self._database.write(lambda connection: connection.execute(statement, (done, study_id)))

    def get(self, study_id: str) -> StudyRecord:
        """A study by its id.

        Raises:
            ValueError: when there is none.
        """
        found = self._records("WHERE study_id = ?", study_id) if isinstance(study_id, str) else []
        if not found:
            raise ValueError(
                _("There is no study {study}: start it, or choose another.", study=quoted(study_id))
            )
        return found[0]

    def all(self) -> list[StudyRecord]:
        """Every study, the newest first."""
        return self._records("ORDER BY created DESC, study_id")

    def is_elsewhere(self, record: StudyRecord) -> bool:
        """Whether another process carries it out now."""
        process = record.process
        return process not in (None, owners.own_token()) and not owners.is_gone(self._home, process)

    def _records(self, rest: str, *values: Any) -> list[StudyRecord]:
        rows = self._database.read(
            f"SELECT study_id, study, created, process, done FROM studies {rest}", *values
        )
        people: dict[str, dict[str, str]] = {row[0]: {} for row in rows}
        query = "SELECT study_id, person, experiment FROM people ORDER BY number"
        for study_id, person, experiment in self._database.read(query):
            people.get(study_id, {})[person] = experiment
        return [
            StudyRecord(study_id, json.loads(study), people[study_id], *rest)
            for study_id, study, *rest in rows
        ]


def _join(connection: sqlite3.Connection, study_id: str, person: str, experiment: str) -> None:
    connection.execute(
        "INSERT INTO people (study_id, person, experiment) VALUES (?, ?, ?) "
        "ON CONFLICT (study_id, person) DO UPDATE SET experiment = excluded.experiment",
        (study_id, person, experiment),
    )
