"""What a browser may ask of the server, how much the server holds for browsers, and how much it logs.

The sizes of messages and files are options of Streamlit's, in `.streamlit/config.toml`. Slow, silent and too
many connections are a proxy's business: see `Caddyfile`.
"""

from __future__ import annotations

import contextlib
import logging
import time
import traceback
from collections import Counter
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

# What is allowed, not what is forbidden: nothing that a later Streamlit adds gets in unnoticed.
ALLOWED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
ALLOWED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})

# A page has room for one file; the second is the one that replaces it.
FILES_A_SESSION = 2
BYTES_IN_ALL = 300_000_000
_UPLOADS = "/_stcore/upload_file/"

# More than any class needs, and as many as macOS allows at most.
DESCRIPTORS = 10_240

# Of warnings and errors: so many of a kind a minute, and none with more letters.
A_MINUTE = 60.0
OF_A_KIND = 5
LONGEST = 4000


def allowed(message: BackMsg) -> bool:
    """Returns whether a visitor may ask this."""
    kind = message.WhichOneof("type")
    if kind == "backend_operation_request":
        return message.backend_operation_request.WhichOneof("payload") in ALLOWED_OPERATIONS
    return kind in ALLOWED


def guard(runtime: Runtime) -> None:
    """Makes the runtime ignore messages that none of our pages sends.

    Streamlit takes every visitor for its developer: anybody may empty the server's caches, have it inspect
    its Git repository, or have it write files next to the app. It has no option against that, so
    `Runtime.handle_backmsg` (Streamlit 1.67) is replaced.
    """
    handle = runtime.handle_backmsg

    def handle_allowed(session_id: str, msg: BackMsg, **rest: Any) -> None:
        if allowed(msg):
            handle(session_id, msg, **rest)

    runtime.handle_backmsg = handle_allowed


class BoundedUploads:
    """ASGI middleware that lets go of the oldest files after an upload, when there are too many.

    Streamlit keeps every file that a session uploads until the session ends.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "PUT" and _UPLOADS in scope["path"]:
            manager = Runtime.instance().uploaded_file_mgr
            assert isinstance(manager, MemoryUploadedFileManager)
            let_go(manager, session_id=scope["path"].rpartition(_UPLOADS)[2].partition("/")[0])


def let_go(manager: MemoryUploadedFileManager, session_id: str) -> None:
    """Removes a session's oldest files, then the largest session's while all together hold too much."""
    held = manager.file_storage
    for file_id in list(held.get(session_id, ()))[:-FILES_A_SESSION]:
        manager.remove_file(session_id, file_id)
    while sum((sizes := _sizes(manager)).values()) > BYTES_IN_ALL:
        largest = max(sizes, key=lambda session: sizes[session])
        manager.remove_file(largest, next(iter(held[largest])))


def _sizes(manager: MemoryUploadedFileManager) -> dict[str, int]:
    """Returns how many bytes each session holds, without sessions that hold no file."""
    held = list(manager.file_storage.items())
    return {session: sum(len(file.data) for file in files.values()) for session, files in held if files}


def allow_descriptors() -> None:
    """Raises this process's limit on open files and connections as far as the system lets it.

    macOS gives a program 256 of them, and an open page takes four. Windows has no such limit.
    """
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class LogLimit(logging.Filter):
    """Lets a few warnings or errors of each kind pass in a minute, the first of them with its traceback.

    Visitors decide how often the server has something to complain about: a page of a class that fails to
    update leaves a traceback a second for each person who watches it.
    A kind is the line of code that logs, together with the exception's type and the line that raised it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._began = 0.0
        self._seen: Counter[tuple] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        now = time.monotonic()
        if now - self._began >= A_MINUTE:
            self._began = now
            self._seen.clear()
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        kind = record.pathname, record.lineno, *_origin(error)
        self._seen[kind] += 1
        if self._seen[kind] > OF_A_KIND:
            return False
        text = record.getMessage()
        if error is not None and self._seen[kind] == 1:
            record.exc_text = _shortened("".join(traceback.format_exception(error)))
        elif error is not None:
            text += f" ({type(error).__name__}: {error})"
            record.exc_info = record.exc_text = None
        record.msg, record.args = _shortened(text), ()
        return True


def _origin(error: BaseException | None) -> tuple:
    if error is None or error.__traceback__ is None:
        return (type(error),)
    *_, (frame, line) = traceback.walk_tb(error.__traceback__)
    return type(error), frame.f_code.co_filename, line


def _shortened(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\n…\n{text[-half:]}"


_limit = LogLimit()


class _LimitedLogger(logging.getLoggerClass()):  # type: ignore[misc]  # whatever it is by now
    def __init__(self, name: str, level: int = logging.NOTSET) -> None:
        super().__init__(name, level)
        self.addFilter(_limit)


def limit_the_log() -> None:
    """Bounds every logger of this process, including those that come later."""
    logging.setLoggerClass(_LimitedLogger)
    for logger in [logging.getLogger(), *logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger):
            logger.addFilter(_limit)
