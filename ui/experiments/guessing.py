"""The guess before an experiment: one of several answers, or a curve drawn onto the empty chart."""

from __future__ import annotations

import streamlit as st

from kd.charts.experiments.axes import places
from kd.charts.experiments.plan import Plan
from kd.text.study_words import MINUS
from kd.text.translation import _
from ui.experiments import asked as state
from ui.experiments.asked import Asked
from ui.live import controls
from ui.live.live import live
from ui.shared.guard import guarded

_CHOICE = "experiment_guess"


def choose(asked: Asked) -> None:
    """Draw the answers to choose from. None is chosen at first, and none has to be."""
    guess = asked.experiment.guess
    codes = list(guess.choices)
    key = f"{_CHOICE}_{asked.experiment.name}"
    st.session_state[key] = asked.guess if asked.guess in codes else None
    st.radio(
        _(guess.question),
        codes,
        key=key,
        format_func=lambda code: _(guess.choices[code].label) if code in guess.choices else str(code),
        help=_("Your guess stays on the screen, and is compared with what comes out. You may also skip it."),
        on_change=guarded(_chosen),
        args=(key,),
    )


def _chosen(key: str) -> None:
    state.change(guess=st.session_state[key])


def draw(asked: Asked, plan: Plan) -> None:
    """Draw the chart that is drawn on."""
    name = asked.experiment.name
    key = f"{_CHOICE}_{name}_curve"
    st.session_state[key] = list(asked.guess) if isinstance(asked.guess, tuple) else None
    axis = plan.axis
    across = list(plan.places or ())
    control = controls.curve(
        key,
        [plan.in_words(place) for place in across],
        places(across, plan.log),
        (axis.low, axis.high),
        axis.finest,
        [(tick, _tick(tick, plan.signed)) for tick in axis.ticks],
        {
            "label": plan.title,
            "help": _("Set what you expect at each place: drag in the chart, or use the arrow keys."),
            "title": _("{field} (log scale)", field=plan.x_title) if plan.log else plan.x_title,
            "hint": _("Draw your guess here."),
            "nothing": _("nothing drawn yet"),
            "of": _("Your guess at {place}", place="{place}"),
            "says": "{value}",
        },
    )
    drawn = live(f"guess-{name.replace('_', '-')}", [control], [])["curve"]
    guess = None if drawn is None else tuple(drawn)
    if guess != asked.guess:
        state.change(guess=guess)


def _tick(value: float, signs: bool) -> str:
    text = f"{value:+g}" if signs and value else f"{value:,g}"
    return text.replace("-", MINUS)
