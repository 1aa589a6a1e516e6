"""How sure: what more seeds say, what comes of looking too often, and which objectives can be told apart."""

import streamlit as st

from kd.text.translation import N_, _
from ui.how_sure import adding, objectives, stopping, sure_lessons, whose_seeds
from ui.shared import address
from ui.shared.frame import page
from ui.shared.lesson import unseen_section
from ui.shared.server import lab

VIEW = address.choice(
    N_("There is no view “{text}”: use {allowed}."),
    {"seeds": N_("Add seeds"), "stopping": N_("Peeking"), "objectives": N_("Objectives")},
)

LESSONS = {
    "seeds": sure_lessons.seeds,
    "stopping": sure_lessons.stopping,
    "objectives": sure_lessons.objectives,
}
PLACES = ("view", "setting", "result")

with page("How sure"):
    address.take({"sure": VIEW, **adding.parameters(), **stopping.ADDRESS, **objectives.ADDRESS})
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
    with setting:
        over = objectives.choose() if view == "objectives" else ""
        looks = stopping.choose() if view == "stopping" else None
        chosen = whose_seeds.choose(lab()) if view == "seeds" else None
    with result:
        if over:
            objectives.leaderboard_of(over)
        elif looks is not None:
            stopping.draw(*looks)
        elif chosen is not None:
            adding.adding(chosen)
    LESSONS[view]()
