"""The tables of classes: what is planned, how far it is, who takes part, and what they have answered."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kd.store.database import Database

WAITING, OPEN, FROZEN, REVEALED = "waiting", "open", "frozen", "revealed"
"""What an activity goes through: announced, open for answers, closed, and shown whole."""

SENT, TRAINING, LANDED, STOPPED = "sent", "training", "landed", "stopped"
"""How far an answer is: it needs nothing more, its run trains, is stored, or ended without a result."""

SECONDS_OPEN = 86_400.0
"""A class ends by itself after a day."""


@dataclass(frozen=True)
class ClassRecord:
    """A class as it is stored.

    created: Unix time. host: the person who leads it. ticket: the digest of what makes another person its
    host, once; "" for none. plan: of kd.classes.plan. place: which activity it is at; round: how often that
    was begun again. names: whether the wall shows names. version: of all of it; it changes with each change.
    """

    code: str
    created: float
    host: str
    ticket: str
    plan: str
    place: int
    round: int
    phase: str
    names: bool
    version: int

    @property
    def is_over(self) -> bool:
        """Whether it has been open for longer than a day."""
        return time.time() - self.created > SECONDS_OPEN


@dataclass(frozen=True)
class Pupil:
    """Somebody who has joined. number: from 0, in the order of joining. name: "" for an animal's."""

    person: str
    number: int
    name: str
    removed: bool


@dataclass(frozen=True)
class Answer:
    """What a pupil has answered. key: which of several answers to one activity. value: of JSON's types.

    number: a name of it, in the order of answering. place, round: of the class when it was given. run_id: of
    the run that it has trained, or "".
    """

    number: int
    place: int
    round: int
    person: str
    key: str
    run_id: str
    status: str
    value: Any

    @property
    def at(self) -> tuple[int, int]:
        """The activity and the round that it is an answer in."""
        return self.place, self.round


