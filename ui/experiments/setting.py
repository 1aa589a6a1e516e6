"""What can be chosen of an experiment before it runs: how many seeds, and whatever options it has."""

from __future__ import annotations

from typing import Any

import streamlit as st

from kd.studies.experiments.experiment import Option
from kd.text.study_words import plain_value
from kd.text.translation import _
from ui.experiments import asked as state
from ui.experiments.asked import Asked
from ui.shared import notices
from ui.shared.guard import guarded

_SEEDS = "experiment_seeds"
FEWEST, MOST = 2, 20


def draw(asked: Asked) -> None:
    """Draw the controls, in a folded section."""
    options = asked.experiment.options
    with st.expander(_("Other seeds and settings") if options else _("More seeds, or fewer")):
        st.session_state[_SEEDS] = min(max(asked.seeds, FEWEST), MOST)
        st.slider(
            _("Seeds"),
            FEWEST,
            MOST,
            key=_SEEDS,
            help=_(
                "How often everything is repeated: more make intervals narrower, and take longer. "
                "Verdicts are given with 5, 10 and 20."
            ),
            on_change=guarded(_seeds_chosen),
        )
        for name, option in options.items():
            if option.explores:  # it moves over what comes out
                continue
            _control(name, option, asked.experiment.chosen.get(name, option.default))


def _seeds_chosen() -> None:
    notices.clear()
    state.change(seeds=st.session_state[_SEEDS])


def _control(name: str, option: Option, value: Any) -> None:
    key, spec = f"experiment_option_{name}", option.spec
    shared: dict[str, Any] = {"key": key, "help": _(spec.help)}
    shared |= {"on_change": guarded(_option_chosen), "args": (name, key)}
    if spec.choices:
        st.session_state[key] = value
        st.selectbox(_(spec.label), list(spec.choices), format_func=spec.choice_label, **shared)
    elif isinstance(option.default, bool):
        st.session_state[key] = value
        st.toggle(_(spec.label), **shared)
    else:
        st.session_state[key] = plain_value(value)
        st.text_input(_(spec.label), **shared)


def _option_chosen(name: str, key: str) -> None:
    notices.clear()
    state.choose(name, st.session_state[key])
