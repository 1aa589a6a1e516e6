"""What a study on the screen gives along: its numbers, and the command that repeats it."""

from __future__ import annotations

import streamlit as st

from kd.export.numbers.long_form import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.in_text.command import sweep_command
from ui.shared.along.numbers import numbers_along
from ui.shared.along.repeat import show_command
from ui.sweep.studies import Shown


def along(lab: Lab, shown: Shown) -> None:
    """Draw the buttons. The study that came with the app has no runs here, and no command of its own."""
    view = shown.view
    with st.container(horizontal=True, key="sweep_along"):
        if view is None:
            numbers_along("study-of-the-app", lambda: accuracies_in_long_form(shown.frame))
            return
        if len(shown.frame):
            numbers_along(view.study_id, lambda: lab.numbers(view))
        show_command(sweep_command(shown.study))
