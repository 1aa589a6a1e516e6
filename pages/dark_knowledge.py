"""Dark knowledge: what a teacher's wrong answers reveal, and how they pull on a student."""

import streamlit as st

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.config import RunConfig
from kd.text.translation import N_, _
from ui.dark_knowledge import dark_views
from ui.dark_knowledge.dark_picture import SOURCE, Shown, choose
from ui.live import controls
from ui.pictures import ways_in
from ui.shared import address
from ui.shared.frame import page
from ui.shared.guard import guard
from ui.shared.lesson import unseen_section
from ui.shared.server import lab
from ui.shared.shown import choose_finished_run, finished_run

VIEW = address.choice(
    N_("There is no view “{text}”: use {allowed}."),
    {"one": N_("One picture"), "pull": N_("The pull on a student"), "all": N_("All 10,000")},
)
TEMPERATURE = address.number("T", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, instead=4.0)

ADDRESS = {
    ways_in.SOURCE_KEY: SOURCE,
    "picture": ways_in.PICTURE_PARAMETER,
    "T": TEMPERATURE,
    "view": VIEW,
    "log": dark_views.LOG,
}


@st.fragment
def look(run_id: str, config: RunConfig, shown: Shown) -> None:
    """Draws one of the three views, with its lesson."""
    with guard():
        view = address.choose(
            st.segmented_control,
            _("View"),
            VIEW,
            key="view",
            required=True,
            help=_(
                "What the teacher says about one picture, what it teaches a student, or what it says about "
                "all test pictures."
            ),
        )
        figures(run_id, config, shown, view)
        if view == "all":
            teacher = lab().runs[run_id].test_logits()["teacher"]
            dark_views.whole_test_set_lesson(run_id, config, teacher)
        elif view == "pull":
            dark_views.pull_lesson()
        else:
            dark_views.one_picture_lesson(shown.label, config)


@st.fragment
def figures(run_id: str, config: RunConfig, shown: Shown, view: str) -> None:
    """Draws all that moves with T, and nothing else: stored logits and a softmax, no model is asked."""
    with guard():
        temperature = controls.temperature(
            "T",
            TEMPERATURE,
            _("T, temperature"),
            _(
                "Divides the logits before the softmax. At 1 you see the teacher's own answer; at a higher T "
                "its doubts, too."
            ),
        )
        if view == "all":
            dark_views.whole_test_set(run_id, lab().runs[run_id].test_logits()["teacher"], temperature)
        elif view == "pull":
            dark_views.pull(shown, temperature, config)
        else:
            dark_views.one_picture(shown, temperature)


with page("Dark knowledge"):
    address.take(ADDRESS)
    asked = finished_run(
        lab(), _("There is no teacher to look into yet. One appears when the first run has finished.")
    )
    left, right = st.columns([1, 2.6], gap="large")
    with left:
        unseen_section(_("Picture"))
        choose_finished_run(
            lab(),
            asked,
            _("Run"),
            _("The run whose teacher and students are shown: any finished one."),
        )
        shown = choose(lab(), asked.run_id)
    with right:
        unseen_section(_("What the teacher knows"))
        look(asked.run_id, asked.config, shown)
