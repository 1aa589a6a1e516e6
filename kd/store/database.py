"""The SQLite file of a store: connections, transactions, and room for them on a full disk.

Threads and processes share the file in WAL mode, so readers never wait. Writers wait a short while for each
other and then give up, because a page may be waiting; background threads are more patient.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from operator import methodcaller
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from kd.base.unusable import Unusable
from kd.store.copies import DAMAGE, Copies, complete, is_sound
from kd.text.endings import Ending
from kd.text.translation import N_

log = logging.getLogger("kd")

NAME = "lab.sqlite"
SECONDS_ON_A_PAGE = 2.0
SECONDS_IN_BACKGROUND = 30.0
SECONDS_BETWEEN_COPIES = 300.0

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
_RESERVE = 128 * 1024
# SQLite reports a full disk as an I/O error if it was extending the file that its connections share.
_NEXT_TO_NOTHING = 128 * 1024

_T = TypeVar("_T")


class Unwritable(Unusable, OSError):
    """The database cannot be used; its message is for people."""


class Busy(Unwritable):
    """Somebody else has locked the database."""


class DiskFull(Unusable, OSError):
    """Nothing more can be written; its message is for people."""

    def __init__(self) -> None:
        super().__init__(Ending("disk full"))
        self.errno = errno.ENOSPC


def is_full(error: OSError) -> bool:
    """Returns whether this error means that the disk is full."""
    return error.errno in _FULL


class Room:
    """Makes room on a full disk, by functions that free space (`spare`), in their order. Thread-safe."""

    def __init__(self) -> None:
        self._making = threading.local()
        self.spare: list[Callable[[], None]] = []

    def do(self, action: Callable[[], _T]) -> _T:
        """Carries out `action`, again after making room on a full disk; raises DiskFull if that fails."""
        if getattr(self._making, "now", False):
            return action()
        for make_room in (*self.spare, None):
            try:
                return action()
            except OSError as error:
                if not is_full(error):
                    raise
                if make_room is None:
                    raise DiskFull from error
            self._making.now = True
            try:
                make_room()
            except (OSError, ValueError) as error:
                log.warning("no space could be freed (%s)", error)
            finally:
                self._making.now = False
        raise AssertionError  # the last attempt has returned or raised


class _Closing:
    """Closes a thread's connection when the thread ends, and not when garbage is collected."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


