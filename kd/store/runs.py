"""The table of runs: what was asked for and by whom, its state, what people wrote about it, its result.

A run that has been asked for is claimed by a process, then running, then finished: its result is there. Or
it ends without one: stopped, failed, or interrupted when its process ended first. What nobody asked for is
not listed, and goes if it ends without a result.
"""

import json
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any

from kd.base import owners
from kd.base.unusable import Unusable
from kd.config import NOBODY, RunConfig
from kd.store import shipped
from kd.store.database import Database
from kd.store.rows import ACTIVE, COLUMNS, RunRow, figures_of, parsed
from kd.text.translation import N_
from kd.text.words import quoted

log = logging.getLogger("kd")

INTERRUPTED = "interrupted"

_ACTIVE = "status IN ('queued', 'running')"
_END = (
    "UPDATE runs SET status = CASE WHEN stored IS NULL THEN ? ELSE 'finished' END, "
    "ending = CASE WHEN stored IS NULL THEN ? ELSE '' END"
)
_THERE = "run_id = ? AND stored IS NOT NULL AND deleted IS NULL"
_DELETED = N_("Run {run} has already been deleted: Undo on the Runs page brings it back.")
_TRAINING = N_("Run {run} is waiting or training: stop it before you delete it.")
_NOT_WANTED = f"asked = 0 AND stored IS NULL AND NOT {_ACTIVE}"


