"""How far something is, looked at until it ends.

It is a bar on a terminal, one line that changes in Jupyter, and a few lines elsewhere. Bar and lines go to
standard error.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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


_Show = Callable[[Moment], None]


def show(things: Iterable[_T], moment: Callable[[_T], Moment]) -> _T:
    """Shows the progress of something, how it is again and again, until it ends; returns how it was last."""
    from rich.console import Console  # rich draws a random number as it is imported: not before it is asked

    console = Console(stderr=True)
    place = _cell if console.is_jupyter else _bar if console.is_interactive else _lines
    with place(console) as shown:
        for thing in things:
            shown(moment(thing))
    return thing


class View(Protocol):
    """A run or a study at one moment."""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""


_View = TypeVar("_View", bound=View)


def views(look: Callable[[], _View], seconds: float, timeout: float | None = None) -> Iterator[_View]:
    """Yields what `look` returns, every so many seconds, until it has ended or `timeout` seconds have passed.

    Under a command that listens for it, Ctrl-C is noticed in between.
    """
    deadline = math.inf if timeout is None else time.monotonic() + timeout
    while True:
        interrupt.check()
        view = look()
        yield view
        left = deadline - time.monotonic()
        if not view.active or left <= 0:
            return
        time.sleep(min(seconds, left))


def last(things: Iterable[_T]) -> _T:
    """Returns the last of some things, at least one."""
    for thing in things:
        found = thing
    return found


@contextmanager
def _bar(console: Console) -> Iterator[_Show]:
    """Shows a bar on a terminal, which is gone at the end."""
    from rich.progress import BarColumn, Progress, TextColumn

    fields = map(TextColumn, ("{task.fields[percent]}", "{task.fields[left]}"))
    description = TextColumn("{task.description:<28}")
    with Progress(description, BarColumn(), *fields, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, percent="", left="")

        def shown(moment: Moment) -> None:
            told: dict[str, Any] = {"percent": moment.percent, "left": moment.left}
            bar.update(task, completed=moment.done, description=moment.doing, **told)

        yield shown


@contextmanager
def _lines(console: Console) -> Iterator[_Show]:
    """Writes a line into a file or a pipe at the start and at each further tenth."""
    tenths: set[int] = set()

    def shown(moment: Moment) -> None:
        tenth = int(10 * moment.done)
        if tenth > max(tenths, default=-1):
            tenths.add(tenth)
            console.print(_line(moment), markup=False, highlight=False, soft_wrap=True)

    yield shown


@contextmanager
def _cell(_console: Console) -> Iterator[_Show]:
    """Shows one line below a cell of a notebook, without widgets; it stays when the notebook is saved."""
    from IPython.display import display

    handle: Any = None
    last_line = ""

    def shown(moment: Moment) -> None:
        nonlocal handle, last_line
        full = round(_WIDTH * moment.done)
        line = _line(moment, "━" * full + "─" * (_WIDTH - full))
        if handle is None:
            handle = display({"text/plain": line}, raw=True, display_id=True)
        elif line != last_line:
            handle.update({"text/plain": line}, raw=True)
        last_line = line

    yield shown


def _line(moment: Moment, bar: str = "") -> str:
    parts = (f"{moment.doing:<28}", bar, moment.percent, moment.left)
    return "  ".join(part for part in parts if part)
