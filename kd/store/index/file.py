"""The index's SQLite file: connections, transactions, its version, and the replacement of a damaged one.

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
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from kd.store.index.schema import DAMAGE, Fill, bring_up, check, create, salvage
from kd.store.room import Room
from kd.text.translation import _
from kd.unusable import Unusable

log = logging.getLogger("kd")

SECONDS_ON_A_PAGE = 2.0
SECONDS_IN_BACKGROUND = 30.0
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM)
# SQLite reports a full disk as an I/O error if it was extending the file that its connections share.
_NEXT_TO_NOTHING = 128 * 1024

Action = Callable[[sqlite3.Connection, ExitStack], Any]
"""A transaction's statements. If the commit fails, the stack's callbacks run, last first, to undo them."""

_T = TypeVar("_T")


class Unwritable(Unusable, OSError):
    """The index cannot be used; its message is for people."""


class Busy(Unwritable):
    """Somebody else has locked the index."""


class _Closing:
    """Closes a thread's connection when the thread ends.

    Otherwise it would keep two descriptors until Python's garbage collection.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __del__(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()


class IndexFile:
    """One SQLite file; any number of threads may use it."""

    def __init__(self, path: Path, fill: Fill, room: Room | None = None):
        """
        Args:
            path: the file, created if there is none.
            fill: writes the contents of the run folders into a new file.
            room: makes room on a full disk.

        Raises:
            OSError: when the file cannot be written.
            ValueError: when a newer version wrote it.
        """
        self.path, self._fill, self._room = path, fill, room or Room(path.parent)
        self._local = threading.local()
        self._anchor_lock, self._writing = threading.Lock(), threading.Lock()
        self._anchor: tuple[tuple[int, int], sqlite3.Connection] | None = None
        self.mend()

    def read(self, query: str, *values: Any) -> list[tuple]:
        """The rows of a query."""
        return self._do(lambda: self._connection().execute(query, values).fetchall())

    def version(self) -> tuple[int, ...] | None:
        """Changes whenever anybody has written to the file; None if that cannot be told now. Quick."""
        file = self._identity()
        with self._anchor_lock:
            if self._anchor is None or self._anchor[0] != file:
                return None
            with contextlib.suppress(sqlite3.Error):
                (version,) = self._anchor[1].execute("PRAGMA data_version").fetchone()
                return *self._anchor[0], version
        return None

    def write(self, action: Action, *, must: bool = True, patience: float | None = None) -> Any:
        """One transaction, which holds the index's write lock from its first statement on.

        Args:
            must: free space for it on a full disk.
            patience: seconds to wait for other writers.

        Raises:
            Busy: when they take longer.
            OSError: when it cannot be written.
        """
        if patience is None:
            patience = getattr(self._local, "patience", None)
        if patience is None:
            patience = SECONDS_ON_A_PAGE

        def attempt() -> Any:
            # those who wait for SQLite poll it; threads of one process can queue instead
            if not self._writing.acquire(timeout=patience):
                raise self._busy()
            try:
                return self._do(lambda: self._transaction(action, patience))
            finally:
                self._writing.release()

        return self._room.do(attempt) if must else attempt()

    @contextlib.contextmanager
    def waiting(self, seconds: float = SECONDS_IN_BACKGROUND) -> Iterator[None]:
        """Inside, this thread waits so long for other writers; by default as long as background work may."""
        before = getattr(self._local, "patience", None)
        self._local.patience = seconds
        try:
            yield
        finally:
            self._local.patience = before

    def mend(self) -> None:
        """Check every part of the file, and replace it if it is damaged."""
        self._room.do(lambda: self._do(lambda: check(self._connection())))

    def _transaction(self, action: Action, patience: float) -> Any:
        connection = self._connection()
        if self._local.timeout != patience:
            connection.execute(f"PRAGMA busy_timeout = {int(1000 * patience)}")
            self._local.timeout = patience
        connection.execute("BEGIN IMMEDIATE")
        try:
            with ExitStack() as undo:
                result = action(connection, undo)
                connection.execute("COMMIT")
                undo.pop_all()
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _do(self, ask: Callable[[], _T]) -> _T:
        """Query the file; a damaged one is set aside, and the new one queried instead."""
        try:
            return ask()
        except DAMAGE as error:
            trouble = self._trouble(error)
            if trouble is not None:
                raise trouble from error
            log.debug("index: %s", error)
        try:
            self._replace_if_damaged()
            return ask()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise self._trouble(error) or self._unwritable(error) from error

    def _trouble(self, error: Exception) -> OSError | None:
        """What keeps an intact file from being used, as an OSError; None if the file is damaged."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            return self._busy()
        full = code == sqlite3.SQLITE_FULL
        if code in _DISK:
            with contextlib.suppress(OSError):
                full = shutil.disk_usage(self.path.parent).free < _NEXT_TO_NOTHING
        if full:
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._unwritable(error) if code in _DISK else None

    def _unwritable(self, error: Exception) -> Unwritable:
        return Unwritable(
            _(
                "The index {path} cannot be used ({reason}): "
                "check the disk, or choose another folder with KD_HOME.",
                path=self.path,
                reason=error,
            )
        )

    def _busy(self) -> Busy:
        return Busy(
            _(
                "Another program is using the index {path} and has locked it: "
                "close that program (a database browser, perhaps) and try again.",
                path=self.path,
            )
        )

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, reopened if the file has been replaced since."""
        file = self._identity()
        while file is None or getattr(self._local, "file", None) != file:
            self._disconnect()
            if file is None:
                self._make()
                file = self._identity()
                continue
            self._local.connection = self._opened()
            self._local.closing = _Closing(self._local.connection)
            self._local.timeout = SECONDS_ON_A_PAGE
            self._hold_open(file)
            self._local.file, file = file, self._identity()
        return self._local.connection

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=SECONDS_ON_A_PAGE, isolation_level=None)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        try:
            connection.execute("PRAGMA synchronous = NORMAL")
            bring_up(connection, self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hold_open(self, file: tuple[int, int]) -> None:
        """Keep one connection open as long as the process lives.

        The last one to close removes SQLite's side files, which could not be recreated on a full disk.
        """
        with self._anchor_lock:
            if self._anchor is not None and self._anchor[0] == file:
                return
        self._let_go()
        with self._anchor_lock:
            anchor = sqlite3.connect(self.path, check_same_thread=False)
            anchor.execute("SELECT COUNT(*) FROM sqlite_master").fetchall()
            self._anchor = file, anchor

    def _let_go(self) -> None:
        with self._anchor_lock:
            if self._anchor is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._anchor[1].close()
            self._anchor = None

    def _disconnect(self) -> None:
        connection = getattr(self._local, "connection", None)
        self._local.connection = self._local.file = None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        return status.st_dev, status.st_ino

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Inside, no other process or thread replaces the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(self.path.with_name("index.lock"), thread_local=False)
            with lock.acquire(timeout=SECONDS_IN_BACKGROUND, poll_interval=0.02):
                yield
        except Timeout:
            raise Busy(
                _("Another process is repairing the index {path}: try again in a minute.", path=self.path)
            ) from None

    def _make(self) -> None:
        with self._alone():
            if not self.path.exists():
                self._put_new([])

    def _replace_if_damaged(self) -> None:
        with self._alone():
            self._disconnect()
            if self.path.exists() and self._is_sound():
                return  # another thread or process was here first
            self._disconnect()
            self._let_go()
            kept = salvage(self.path)
            aside = self.path.with_name(f"index.damaged-{time.time_ns()}.sqlite")
            try:
                # the main file last: if this is cut short by a crash, the file is found damaged again
                for suffix in ("-wal", "-shm", ""):
                    with contextlib.suppress(FileNotFoundError):
                        Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
            except PermissionError as error:  # Windows cannot move a file that somebody has open
                raise self._busy() from error
            runs = self._put_new(kept)
        log.warning(
            "the index was damaged: it was set aside as %s, and %d runs were read again", aside.name, runs
        )

    def _put_new(self, kept: list[tuple[str, tuple]]) -> int:
        """Make a complete new file and move it into place; returns how many runs it lists."""
        for left in self.path.parent.glob("index.new-*"):
            left.unlink(missing_ok=True)
        new = self.path.with_name(f"index.new-{time.time_ns()}.sqlite")
        runs = create(new, kept, self._fill)
        new.replace(self.path)
        return runs

    def _is_sound(self) -> bool:
        try:
            check(self._connection())
        except DAMAGE as error:
            trouble = self._trouble(error)
            if trouble is not None:
                raise trouble from error
            return False
        return True
