"""Processes that are killed while they write, at every line that finds something new on the disk.

Lines that find the disk as the line before found it leave the same behind, so one of them is enough.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

Action = Callable[[Path, Callable[[], None]], None]


class Lines:
    """Calls `reached(n)` before the n-th line of the code in these files; for sys.settrace."""

    def __init__(self, files: frozenset[str], reached: Callable):
        self._files, self._reached = files, reached
        self._number = 0

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename not in self._files:
            return None
        if event == "line":
            self._number += 1
            self._reached(self._number)
        return self


def crashes(action: Callable[[], None]) -> bool:
    """Carry out an action in a fork; whether it was killed."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed_at_each_step(
    before: Path, folder: Path, action: Action, files: frozenset[str]
) -> Iterator[tuple[Path, bool]]:
    """Carry out an action again and again, each time in a copy of a home and killed at a later line.

    Args:
        before: the home.
        folder: where its copies are made; each is removed after it was looked at.
        action: given the copy and a function that it calls where the code in question begins.
        files: where this code is.

    Yields:
        what is left of each copy, and whether the process was killed: the last one was not.
    """

    def carry_out(name: str, reached: Callable[[Path, int], None]) -> tuple[Path, bool]:
        home = shutil.copytree(before, folder / name)
        lines = Lines(files, lambda number: reached(home, number))

        def act() -> None:
            action(home, lambda: sys.settrace(lines))
            sys.settrace(None)
            (folder / "new.json").write_text(json.dumps(new), encoding="utf-8")

        return home, crashes(act)

    new: list[int] = []
    state: dict[str, int | None] = {}

    def look(home: Path, number: int) -> None:
        nonlocal state
        if (found := contents(home)) != state:
            new.append(number)
            state = found

    home, killed = carry_out("watched", look)
    assert not killed
    shutil.rmtree(home)
    for step in json.loads((folder / "new.json").read_text(encoding="utf-8")):

        def kill(home: Path, number: int, step: int = step) -> None:
            if number == step:
                os.kill(os.getpid(), signal.SIGKILL)

        home, killed = carry_out(str(step), kill)
        assert killed, f"line {step} was not reached again"
        yield home, True
        shutil.rmtree(home)
    yield carry_out("in peace", lambda home, number: None)


def contents(home: Path) -> dict[str, int | None]:
    """What is on the disk: {path: of its bytes, None for a folder}."""
    return {str(path): hash(path.read_bytes()) if path.is_file() else None for path in home.rglob("*")}
