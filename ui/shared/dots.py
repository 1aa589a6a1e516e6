"""Numbers as dots on a scale with 0, and a band where their mean is likely to be (looks: style.css)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from kd.charts.experiment_plan import ticks_with_zero
from kd.text.study_words import signed


def dots(
    points: Sequence[float],
    named: Sequence[str],
    band: tuple[float, float] | None,
    words: str,
    own: int | None = None,
) -> str:
    """Returns the dots as HTML. points: percentage points. named: what the tooltip of each says.

    words: what they show, for whoever does not see them. own: the number of the dot that stands out.
    """
    ticks = ticks_with_zero([*points, *(band or ())])
    whole = ticks[-1] - ticks[0]

    def at(number: float) -> str:
        return f"left:{100 * (number - ticks[0]) / whole:.1f}%"

    nought = ' class="kd-is-zero"'
    marks = [f'<i{"" if tick else nought} style="{at(tick)}">{_tick(tick)}</i>' for tick in ticks]
    if band is not None:
        marks.append(f'<b style="{at(band[0])};width:{100 * (band[1] - band[0]) / whole:.1f}%"></b>')
    for number, (value, said) in enumerate(zip(points, named, strict=True)):
        kind = ' class="kd-own"' if number == own else ""
        marks.append(f'<span{kind} style="{at(value)}" title="{escape(said)}"></span>')
    return f'<div class="kd-dots" role="img" aria-label="{escape(words)}">{"".join(marks)}</div>'


def _tick(points: float) -> str:
    return signed(points, 0 if points == round(points) else 2)