class RunTable:
    """The runs of a home, and those that come with the project. Thread-safe."""

    def __init__(self, home: Path, database: Database):
        self._home, self._database = home, database

    def claim(self, run_id: str, config: RunConfig, asked: bool = True, person: str = NOBODY) -> float | None:
        """Claims a run for this process, for `end`; returns None if another living process has it.

        asked: whether somebody asked for it: only then is a new one listed, and a deleted one claimed.
        person: whose it is from now on; empty to leave that as it is.
        """
        owner = owners.hold(self._home)

        def claim(connection: sqlite3.Connection) -> float | None:
            query = "SELECT status, owner, deleted, claim, asked FROM runs WHERE run_id = ?"
            row = connection.execute(query, (run_id,)).fetchone()
            status, before, deleted, last, was_asked = row or (None, None, None, None, False)
            if status in ACTIVE and before != owner and not owners.is_gone(self._home, before):
                return None
            if deleted is not None and not asked:
                return None
            now = time.time()
            stamp = now if last is None or last < now else last + 0.001
            texts = json.dumps(config.to_dict()), json.dumps(config.model_ids)
            connection.execute(
                "INSERT INTO runs (run_id, status, config, models, created, owner, claim, asked, person) "
                "VALUES (?, 'queued', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET "
                "config = excluded.config, status = 'queued', ending = '', created = excluded.created, "
                "owner = excluded.owner, claim = excluded.claim, asked = excluded.asked, stop = 0, "
                "deleted = NULL, person = COALESCE(NULLIF(excluded.person, ''), person), "
                "models = excluded.models",
                (run_id, *texts, now, owner, stamp, asked or was_asked, person),
            )
            connection.execute("DELETE FROM events WHERE run_id = ?", (run_id,))
            return stamp

        return self._database.write(claim, durable=False)

    def set_running(self, run_id: str) -> None:
        """Marks a run that this process has claimed as running."""
        statement = "UPDATE runs SET status = 'running' WHERE run_id = ? AND owner = ? AND status = 'queued'"
        self._write(statement, run_id, owners.own_token())

    def end(self, run_id: str, claim: float, status: str, ending: str = "") -> None:
        """Marks a run as ended without a result, or with its earlier one, unless it was claimed again."""

        def end(connection: sqlite3.Connection) -> None:
            statement = f"{_END} WHERE run_id = ? AND claim = ? AND {_ACTIVE}"
            connection.execute(statement, (status, ending, run_id, claim))
            _forget_unwanted(connection)

        self._database.write(end, durable=False)

    def finish(
        self, run_id: str, claim: float | None, record: Mapping[str, Any], asked: bool | None = None
    ) -> None:
        """Stores the result of a run, even if another process has claimed it since.

        record: config, created, models, result and software. asked: whether it is listed; None to keep that.
        """
        values: dict[str, Any] = {"run_id": run_id, "created": record["created"], "now": time.time()}
        values |= {"claim": claim, "asked": asked, "figures": json.dumps(figures_of(record["result"]))}
        values |= {name: json.dumps(record[name]) for name in ("config", "models", "software", "result")}

        def finish(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO runs (run_id, config, status, created, claim, asked, models, stored, figures, "
                "software, result) VALUES (:run_id, :config, 'finished', :created, :claim, "
                "COALESCE(:asked, 1), :models, :now, :figures, :software, :result) "
                "ON CONFLICT (run_id) DO UPDATE SET config = :config, status = 'finished', ending = '', "
                "created = :created, asked = COALESCE(:asked, asked), stop = 0, models = :models, "
                "stored = MAX(:now, COALESCE(stored, 0) + 0.001), figures = :figures, "
                "software = :software, result = :result",
                values,
            )
            connection.execute("DELETE FROM events WHERE run_id = ?", (run_id,))

        self._database.write(finish)

    def settle(self) -> None:
        """Marks runs of dead processes as interrupted, and forgets those that were computed ahead."""
        query = f"SELECT run_id, owner FROM runs WHERE {_ACTIVE}"

        def gone(rows: Iterable[tuple]) -> list[str]:
            return [run_id for run_id, owner in rows if owners.is_gone(self._home, owner)]

        def settle(connection: sqlite3.Connection) -> list[str]:
            found = gone(connection.execute(query).fetchall())
            ends = [("interrupted", INTERRUPTED, run_id) for run_id in found]
            connection.executemany(f"{_END} WHERE run_id = ?", ends)
            _forget_unwanted(connection)
            return found

        if gone(self._database.read(query)) or self._database.read(f"SELECT 1 FROM runs WHERE {_NOT_WANTED}"):
            for run_id in self._database.write(settle):
                log.info("run %s was interrupted: the app ended before it did", run_id)

    def add_event(self, run_id: str, event: Mapping[str, Any]) -> None:
        """Adds an event to a run."""
        values = run_id, json.dumps(event)
        add = methodcaller("execute", "INSERT INTO events (run_id, event) VALUES (?, ?)", values)
        self._database.write(add, durable=False, must=False)

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Returns the events of a run without a result, in order."""
        found = self._database.read("SELECT event FROM events WHERE run_id = ? ORDER BY number", run_id)
        return [json.loads(event) for (event,) in found]

    def ask_for(self, *run_ids: str, person: str = NOBODY) -> None:
        """Lists runs that were computed ahead, as this person's if there is one."""
        unasked = {run_id for (run_id,) in self._database.read("SELECT run_id FROM runs WHERE asked = 0")}
        found = [run_id for run_id in run_ids if run_id in unasked]
        if found:
            statement = "UPDATE runs SET asked = 1, person = COALESCE(NULLIF(?, ''), person) WHERE run_id = ?"
            self._write_many(statement, [(person, run_id) for run_id in found])

    def unask_for(self, run_id: str) -> None:
        """Takes a run off the list until somebody asks for it again; forgets one without a result."""

        def unask(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE runs SET asked = 0 WHERE run_id = ?", (run_id,))
            _forget_unwanted(connection)

        self._database.write(unask, durable=False)

    def ask_to_stop(self, run_id: str) -> None:
        """Asks the process that computes a run to stop it."""
        self._write("UPDATE runs SET stop = 1 WHERE run_id = ?", run_id)

    def asked_to_stop(self) -> list[str]:
        """Returns the runs of this process that should stop, each only once."""
        query = f"SELECT run_id FROM runs WHERE stop = 1 AND owner = ? AND {_ACTIVE}"
        found = [run_id for (run_id,) in self._database.read(query, owners.own_token())]
        if found:
            self._write_many("UPDATE runs SET stop = 0 WHERE run_id = ?", [(run_id,) for run_id in found])
        return found

    def row(self, run_id: str) -> RunRow | None:
        """Returns a run of this home; None if it is unknown, deleted, or only included."""
        return next(iter(self._rows("WHERE run_id = ? AND deleted IS NULL", run_id)), None)

    def rows(self, unasked: bool = False) -> list[RunRow]:
        """Returns the home's listed runs, or all, newest first; an unchanged row is the same object."""
        asked = "" if unasked else "AND asked = 1"
        return self._rows(f"WHERE deleted IS NULL {asked} ORDER BY created DESC, run_id")

    def deleted(self) -> list[RunRow]:
        """Returns the runs that can be restored, the one deleted last at the end."""
        return self._rows("WHERE deleted IS NOT NULL ORDER BY deleted, created, run_id")

    def has(self, run_id: str) -> bool:
        """Returns whether a run has finished and its result is there."""
        found = self._database.read(f"SELECT status = 'finished' FROM runs WHERE {_THERE}", run_id)
        return bool(found[0][0]) if found else shipped.run(run_id) is not None

    def state(self, run_id: str) -> float | str | None:
        """Returns a value that changes with each result of this run; None without a result."""
        found = self._database.read(f"SELECT stored FROM runs WHERE {_THERE}", run_id)
        if found:
            return found[0][0]
        record = shipped.run(run_id)
        return None if record is None else f"shipped {record['created']}"

    def record(self, run_id: str, deleted: bool = False) -> dict[str, Any] | None:
        """Returns config, created, models, result and software of a run, also of a deleted one on request."""
        query = (
            "SELECT config, created, models, result, software FROM runs "
            "WHERE run_id = ? AND stored IS NOT NULL AND (deleted IS NULL OR ?)"
        )
        for config, created, *rest in self._database.read(query, run_id, deleted):
            models, result, software = map(json.loads, rest)
            record = {"config": json.loads(config), "created": created, "models": models}
            return {**record, "result": result, "software": software}
        return shipped.run(run_id)

    def models_of(self, run_id: str) -> dict[str, str]:
        """Returns the ids of a run's models by name (teacher, …); empty if it has no result."""
        for (models,) in self._database.read(f"SELECT models FROM runs WHERE {_THERE}", run_id):
            return json.loads(models)
        return dict((shipped.run(run_id) or {}).get("models", {}))

    def is_shipped(self, run_id: str) -> bool:
        """Returns whether this result comes with the project."""
        is_own = self._database.read(f"SELECT 1 FROM runs WHERE {_THERE}", run_id)
        return shipped.run(run_id) is not None and not is_own

    def is_deleted(self, run_id: str) -> bool:
        """Returns whether this run was deleted and can be brought back."""
        query = "SELECT 1 FROM runs WHERE run_id = ? AND deleted IS NOT NULL"
        return bool(self._database.read(query, run_id))

    def worker(self, run_id: str) -> str:
        """Returns where a run is computed: 'here', 'elsewhere', 'nobody', or 'gone' with its process."""
        query = f"SELECT owner FROM runs WHERE run_id = ? AND {_ACTIVE}"
        for (owner,) in self._database.read(query, run_id):
            if owner == owners.own_token():
                return "here"
            return "gone" if owners.is_gone(self._home, owner) else "elsewhere"
        return "nobody"

    def others_are_busy(self) -> bool:
        """Returns whether another process computes a run that somebody asked for."""
        query = f"SELECT owner FROM runs WHERE {_ACTIVE} AND asked = 1 AND owner != ?"
        others = self._database.read(query, owners.own_token())
        return any(not owners.is_gone(self._home, owner) for (owner,) in others)

    def version(self) -> Any:
        """Returns a value that changes with every write; quick."""
        return self._database.version()

    def annotate(self, run_ids: Iterable[str], **changes: Any) -> None:
        """Changes the name, the tags or the note of runs; what is not given stays."""
        if "tags" in changes:
            changes["tags"] = json.dumps(list(changes["tags"]), ensure_ascii=False)
        columns = ", ".join(f"{column} = ?" for column in changes)
        rows = [(*changes.values(), run_id) for run_id in run_ids]
        self._write_many(f"UPDATE runs SET {columns} WHERE run_id = ?", rows)

    def pin(self, run_ids: Iterable[str], pinned: bool) -> None:
        """Keeps runs regardless of the limit, or no longer; lists them."""
        statement = "UPDATE runs SET pinned = ?, asked = 1 WHERE run_id = ?"
        self._write_many(statement, [(pinned, run_id) for run_id in run_ids])

    def delete(self, run_ids: Iterable[str]) -> None:
        """Takes runs off the list, all or none; raises ValueError if one is unknown, deleted or active."""
        when, wanted = time.time(), list(run_ids)

        def delete(connection: sqlite3.Connection) -> None:
            for run_id in wanted:
                query = "SELECT status, deleted FROM runs WHERE run_id = ?"
                status, deleted = connection.execute(query, (run_id,)).fetchone() or (None, None)
                if status is None:
                    raise Unusable("There is no run {run} to delete.", run=quoted(run_id))
                if deleted is not None or status in ACTIVE:
                    raise Unusable(_DELETED if deleted is not None else _TRAINING, run=run_id)
                connection.execute("UPDATE runs SET deleted = ?, asked = 1 WHERE run_id = ?", (when, run_id))

        self._database.write(delete)

    def restore(self, run_ids: Iterable[str]) -> list[str]:
        """Puts deleted runs back on the list; returns those that are gone for good."""

        def restore(connection: sqlite3.Connection) -> list[str]:
            gone = []
            for run_id in wanted:
                set_used = "used = CASE WHEN deleted IS NULL THEN used ELSE ? END"
                statement = f"UPDATE runs SET {set_used}, deleted = NULL WHERE run_id = ?"
                if not connection.execute(statement, (time.time(), run_id)).rowcount:
                    gone.append(run_id)
            return gone

        wanted = list(run_ids)
        return self._database.write(restore)

    def remove(self, run_id: str, may: Callable[[RunRow], bool] = lambda row: True) -> bool:
        """Removes a run for good if it `may` go now; returns whether it went."""

        def remove(connection: sqlite3.Connection) -> bool:
            raw = connection.execute(f"{COLUMNS} WHERE run_id = ?", (run_id,)).fetchone()
            row = None if raw is None else parsed(raw)
            if raw is None or (row is not None and not may(row)):
                return False
            _forget(connection, run_id)
            return True

        return self._database.write(remove)

    def touch(self, run_id: str) -> None:
        """Records that a run was used; raises OSError at once if that cannot be done now."""
        touch = methodcaller("execute", "UPDATE runs SET used = ? WHERE run_id = ?", (time.time(), run_id))
        self._database.write(touch, durable=False, must=False, patience=0)

    def measures(self, run_id: str) -> dict[str, float]:
        """Returns what was measured of a run's result (kd.studies.measures), by name."""
        query = "SELECT measures FROM measures WHERE run_id = ? AND state = ?"
        for (measures,) in self._database.read(query, run_id, str(self.state(run_id))):
            return json.loads(measures)
        return {}

    def save_measures(self, run_id: str, values: Mapping[str, float]) -> None:
        """Stores what was measured of a run's result."""
        row = run_id, str(self.state(run_id)), json.dumps(dict(values))
        self._write("INSERT OR REPLACE INTO measures VALUES (?, ?, ?)", *row)

    def needed_models(self) -> Counter[str]:
        """Counts for each model the runs that need it, deleted ones that can be restored included."""
        return Counter(model_id for row in self._rows("") for model_id in row.needs)

    def _rows(self, rest: str, *values: Any) -> list[RunRow]:
        rows = map(parsed, self._database.read(f"{COLUMNS} {rest}", *values))
        return [row for row in rows if row is not None]

    def _write(self, statement: str, *values: Any) -> None:
        """Changes what need not outlive a power cut."""
        self._database.write(methodcaller("execute", statement, values), durable=False)

    def _write_many(self, statement: str, rows: list[tuple]) -> None:
        self._database.write(methodcaller("executemany", statement, rows))


def needs_model(connection: sqlite3.Connection, model_id: str) -> bool:
    """Returns whether a run needs a model, inside a transaction."""
    needs = f"(stored IS NOT NULL OR {_ACTIVE}) AND (models LIKE ? OR config LIKE ?)"
    query = f"SELECT 1 FROM runs WHERE {needs} LIMIT 1"
    return connection.execute(query, (f'%"{model_id}"%',) * 2).fetchone() is not None


def _forget(connection: sqlite3.Connection, run_id: str) -> None:
    for table in ("runs", "events", "measures"):
        connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))


def _forget_unwanted(connection: sqlite3.Connection) -> None:
    for (run_id,) in connection.execute(f"SELECT run_id FROM runs WHERE {_NOT_WANTED}").fetchall():
        _forget(connection, run_id)
