"""The places where progress is shown: a terminal, a notebook, anything else."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from kd.terminal.progress import Moment

_WIDTH = 40


def place() -> _Bar | _Lines:
    """Where this process shows progress."""
    console = Console(stderr=True)
    if console.is_jupyter:
        return _Cell(console)
    return _Bar(console) if console.is_interactive else _Lines(console)


class _Bar(Progress):
    """On a terminal; gone at the end."""

    def __init__(self, console: Console) -> None:
        fields = map(TextColumn, ("{task.fields[percent]}", "{task.fields[left]}"))
        super().__init__(
            TextColumn("{task.description:<28}"), BarColumn(), *fields, console=console, transient=True
        )
        self._task = self.add_task("", total=1.0, percent="", left="")

    def show(self, moment: Moment) -> None:
        told: dict[str, Any] = {"percent": moment.percent, "left": moment.left}
        self.update(self._task, completed=moment.done, description=moment.doing, **told)


class _Lines(AbstractContextManager):
    """In a file or a pipe: a line at the start and at each further tenth."""

    def __init__(self, console: Console) -> None:
        self._console, self._tenth = console, -1

    def show(self, moment: Moment) -> None:
        tenth = int(10 * moment.done)
        if tenth > self._tenth:
            self._tenth = tenth
            self._console.print(_line(moment), markup=False, highlight=False, soft_wrap=True)

    def __exit__(self, *exception: object) -> None:
        pass


class _Cell(_Lines):
    """Below a cell of a notebook: one line, which needs no widgets and stays when the notebook is saved."""

    def __init__(self, console: Console) -> None:
        self._display = None
        self._shown = ""

    def show(self, moment: Moment) -> None:
        from IPython.display import display

        full = round(_WIDTH * moment.done)
        line = _line(moment, "━" * full + "─" * (_WIDTH - full))
        if line == self._shown:
            return
        self._shown, content = line, {"text/plain": line}
        if self._display is None:
            self._display = display(content, raw=True, display_id=True)
        else:
            self._display.update(content, raw=True)


def _line(moment: Moment, bar: str = "") -> str:
    parts = (f"{moment.doing:<28}", bar, moment.percent, moment.left)
    return "  ".join(part for part in parts if part)
