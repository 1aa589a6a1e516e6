"""Standard streams that take whatever a command prints, wherever it is started from.

A program may be started with a closed stream, with an encoding that has no α, into a pipe whose reader
leaves, or onto a disk that is full. After `prepare`, only the last two can be noticed, as `OutputLost`.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from contextlib import suppress
from typing import Any, TextIO

# What stands in for characters that an encoding such as cp1252 does not have; one each, so that tables
# keep their columns.
_STAND_INS = str.maketrans("αβ×–—…→−²“”‘’─━│┃", "abx--.>-2\"\"''--||")


class OutputLost(Exception):
    """What is printed reaches nobody; its message says why.

    Attributes:
        reader_left: whether the other end of the pipe was closed, as `head` does.
    """

    def __init__(self, error: OSError):
        super().__init__(error.strerror or str(error))
        # Windows says EINVAL of a pipe whose other end is closed
        self.reader_left = isinstance(error, BrokenPipeError) or (
            sys.platform == "win32" and error.errno == errno.EINVAL
        )


class _Output:
    """Standard output whose errors cannot be mistaken for those of any other file."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputLost(error) from None

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputLost(error) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Messages(_Output):
    """Standard error: where even that cannot be written, nobody can be told."""

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def prepare() -> None:
    """Make the three standard streams safe to use; once, before anything else is opened or printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one. Left free, the next file would get it, and be printed into.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    codecs.register_error("kd.stand_in", _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="kd.stand_in")
    sys.stdout, sys.stderr = _Output(sys.stdout), _Messages(sys.stderr)


def drop_output() -> None:
    """Let what is still printed vanish, as Python flushes standard output once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end].translate(_STAND_INS)
    return "".join(c if c.isascii() else "?" for c in characters), error.end
