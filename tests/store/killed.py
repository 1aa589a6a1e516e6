"""Processes that are killed while they write, at every line that finds something new on the disk.

Lines that find the disk as the line before found it leave the same behind, so one of them is enough.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def lines(files: frozenset[str], reached: Callable[[int], None]) -> Callable:
    """For sys.settrace: calls `reached(n)` before the n-th line of the code in these files."""
    number = 0

    def trace(frame, event, argument):
        nonlocal number
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            number += 1
            reached(number)
        return trace

    return trace


def crashes(action: Callable[[], None]) -> bool:
    """Carry out an action in a fork; whether it was killed.

    Where another thread has SQLite locked at that moment, the fork would wait for ever: it ends, and another
    one is made.
    """
    status = signal.SIGALRM.value
    while os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        pid = os.fork()
        if pid == 0:
            try:
                signal.alarm(5)
                sqlite3.connect(":memory:").close()
                signal.alarm(0)
                action()
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def killed_at_each_step(
    before: Path, folder: Path, action: Callable[[Path, Callable], None], files: frozenset[str]
) -> Iterator[Path]:
    """Carry out an action on copies of a home, killed at a later line each time; yields what is left of each.

    action: given the copy and a function that it calls where the code in question begins, in these files.
    The last copy is that of a process that was not killed.
    """

    def carry_out(name: str, reached: Callable[[Path, int], None], is_killed: bool = False) -> Path:
        home = shutil.copytree(before, folder / name)

        def act() -> None:
            action(home, lambda: sys.settrace(lines(files, lambda number: reached(home, number))))
            sys.settrace(None)
            (folder / "new.json").write_text(json.dumps(new), encoding="utf-8")

        assert crashes(act) == is_killed, f"line {name} was not reached again"
        return home

    new: list[int] = []
    state: dict[str, int | None] = {}

    def look(home: Path, number: int) -> None:
        nonlocal state
        if (found := contents(home)) != state:
            new.append(number)
            state = found

    shutil.rmtree(carry_out("watched", look))
    for step in json.loads((folder / "new.json").read_text(encoding="utf-8")):

        def kill(home: Path, number: int, step: int = step) -> None:
            if number == step:
                os.kill(os.getpid(), signal.SIGKILL)

        home = carry_out(str(step), kill, is_killed=True)
        yield home
        shutil.rmtree(home)
    yield carry_out("in peace", lambda home, number: None)


def contents(home: Path) -> dict[str, int | None]:
    """What is on the disk: {path: of its bytes, None for a folder}."""
    return {str(path): hash(path.read_bytes()) if path.is_file() else None for path in home.rglob("*")}
