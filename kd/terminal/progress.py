"""How far something is, looked at until it ends.

It is a bar on a terminal, one line that changes in Jupyter, and a few lines elsewhere. Bar and lines go to
standard error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from kd.terminal import interrupt
from kd.text.translation import _
from kd.text.words import duration

if TYPE_CHECKING:
    from rich.console import Console

_T = TypeVar("_T")
_WIDTH = 40


class Moment(NamedTuple):
    """What is shown at one moment: what is being done, the share that is done, an estimate of the rest."""

    doing: str
    done: float
    seconds_left: float | None = None

    @property
    def percent(self) -> str:
        """The share that is done: '42 %'."""
        return f"{100 * self.done:3.0f} %"

    @property
    def left(self) -> str:
        """The time it still takes, as far as it is known."""
        return "" if self.seconds_left is None else _("{time} left", time=duration(self.seconds_left))


def show(things: Iterable[_T], moment: Callable[[_T], Moment]) -> _T:
    """Show the progress of something until it ends; returns how it was last.

    Args:
        things: how it is, again and again; at least once.
        moment: what to show of that.
    """
    with _place() as shown:
        for thing in things:
            shown.show(moment(thing))
    return thing


class View(Protocol):
    """A run or a study at one moment."""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""


_View = TypeVar("_View", bound=View)


def views(look: Callable[[], _View], seconds: float, timeout: float | None = None) -> Iterator[_View]:
    """What `look` shows, every so many seconds, until it has ended or `timeout` seconds have passed.

    Under a command that listens for it, Ctrl-C is noticed in between.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        interrupt.check()
        view = look()
        yield view
        left = math.inf if deadline is None else deadline - time.monotonic()
        if not view.active or left <= 0:
            return
        time.sleep(min(seconds, left))


def last(things: Iterable[_T]) -> _T:
    """The last of them, of which there is at least one."""
    for thing in things:
        found = thing
    return found


def _place() -> _Bar | _Lines:
    """Where this process shows progress."""
    from rich.console import Console  # rich draws a random number as it is imported: not before it is asked

    console = Console(stderr=True)
    if console.is_jupyter:
        return _Cell(console)
    return _Bar(console) if console.is_interactive else _Lines(console)


class _Bar(AbstractContextManager):
    """On a terminal; gone at the end."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        fields = map(TextColumn, ("{task.fields[percent]}", "{task.fields[left]}"))
        self._bar = Progress(
            TextColumn("{task.description:<28}"), BarColumn(), *fields, console=console, transient=True
        )
        self._task = self._bar.add_task("", total=1.0, percent="", left="")

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def show(self, moment: Moment) -> None:
        told: dict[str, Any] = {"percent": moment.percent, "left": moment.left}
        self._bar.update(self._task, completed=moment.done, description=moment.doing, **told)

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()


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
