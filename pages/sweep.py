"""Sweep: when does distillation help? A study over one setting or two, that fills while one watches."""

import streamlit as st

from kd.config import OFFERED, RunConfig
from kd.text.translation import _
from ui.shared import address
from ui.shared.frame import page
from ui.shared.guard import guard
from ui.shared.lesson import sweep_lesson, unseen_section
from ui.shared.server import lab, warm_lab
from ui.shared.shown import show
from ui.sweep import compose, studies, watch
from ui.train import controls
from ui.train.train_button import ask_for_result_in_sight, bring_result_into_sight


@st.fragment
def form(shown_id: str) -> None:
    """Draws the study to start; a control that moves redraws this alone, unless another study is shown."""
    with guard():
        if studies.shown_id(lab()) != shown_id:
            st.rerun()
        compose.draw()
        compose.start_button(ask_for_result_in_sight)
        bring_result_into_sight()


def open_in_train(config: RunConfig, run_id: str | None) -> None:
    """Goes to Train with a run, or with a setting that has not been trained."""
    with address.together():
        controls.set_form(config)
        if run_id is not None:
            controls.has_followed(run_id)
            show(run_id)
        address.go_to("pages/train.py", carrying=("run", *OFFERED))


with page("Sweep"):
    compose.take_address()
    shown_id = studies.shown_id(warm_lab())
    with st.container(key="sweep_page"):
        with st.container(key="sweep_form"):
            unseen_section(_("Compose a study"))
            form(shown_id)
        with st.container(key="sweep_shown"):
            unseen_section(_("The study shown"))
            watch.choose(lab(), shown_id)
            watch.follow(lab(), shown_id, open_in_train)
    sweep_lesson()
