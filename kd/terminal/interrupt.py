"""Ctrl-C: obeyed at once, or at the next safe point if a command has something to clean up.

Python itself raises KeyboardInterrupt between any two instructions, even in the middle of an import or of
another library's clean-up, which ends in a traceback. Here a command with nothing to clean up simply ends,
and one inside `listening` checks. A second Ctrl-C ends it in any case: the engine's process ends with its
parent, and a run that was cut short is marked as interrupted.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kd.text.translation import _

EXIT_CODE = 130  # 128 plus the number of SIGINT, as in a shell

_listening = False
_asked = False
_last_words = b""


def install() -> None:
    """Takes over Ctrl-C, unless this process ignores it, as under `nohup`."""
    global _last_words
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    # encoded now, because a signal handler may interrupt anything
    _last_words = (_("Stopped.") + "\n").encode(encoding, "replace")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _on_interrupt)


@contextmanager
def listening() -> Iterator[None]:
    """Returns a context in which the first Ctrl-C waits for the next `check`."""
    global _listening
    _listening = True
    try:
        yield
    finally:
        _listening = False


def check() -> None:
    """Raises KeyboardInterrupt when Ctrl-C was pressed."""
    if _asked:
        raise KeyboardInterrupt


def _on_interrupt(*signal_and_frame: object) -> None:
    global _asked
    if _listening and not _asked:
        _asked = True
        return
    try:
        # a progress bar hides the cursor
        os.write(2, (b"\x1b[?25h" if os.isatty(2) else b"") + _last_words)
    finally:
        os._exit(EXIT_CODE)
