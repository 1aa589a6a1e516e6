"""How sure: what more seeds say, what comes of looking too often, and which objectives can be told apart."""

from typing import Any

import streamlit as st

from kd.text.translation import N_, _
from ui.how_sure import objectives, seeds, stopping
from ui.shared import address
from ui.shared.frame import page
from ui.shared.lesson import unseen_section

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
    shown: Any = {"seeds": seeds, "stopping": stopping, "objectives": objectives}[view]
    with setting:
        chosen = shown.choose()
    with result:
        if chosen is not None:
            shown.draw(*chosen)
    shown.explain()
