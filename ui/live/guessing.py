"""The guess of an experiment: an answer that is chosen, or a curve that is drawn on its empty chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from kd.charts.experiment_plan import Plan
from kd.charts.parts import places
from kd.studies.experiments.experiment import Guess
from kd.text.study_words import MINUS
from kd.text.translation import _, numeral
from ui.live import controls
from ui.live.live import live
from ui.shared.pieces import acts


def choose(guess: Guess, key: str, chosen: Any, help: str, changed: Callable[[str], object]) -> None:
    """Draws the answers to choose from. chosen: a code, or None; changed: called with another.

    A browser may bring one along to a server that was started again: that has been chosen meanwhile.
    """
    codes, is_new = [*guess.choices], key not in st.session_state
    if not is_new:
        st.session_state[key] = chosen if chosen in codes else None
    brought = st.radio(
        _(guess.question),
        codes,
        index=codes.index(chosen) if chosen in codes else None,
        key=key,
        format_func=lambda code: _(guess.choices[code].label) if code in guess.choices else str(code),
        help=help,
        on_change=acts(lambda: changed(st.session_state[key])),
    )
    if is_new and brought not in (None, chosen):
        acts(changed, brought)()


def draw(name: str, plan: Plan, drawn: Any, changed: Callable[[tuple[float, ...] | None], object]) -> None:
    """Draws the empty chart of an experiment to draw on.

    drawn: the heights of the curve, or None; changed: called with others once they are drawn.
    """
    key = f"experiment_guess_{name}_curve"
    st.session_state[key] = list(drawn) if isinstance(drawn, list | tuple) else None
    axis, across = plan.axis, list(plan.places or ())
    control = controls.curve(
        key,
        [plan.in_words(place) for place in across],
        places(across, plan.log),
        (axis.low, axis.high),
        axis.finest,
        [(tick, _tick(tick, plan.signed)) for tick in axis.ticks],
        {
            "label": plan.title,
            "help": _("Draw what you expect: drag in the chart, or use the arrow keys."),
            "title": _("{field} (log scale)", field=plan.x_title) if plan.log else plan.x_title,
            "hint": _("Draw your guess here."),
            "nothing": _("nothing drawn yet"),
            "of": _("Your guess at {place}", place="{place}"),
            "says": "{value}",
        },
    )

    def moved(_names: Sequence[str]) -> None:
        heights = st.session_state[key]
        changed(None if heights is None else tuple(heights))

    live(f"guess-{name.replace('_', '-')}", [control], [], moved=moved)


def _tick(value: float, signs: bool) -> str:
    text = numeral(value, "+g") if signs and value else numeral(value, ",g")
    return text.replace("-", MINUS)
