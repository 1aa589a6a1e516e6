"""Train: move the controls, watch three models learn, and read the result."""

import streamlit as st

from kd.config import RunConfig
from kd.lab import RunView
from kd.text.translation import _
from ui.shared.frame import page
from ui.shared.guard import guard
from ui.shared.lesson import unseen_section
from ui.shared.server import lab, warm_lab
from ui.shared.shown import shown_run
from ui.train import controls, train_button
from ui.train.explore import explore, train_lesson
from ui.train.live import follow


def beside(view: RunView | None) -> tuple:
    """Returns what of the run shown the form depends on: when it changes, the whole page is redrawn."""
    return (view and view.run_id, view and view.active)


@st.fragment
def form(drawn: tuple) -> None:
    """Draws the controls and Train. Moving one redraws only these, unless another run is shown then."""
    with guard():
        view = shown_run(lab())
        if beside(view) != drawn:
            st.rerun()
        with st.container(key="train_first"):
            unseen_section(_("Setting"))
            controls.first_controls(train_button.moved)
            train_button.switch()
            place = st.container()
        with st.container(key="train_others"):
            unseen_section(_("More settings"))
            controls.other_controls(train_button.moved)
        with place:
            train_button.train_button(view)
            train_button.bring_result_into_sight()


with page("Train"):
    controls.take_address()
    train_button.take_address()
    view = shown_run(warm_lab())
    if view is not None:
        controls.follow_run(view.run_id, view.config)
    # three places: the stylesheet puts the first two beside the result, or on a phone around it
    with st.container(key="train_page"):
        setting, result = st.container(), st.container(key="train_result")
        with result:
            unseen_section(_("Run"))  # an empty container would have no room yet
        with setting:
            form(beside(view))
        with result:
            if view is None:
                st.write(_("Nothing has been trained here yet. Press Train and watch three models learn."))
            else:
                follow(lab(), view)
                explore(lab(), view)
    train_lesson(RunConfig() if view is None else view.config)
