"""A bound on the log: what goes wrong again and again is reported only a few times a minute.

Strangers decide how often the server has something to complain about, and asyncio alone reports 2,048 times a
second that it has run out of descriptors.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import OrderedDict

A_MINUTE = 60.0
OF_A_KIND = 5
IN_ALL = 100
LONGEST = 2000
_KINDS = 500


class Limit(logging.Filter):
    """Lets a few warnings or errors of each kind pass in a minute, the first of them with its traceback.

    A kind is the text without its values, together with the exception's type and where it was raised.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._began = 0.0
        self._all = 0
        self._counts: OrderedDict[tuple, int] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or getattr(record, "kd_limited", False):
            return True
        record.kd_limited = True  # it may pass several loggers
        seen = self._count(_kind(record))
        if seen is None:
            return False
        _cut(record, whole=seen == 0)
        return True

    def _count(self, kind: tuple) -> int | None:
        """How many of this kind came before it in this minute; None if it is one too many."""
        with self._lock:
            now = time.monotonic()
            if now - self._began >= A_MINUTE:
                self._began, self._all = now, 0
                self._counts.clear()
            seen = self._counts.get(kind, 0)
            self._counts[kind] = seen + 1
            if len(self._counts) > _KINDS:
                self._counts.popitem(last=False)
            if seen >= OF_A_KIND or self._all >= IN_ALL:
                return None
            self._all += 1
            return seen


def _kind(record: logging.LogRecord) -> tuple:
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    raised = None
    if error is not None and error.__traceback__ is not None:
        *_, (frame, line) = traceback.walk_tb(error.__traceback__)
        raised = type(error), frame.f_code.co_filename, line
    return (
        record.name,
        record.pathname,
        record.lineno,
        str(record.msg)[:100] if not record.args else None,
        raised,
    )


def _cut(record: logging.LogRecord, whole: bool) -> None:
    """Shorten what is long; of an exception that was logged before, keep only the message."""
    text = record.getMessage()
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if error is not None and not whole:
        text += f" ({type(error).__name__}: {error})"
        record.exc_info = record.exc_text = None
    elif error is not None:
        lines = "".join(traceback.format_exception(error))
        record.exc_text = lines if len(lines) <= 2 * LONGEST else f"{lines[:LONGEST]}\n…\n{lines[-LONGEST:]}"
    record.msg, record.args = text if len(text) <= LONGEST else text[:LONGEST] + " …", ()


_limit = Limit()


class _LimitedLogger(logging.getLoggerClass()):  # type: ignore[misc]  # whatever it is by now
    def __init__(self, name: str, level: int = logging.NOTSET) -> None:
        super().__init__(name, level)
        self.addFilter(_limit)


def install() -> None:
    """Bound every logger of this process, including those that come later."""
    logging.setLoggerClass(_LimitedLogger)
    for logger in [logging.getLogger(), *logging.root.manager.loggerDict.values()]:
        if isinstance(logger, logging.Logger):
            logger.addFilter(_limit)
