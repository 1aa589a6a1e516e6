"""How far something is: a bar on a terminal, one line that changes in Jupyter, a few lines elsewhere.

Bar and lines go to standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from kd.text.translation import _
from kd.text.words import duration

_T = TypeVar("_T")


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
    from kd.terminal.bars import place  # rich draws a random number as it is imported: not before it is asked

    with place() as shown:
        for thing in things:
            shown.show(moment(thing))
    return thing
