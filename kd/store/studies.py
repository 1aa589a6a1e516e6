"""The table of studies: what they ask, who wants them, and which process carries them out."""

import json
import sqlite3
import time
from dataclasses import dataclass
from operator import methodcaller
from pathlib import Path
from typing import Any

from kd.base import owners
from kd.base.unusable import Unusable
from kd.store.database import Database
from kd.text.words import quoted


@dataclass(frozen=True)
class StudyRecord:
    """A study as it is stored.

    study: as `Study.to_dict` gives it. people: who wants it, in order, with the experiment it is part of for
    them, or "". process: the token of the one that carries it out. done: its stored runs when it ended last.
    """

    study_id: str
    study: dict[str, Any]
    people: dict[str, str]
    created: float
    process: str | None
    done: int | None


class StudyTable:
    """The studies of a home. Several threads and processes may share it."""

    def __init__(self, home: Path, database: Database):
        self._home, self._database = home, database

    def write(self, study: Any, person: str, experiment: str = "", process: str | None = None) -> None:
        """Stores that a person wants a kd.studies.study.Study, which this process carries out."""
        study_id, text = study.study_id, json.dumps(study.to_dict())

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO studies VALUES (?, ?, ?, ?, NULL) "
                "ON CONFLICT (study_id) DO UPDATE SET process = excluded.process",
                (study_id, text, time.time(), process),
            )
            connection.execute(
                "INSERT INTO people (study_id, person, experiment) VALUES (?, ?, ?) "
                "ON CONFLICT (study_id, person) DO UPDATE SET experiment = excluded.experiment",
                (study_id, person, experiment),
            )

        self._database.write(write)

    def end(self, study_id: str, done: int) -> None:
        """Marks a study as ended, and records how many of its runs are stored."""
        statement = "UPDATE studies SET process = NULL, done = ? WHERE study_id = ?"
        self._database.write(methodcaller("execute", statement, (done, study_id)))

    def get(self, study_id: str) -> StudyRecord:
        """Returns a study by its id; raises ValueError when there is none."""
        found = self._records("WHERE study_id = ?", study_id) if isinstance(study_id, str) else []
        if not found:
            raise Unusable("There is no study {study}: start it, or choose another.", study=quoted(study_id))
        return found[0]

    def all(self) -> list[StudyRecord]:
        """Returns every study, the newest first."""
        return self._records("ORDER BY created DESC, study_id")

    def is_elsewhere(self, record: StudyRecord) -> bool:
        """Returns whether another living process carries it out now."""
        process = record.process
        return process not in (None, owners.own_token()) and not owners.is_gone(self._home, process)

    def _records(self, rest: str, *values: Any) -> list[StudyRecord]:
        query = f"SELECT study_id, study, created, process, done FROM studies {rest}"
        rows = self._database.read(query, *values)
        people: dict[str, dict[str, str]] = {row[0]: {} for row in rows}
        query = "SELECT study_id, person, experiment FROM people ORDER BY number"
        for study_id, person, experiment in self._database.read(query):
            people.get(study_id, {})[person] = experiment
        return [StudyRecord(each, json.loads(study), people[each], *rest) for each, study, *rest in rows]