class Database:
    """One SQLite file, for any number of threads. recovered: what happened to a damaged one, or empty."""

    def __init__(self, home: Path, room: Room):
        """Raises OSError when the file cannot be used, ValueError when another version wrote it."""
        self.path, self._room, self.recovered = home / NAME, room, ""
        self._copies = Copies(self.path)
        self._local = threading.local()
        self._anchor_lock, self._writing = threading.Lock(), threading.Lock()
        self._anchor: tuple[tuple[int, int] | None, sqlite3.Connection] | None = None
        self._copied: tuple[float, Any] | None = None
        self._room.do(lambda: self._do(self._open))

    def read(self, query: str, *values: Any) -> list[tuple]:
        """Returns the rows of a query."""
        return self._do(lambda: self._connection().execute(query, values).fetchall())

    def version(self) -> Any:
        """Returns a value that changes whenever any process has written to the file; quick."""
        with self._anchor_lock:
            file = self._identity()
            if self._anchor is None or self._anchor[0] != file:
                if self._anchor is not None:
                    self._anchor[1].close()
                # open as long as the process lives: the last one to close removes SQLite's side files, which
                # could not be made again on a full disk
                self._anchor = file, sqlite3.connect(self.path, check_same_thread=False)
            try:
                return file, *self._anchor[1].execute("PRAGMA data_version").fetchone()
            except sqlite3.Error:
                return object()

    def write(
        self,
        action: Callable[[sqlite3.Connection], _T],
        *,
        durable: bool = True,
        must: bool = True,
        traceless: bool = False,
        patience: float | None = None,
    ) -> _T:
        """Carries out a transaction; raises Busy when other writers take too long, or OSError.

        durable: whether not even a power cut may take it back. must: whether to free space for it on a full
        disk. traceless: whether what it deletes is overwritten in the file. patience: seconds to wait for
        other writers; by default those of a page, or what `waiting` says.
        """
        if patience is None:
            patience = getattr(self._local, "patience", None)
        seconds = SECONDS_ON_A_PAGE if patience is None else patience

        def attempt() -> _T:
            # SQLite would be polled; threads of one process can queue instead
            if not self._writing.acquire(timeout=seconds):
                raise self._busy()
            try:
                return self._do(lambda: self._transaction(action, seconds, durable, traceless))
            finally:
                self._writing.release()

        return self._room.do(attempt) if must else attempt()

    @contextlib.contextmanager
    def waiting(self, seconds: float | None = None) -> Iterator[None]:
        """Lets this thread wait longer for other writers, by default as long as background work may."""
        before = getattr(self._local, "patience", None)
        self._local.patience = SECONDS_IN_BACKGROUND if seconds is None else seconds
        try:
            yield
        finally:
            self._local.patience = before

    def backup(self) -> None:
        """Makes a copy to go back to, unless there is a recent one or nothing has changed since."""
        version, now = self.version(), time.monotonic()
        if self._copied is not None:
            when, copied = self._copied
            if copied == version or now - when < SECONDS_BETWEEN_COPIES:
                return
        self._copied = now, version
        try:
            self._copies.make(self._connection())
        except (OSError, sqlite3.Error) as error:
            log.warning("the database could not be copied (%s)", error)

    def empty_log(self) -> None:
        """Empties the log, which still has what was deleted, unless somebody reads it at the moment."""
        with contextlib.suppress(OSError):
            self.read("PRAGMA wal_checkpoint(TRUNCATE)")
        self.keep_reserve()

    def keep_reserve(self) -> None:
        """Gives the file free pages, and its log some length, so that runs can be deleted on a full disk."""
        ((pages,),) = self.read("PRAGMA freelist_count")
        log_of_it = Path(f"{self.path}-wal")
        if 4096 * pages >= _RESERVE and log_of_it.exists() and log_of_it.stat().st_size >= _RESERVE:
            return
        with contextlib.suppress(OSError):  # it is tried again at the next start
            if shutil.disk_usage(self.path.parent).free > 16 * _RESERVE:
                for change in (f"INSERT INTO reserve VALUES (zeroblob({_RESERVE}))", "DELETE FROM reserve"):
                    statement = methodcaller("execute", change)
                    self.write(statement, durable=False, must=False, patience=0)
                    self.read("PRAGMA wal_checkpoint(PASSIVE)")

    def _transaction(
        self, action: Callable[[sqlite3.Connection], _T], patience: float, durable: bool, traceless: bool
    ) -> _T:
        connection = self._connection()
        connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA secure_delete = {'ON' if traceless else 'OFF'}")
        try:
            return _carried_out(connection, action)
        except sqlite3.Error as error:
            trouble = self._trouble(error)
            if not (isinstance(trouble, OSError) and is_full(trouble)):
                raise
        with contextlib.suppress(sqlite3.Error):  # an emptied log has room for this
            connection.execute("PRAGMA wal_checkpoint(RESTART)")
        return _carried_out(connection, action)

    def _do(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except sqlite3.Error as error:
            trouble = self._trouble(error)
            if trouble is None:
                raise
            raise trouble from error

    def _trouble(self, error: sqlite3.Error) -> Exception | None:
        """Returns the error for people; None for a mistake in a query."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            return self._busy()
        full = code == sqlite3.SQLITE_FULL
        if code in _DISK:
            with contextlib.suppress(OSError):
                full = shutil.disk_usage(self.path.parent).free < _NEXT_TO_NOTHING
        if full:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if code in DAMAGE:
            return Unusable(
                "The database {path} is damaged: restart KD Lab, which goes back to its last good copy.",
                path=self.path,
            )
        if code not in _DISK:
            return None
        return Unwritable(
            N_(
                "The database {path} cannot be used ({reason}): check the disk, or choose another folder "
                "with KD_HOME."
            ),
            path=self.path,
            reason=error,
        )

    def _busy(self) -> Busy:
        return Busy(
            N_(
                "Another program is using the database {path} and has locked it: close that program (a "
                "database browser, perhaps) and try again."
            ),
            path=self.path,
        )

    def _connection(self) -> sqlite3.Connection:
        """Returns this thread's connection, opened again if another process has replaced the file since."""
        file = self._identity()
        if file is None:  # it was removed
            self._open()
            file = self._identity()
        if getattr(self._local, "file", None) != file:
            self._disconnect()
            self._local.connection = sqlite3.connect(
                self.path, timeout=SECONDS_ON_A_PAGE, isolation_level=None
            )
            self._local.closing = _Closing(self._local.connection)
            self._local.file = file
        return self._local.connection

    def _disconnect(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.connection = self._local.file = self._local.closing = None
        if connection is not None:
            connection.close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    def _open(self) -> None:
        """Checks the file, and replaces a missing or damaged one by its last good copy, or a new one."""
        lock = FileLock(self.path.with_name("lab.lock"), thread_local=False)
        try:
            with lock.acquire(timeout=SECONDS_IN_BACKGROUND, poll_interval=0.02):
                if not (self.path.exists() and is_sound(self.path)):
                    try:
                        self.recovered = self._copies.put_back()
                    except PermissionError:  # Windows cannot move a file that somebody has open
                        raise self._busy() from None
                    if self.recovered:
                        log.warning("%s", self.recovered)
                complete(self.path)
        except Timeout:
            raise self._busy() from None
        self.version()


def _carried_out(connection: sqlite3.Connection, action: Callable[[sqlite3.Connection], _T]) -> _T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = action(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result
