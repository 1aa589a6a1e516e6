"""Ctrl-C: obeyed at once, or at the next safe place where a command has something to put in order.

Python's own way raises KeyboardInterrupt between any two instructions, in the middle of an import or of
another library's cleaning up, which ends in a traceback. Here a command without anything to put in order
simply ends, and one inside `listening` asks. A second Ctrl-C ends it in any case: the engine's process goes
with its parent, and a run that was cut short is marked as interrupted.
"""

from __future__ import annotations

import os
import signal

EXIT_CODE = 130  # 128 and the number of SIGINT, as a shell has it

_listening = False
_asked = False


def install() -> None:
    """Take over Ctrl-C, unless it is ignored in this process, as behind `nohup`."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _on_interrupt)


class listening:
    """A context in which the first Ctrl-C waits for the next `check`."""

    def __enter__(self) -> None:
        global _listening
        _listening = True

    def __exit__(self, *_: object) -> None:
        global _listening
        _listening = False


def check() -> None:
    """Raises KeyboardInterrupt when Ctrl-C was pressed."""
    if _asked:
        raise KeyboardInterrupt


def _on_interrupt(*_: object) -> None:
    global _asked
    if _listening and not _asked:
        _asked = True
        return
    try:
        # a progress bar hides the cursor
        os.write(2, (b"\x1b[?25h" if os.isatty(2) else b"") + b"Stopped.\n")
    finally:
        os._exit(EXIT_CODE)
