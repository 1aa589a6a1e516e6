"""Train: move the controls, watch three models learn, and read the result."""

import streamlit as st

from kd.config import RunConfig
from kd.lab import RunView
from kd.text.translation import _, pgettext
from ui.shared.frame import page
from ui.shared.guard import guard
from ui.shared.lesson import unseen_section
from ui.shared.server import lab, warm_lab
from ui.shared.shown import shown_run
from ui.train import controls, known, train_button
from ui.train.explore import explore, train_lesson
from ui.train.hero import follow


def beside(view: RunView | None) -> tuple:
    """Returns what of the run shown the form depends on: when it changes, the whole page is redrawn."""
    return (view and view.run_id, view and view.active)


@st.fragment
def form(drawn: tuple) -> None:
    """Draws the controls and Train. Moving one redraws only these, unless another run is shown then."""
    with guard():
        controls.listen(train_button.moved)
        view = shown_run(lab())
        if beside(view) != drawn:
            st.rerun()
        with st.container(key="train_first"):
            unseen_section(_("Setting"))
            controls.first_controls(train_button.moved)
            train_button.train_button(view)
            if controls.is_mnist():
                known.draw_map()
            controls.more_controls(train_button.moved, train_button.switch)
            train_button.bring_result_into_sight()


with page("Train"):
    is_link = controls.take_address()
    train_button.take_address()
    warm_lab()
    if is_link:
        train_button.show_setting()
    view = shown_run(lab())
    if view is not None:
        controls.follow_run(view.run_id, view.config)
    # three places: the stylesheet puts the first beside the other two, or on a phone between them
    with st.container(key="train_page"):
        setting, hero = st.container(), st.container(key="train_result")
        below = st.container(key="train_below")
        with hero:
            unseen_section(pgettext("noun", "Run"))  # an empty container would have no room yet
        with setting:
            form(beside(view))
        if view is None:
            with hero:
                st.write(_("Nothing has been trained here yet. Press Train and watch three models learn."))
        else:
            with hero:
                follow(lab(), view)
            with below:
                explore(lab(), view)
    train_lesson(RunConfig() if view is None else view.config)
