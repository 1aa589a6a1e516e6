"""A bound on the log: what goes wrong again and again is reported only a few times a minute.

Visitors decide how often the server has something to complain about: one page of a class that fails to update
leaves a traceback a second for each person who watches it.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections import Counter

A_MINUTE = 60.0
OF_A_KIND = 5
LONGEST = 4000


class Limit(logging.Filter):
    """Lets a few warnings or errors of each kind pass in a minute, the first of them with its traceback.

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
