"""Standard streams that accept whatever a command prints, however it was started.

A program may be started with a closed stream, with an encoding without α, into a pipe whose reader leaves,
or onto a full disk. After `prepare`, only the last two make a difference: they raise `OutputLost`.
"""

import codecs
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from kd.text.reasons import reason_of

# Replacements for characters that an encoding such as cp1252 lacks; one character each, so that the columns
# of tables stay aligned.
_STAND_INS = str.maketrans("αβ×–—…→−²±“”‘’─━│┃├┤┼┴●○░▒▓█\u00a0", "abx--.>-2~\"\"''--||||++*o.:%# ")


class OutputLost(Exception):
    """The output is lost; reader_left: because the other end of the pipe was closed, as by `head`."""

    def __init__(self, error: OSError):
        super().__init__(reason_of(error))
        # Windows reports EINVAL for a pipe whose other end is closed
        self.reader_left = isinstance(error, BrokenPipeError) or (
            sys.platform == "win32" and error.errno == errno.EINVAL
        )


class _Output:
    """A standard stream whose errors are OutputLost; errors of one that is for messages are ignored."""

    def __init__(self, stream: TextIO, for_messages: bool = False):
        self._stream, self._for_messages = stream, for_messages

    def write(self, text: str) -> int:
        with self._lost():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._lost():
            self._stream.flush()

    @contextmanager
    def _lost(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if not self._for_messages:
                raise OutputLost(error) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def prepare() -> None:
    """Makes the three standard streams safe to use. Call once, before anything is opened or printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # Left free, this number would go to the next file opened, and output would be written into it.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
    codecs.register_error("kd.stand_in", _stand_in)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="kd.stand_in")
    sys.stdout, sys.stderr = _Output(sys.stdout), _Output(sys.stderr, for_messages=True)


def drop_output() -> None:
    """Discards further output: Python flushes standard output once more when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end].translate(_STAND_INS)
    return "".join(c if c.isascii() else "?" for c in characters), error.end


@contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Holds back what native code writes to standard error; shows it if the block raises."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        kept = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            sys.stderr.write(held.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