class ClassTable:
    """The classes of a home. Several threads and processes may share it."""

    def __init__(self, database: Database):
        self._database = database

    def open(self, code: str, host: str, plan: str) -> bool:
        """Stores a new class; returns whether its code was free."""
        statement = "INSERT OR IGNORE INTO classes (code, created, host, plan, phase) VALUES (?, ?, ?, ?, ?)"
        return self._write(code, (statement, (code, time.time(), host, plan, WAITING))) == 1

    def get(self, code: str) -> ClassRecord | None:
        """Returns a class, or None."""
        found = self._records("WHERE code = ?", code)
        return found[0] if found else None

    def all(self) -> list[ClassRecord]:
        """Returns every class, the newest first."""
        return self._records("ORDER BY created DESC, code")

    def change(self, code: str, **values: Any) -> None:
        """Sets columns of a class."""
        assignments = ", ".join(f"{name} = ?" for name in values)
        self._write(code, (f"UPDATE classes SET {assignments} WHERE code = ?", (*values.values(), code)))

    def move(self, record: ClassRecord, **values: Any) -> bool:
        """Sets columns of a class unless it has moved on since it was read; returns whether it had not."""
        assignments = ", ".join(f"{name} = ?" for name in values)
        where = "code = ? AND place = ? AND round = ? AND phase = ?"
        at = (record.code, record.place, record.round, record.phase)
        statement = f"UPDATE classes SET {assignments} WHERE {where}"
        return self._write(record.code, (statement, (*values.values(), *at))) == 1

    def end(self, code: str) -> None:
        """Deletes a class with its names, answers and drawings."""
        tables = ("classes", "pupils", "answers")
        statements = ((f"DELETE FROM {table} WHERE code = ?", (code,)) for table in tables)
        self._write(code, *statements, traceless=True)
        self._database.empty_log()

    def end_forgotten(self) -> None:
        """Deletes every class that has been open for longer than a day."""
        for record in self.all():
            if record.is_over:
                self.end(record.code)

    def pupils(self, code: str) -> list[Pupil]:
        """Returns everybody who has joined, also those who were removed, in the order of joining."""
        query = "SELECT person, number, name, removed FROM pupils WHERE code = ? ORDER BY number"
        rows = self._database.read(query, code)
        return [Pupil(person, number, name, bool(removed)) for person, number, name, removed in rows]

    def join(self, code: str, person: str, name: str) -> None:
        """Adds a person to a class, or gives a present one this name."""
        number = "(SELECT COUNT(*) FROM pupils WHERE code = ?)"
        statement = (
            f"INSERT INTO pupils (code, number, person, name) VALUES (?, {number}, ?, ?) "
            "ON CONFLICT (code, person) DO UPDATE SET name = excluded.name"
        )
        self._write(code, (statement, (code, code, person, name)))

    def remove(self, code: str, person: str) -> None:
        """Takes a person out of a class, with everything they have answered."""
        whose = "WHERE code = ? AND person = ?"
        statements = ("UPDATE pupils SET removed = 1, name = ''", "DELETE FROM answers")
        self._write(
            code, *((f"{statement} {whose}", (code, person)) for statement in statements), traceless=True
        )

    def answers(self, code: str, place: int | None = None, round: int | None = None) -> list[Answer]:
        """Returns the answers that were not removed, in one round of one activity or in all, in order."""
        query = "SELECT number, place, round, person, key, run_id, status, value FROM answers WHERE code = ?"
        at = [each for each in (("place", place), ("round", round)) if each[1] is not None]
        query += "".join(f" AND {name} = ?" for name, _value in at) + " AND removed = 0 ORDER BY number"
        rows = self._database.read(query, code, *(value for _name, value in at))
        return [
            Answer(number, place, round, person, key, run_id, status, json.loads(value))
            for number, place, round, person, key, run_id, status, value in rows
        ]

    def answer(
        self,
        record: ClassRecord,
        person: str,
        key: str,
        value: Any,
        picture: bytes | None = None,
        run_id: str = "",
        status: str = SENT,
    ) -> bool:
        """Stores an answer in place of an earlier one with this key.

        Returns False if none are taken now, or the person takes no part any more.
        """
        statement = (
            "INSERT INTO answers (code, place, round, person, key, value, picture, run_id, status) "
            "SELECT code, place, round, ?, ?, ?, ?, ?, ? FROM classes "
            "WHERE code = ? AND place = ? AND round = ? AND phase = ? AND EXISTS (SELECT 1 FROM pupils "
            "WHERE pupils.code = classes.code AND pupils.person = ? AND NOT pupils.removed) "
            "ON CONFLICT (code, place, round, person, key) DO UPDATE SET value = excluded.value, "
            "picture = excluded.picture, run_id = excluded.run_id, status = excluded.status, removed = 0"
        )
        given = (person, key, json.dumps(value), picture, run_id, status)
        at = (record.code, record.place, record.round, OPEN, person)
        return self._write(record.code, (statement, (*given, *at))) == 1

    def last_answered(self, code: str) -> int:
        """Returns the last place where anything was answered; 0 before."""
        ((place,),) = self._database.read("SELECT MAX(place) FROM answers WHERE code = ?", code)
        return place or 0

    def remove_answer(self, code: str, number: int) -> None:
        """Removes an answer, with its drawing."""
        statement = "UPDATE answers SET removed = 1, picture = NULL WHERE code = ? AND number = ?"
        self._write(code, (statement, (code, number)))

    def end_training(self, code: str, answer: Answer, status: str) -> None:
        """Records of one answer that its run has ended for it."""
        statement = "UPDATE answers SET status = ? WHERE number = ? AND status = ?"
        self._write(code, (statement, (status, answer.number, TRAINING)))

    def pictures(self, code: str, place: int, round: int) -> dict[int, bytes]:
        """Returns the drawings of one round, by the answers' numbers."""
        query = (
            "SELECT number, picture FROM answers WHERE code = ? AND place = ? AND round = ? AND removed = 0"
        )
        found = self._database.read(f"{query} AND picture IS NOT NULL ORDER BY number", code, place, round)
        return dict(found)

    def run_ended(self, run_id: str, status: str) -> None:
        """Records in all answers that wait for a run that it has ended."""
        query = "SELECT DISTINCT code FROM answers WHERE run_id = ? AND status = ?"
        statement = "UPDATE answers SET status = ? WHERE code = ? AND run_id = ? AND status = ?"
        for (code,) in self._database.read(query, run_id, TRAINING):
            self._write(code, (statement, (status, code, run_id, TRAINING)))

    def _write(self, code: str, *statements: tuple[str, Iterable[Any]], traceless: bool = False) -> int:
        """Carries out statements, as one change of a class; returns how many rows they have changed."""

        def write(connection: sqlite3.Connection) -> int:
            changed = sum(connection.execute(each, tuple(values)).rowcount for each, values in statements)
            if changed:
                connection.execute("UPDATE classes SET version = version + 1 WHERE code = ?", (code,))
            return changed

        return self._database.write(write, traceless=traceless)

    def _records(self, rest: str, *values: Any) -> list[ClassRecord]:
        columns = "code, created, host, ticket, plan, place, round, phase, names, version"
        rows = self._database.read(f"SELECT {columns} FROM classes {rest}", *values)
        return [
            ClassRecord(code, created, host, ticket, plan, place, round, phase, bool(names), version)
            for code, created, host, ticket, plan, place, round, phase, names, version in rows
        ]
