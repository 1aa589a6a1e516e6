"""Sweep: when does distillation help? A map that fills while one watches, and the repeats behind a cell."""

import streamlit as st

from kd.config import OFFERED, RunConfig
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.frame import page
from ui.shared.guard import guard
from ui.shared.lesson import sweep_lesson, unseen_section
from ui.shared.server import lab, warm_lab
from ui.shared.shown import show
from ui.sweep import cell, compose, repeats, studies, watch
from ui.train import controls

VIEW = address.choice(
    N_("There is no view “{text}”: use {allowed}."), {"map": N_("Map"), "repeats": N_("Repeats one by one")}
)


@st.fragment
def form(shown_id: str) -> None:
    """Draws the study to make; a control that moves redraws this alone, unless another study is shown."""
    with guard():
        if studies.shown_id(lab()) != shown_id:
            st.rerun()
        compose.draw()


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
    address.take({"show": VIEW, **studies.slice_parameters(), **repeats.ADDRESS})
    shown_id = studies.shown_id(warm_lab())
    shown = studies.read(lab(), shown_id)
    address.take({cell.CELL: cell.parameter(shown)})
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep_top"):
        unseen_section(_("What to look at"))
        view = address.choose(
            _("View"),
            VIEW,
            key="show",
            help=_("All cells of a study, or the repeats of one cell."),
        )
        watch.choose(lab(), shown_id)
        form(shown_id)
    with st.container(key="sweep_shown"):
        unseen_section(_("The study shown"))
        if view == "repeats":
            repeats.draw(lab(), shown)
        else:
            watch.follow(lab(), shown_id, open_in_train)
    sweep_lesson()
