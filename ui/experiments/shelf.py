"""The shelf: a card for each experiment, with its question, what it is about, and how long it takes."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab
from kd.studies.experiments import EXPERIMENTS, Experiment
from kd.text.translation import N_, _, language
from kd.text.words import duration
from ui.experiments import stored
from ui.experiments.asked import EXPERIMENT, Asked
from ui.experiments.shapes import code_shape, shape
from ui.shared.headings import section

PAGE = "pages/experiments.py"
_ROOMS = {
    "classic": (
        N_("The classics"),
        N_(
            "What papers have claimed of distillation, with a network that trains in seconds. Guess first, "
            "then find out whether it holds here, and how sure that is."
        ),
    ),
    "mistake": (
        N_("Mistakes people really make"),
        N_(
            "Each was found in somebody's code. Train the wrong line beside the right one, and see who "
            "notices: the loss, the gradient or the accuracy."
        ),
    ),
}


def shelf(lab: Lab) -> None:
    """Draw all cards."""
    for kind, (title, words) in _ROOMS.items():
        found = [each for each in EXPERIMENTS.values() if each.kind == kind]
        if found:
            section(_(title))
            st.html(f'<p class="kd kd-lead">{escape(_(words))}</p>')
            with st.container(key=f"shelf_{kind}"):
                for each in found:
                    card(lab, each)


def card(lab: Lab, found: Experiment, key: str = "") -> None:
    """One card; all of it is a link. key: tells apart several cards of one experiment."""
    with st.container(key=f"card_{found.name}{key}", gap=None):
        st.page_link(PAGE, label=_(found.title), query_params={EXPERIMENT: found.name})
        asked = Asked(found, found.seeds)
        takes = _takes(found.name, lab, asked)
        st.html(_card(found.name, language(), takes, found))


def _takes(name: str, lab: Lab, asked: Asked) -> str:
    seconds = stored.seconds(asked.key, lab, asked)
    return _("ready") if not seconds else _("about {time}", time=duration(max(1.0, seconds)))


@st.cache_data(max_entries=200, show_spinner=False)
def _card(name: str, language: str, takes: str, _found: Experiment) -> str:
    picture = code_shape() if _found.kind == "mistake" else shape(stored.plan_of(_found))
    return (
        f'<div class="kd kd-card">{picture}<div><p class="kd-question">{escape(_(_found.question))}</p>'
        f'<p class="kd-quiet">{escape(takes)} · {escape(_(_found.paper.authors))}</p></div></div>'
    )
