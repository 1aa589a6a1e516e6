"""What few training images cost, as the answer to a guess."""

from __future__ import annotations

from typing import Protocol

from kd.text.translation import N_, _
from kd.text.words import percent

# In points.
_CLOSE = 2.0

_SAYS = {
    "close": N_("Well guessed: it is {alone}, {lost} points fewer than with {many}."),
    "high": N_("It is less than you guessed: {alone}, {lost} points fewer than with {many}."),
    "low": N_("It is more than you guessed: {alone}, {lost} points fewer than with {many}."),
}
_BACK = N_("Taught by the teacher, the same student gets {taught}: {back} points back ({low} to {high}).")
_UNCLEAR = N_("Taught by the teacher, the same student gets {taught}: no difference is shown.")
_LONGER = N_("All this after about {steps} steps; after {more}, it gets {alone} alone, and {taught} taught.")
_STEPS = N_("All this after about {steps} steps.")


class Cost(Protocol):
    """kd.studies.few_images.FewImages."""

    @property
    def steps(self) -> int: ...

    @property
    def many(self) -> int: ...

    @property
    def alone(self) -> tuple[float, ...]: ...

    @property
    def taught(self) -> tuple[float, ...]: ...

    @property
    def lost(self) -> float: ...

    @property
    def back(self) -> float: ...

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def verdict(self) -> str: ...


def answer_sentence(guess: int, found: Cost, longer: Cost | None = None) -> str:
    """How the guess compares with what came out, and what the teacher gives back.

    Args:
        guess: in percent.
        longer: the same of students that were trained longer, if that is known.
    """
    alone, taught = _means(found)
    off = guess - 100 * alone
    which = "close" if abs(off) <= _CLOSE else "high" if off > 0 else "low"
    said = _(_SAYS[which], alone=percent(alone), lost=f"{found.lost:.1f}", many=f"{found.many:,}")
    back = _(
        _BACK if found.verdict == "helps" else _UNCLEAR,
        taught=percent(taught),
        back=f"{found.back:.1f}",
        low=f"{found.low:.1f}",
        high=f"{found.high:.1f}",
    )
    steps = f"{found.steps:,}"
    if longer is None:
        length = _(_STEPS, steps=steps)
    else:
        then = dict(zip(("alone", "taught"), map(percent, _means(longer)), strict=True))
        length = _(_LONGER, steps=steps, more=f"{longer.steps:,}", **then)
    return f"{said} {back} {length}"


def _means(found: Cost) -> list[float]:
    return [sum(shares) / len(shares) for shares in (found.alone, found.taught)]
