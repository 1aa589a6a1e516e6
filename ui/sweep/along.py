"""What a study on the screen gives along: its numbers, and the command that repeats it."""

from __future__ import annotations

import streamlit as st

from kd.export.numbers.long_form import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.in_text.command import sweep_command
from kd.text.translation import _
from ui.shared.along.numbers import numbers_along
from ui.shared.along.repeat import show_command
from ui.sweep.studies import Shown


def along(lab: Lab, shown: Shown) -> None:
    """Draw the buttons. The study that came with the app has no runs here."""
    view = shown.view
    with st.container(horizontal=True, key="sweep_along"):
        if view is None:
            numbers_along("study-of-the-app", lambda: accuracies_in_long_form(shown.frame))
            note = _(
                "Its epochs follow the images, which no sweep can say. In the project's folder, this makes "
                "it anew, with more values of α, without T², and five times as long, in half an hour on two "
                "cores."
            )
            show_command("python data/make_default_study.py", note=note)
            return
        if len(shown.frame):
            numbers_along(view.study_id, lambda: lab.numbers(view))
        show_command(sweep_command(shown.study))
