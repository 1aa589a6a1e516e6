"""How sure: what more seeds say, what comes of looking too often, and which objectives can be told apart."""

import streamlit as st

from kd.text.translation import N_, _
from ui.how_sure import objectives, seeds, stopping
from ui.shared import address
from ui.shared.frame import page
from ui.shared.lesson import unseen_section
from ui.shared.server import lab

VIEW = address.choice(
    N_("There is no view “{text}”: use {allowed}."),
    {"seeds": N_("Add seeds"), "stopping": N_("Peeking"), "objectives": N_("Objectives")},
)
PLACES = ("view", "setting", "result")

with page("How sure"):
    address.take({"sure": VIEW, **seeds.parameters(), **stopping.ADDRESS, **objectives.ADDRESS})
    # three places: the stylesheet puts the result beside the other two, or on a phone between them
    with st.container(key="sure_page"):
        view_place, setting, result = (st.container(key=f"sure_{name}") for name in PLACES)
    with result:
        # an empty container would have no room yet
        state = st.session_state
        unseen_section(_("What it shows"), f"kd-view-{state['sure']}", f"kd-of-{state['of']}")
    with view_place:
        unseen_section(_("What to look at"))
        view = address.choose(
            st.segmented_control,
            _("View"),
            VIEW,
            key="sure",
            required=True,
            help=_("What more seeds say, what comes of looking too often, or which objectives are better."),
        )
    if view == "seeds":
        with setting:
            chosen = seeds.choose(lab())
        with result:
            if chosen is not None:
                seeds.draw(*chosen)
        seeds.explain()
    elif view == "stopping":
        with setting:
            looks = stopping.choose()
        with result:
            stopping.draw(*looks)
        stopping.explain()
    else:
        with setting:
            over = objectives.choose()
        with result:
            objectives.draw(over)
        objectives.explain()
