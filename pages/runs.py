"""Runs: everything that was trained here, to open again, keep or delete."""

import streamlit as st

from kd.text.translation import _
from kd.text.words import MODELS
from ui.runs.run_list import run_list
from ui.shared import lessons
from ui.shared.frame import page
from ui.shared.headings import unseen_section
from ui.shared.markup import role
from ui.shared.server import lab

with page("Runs"):
    note = _(
        "Test accuracy of {teacher}, {distilled} and {scratch}. Click a run to open it in Train.",
        **{model: role(model) for model in MODELS},
    )
    st.html(f'<p class="kd kd-quiet">{note}</p>')
    if not lab().runs():
        st.write(_("Nothing has been trained yet."))
        st.page_link("pages/train.py", label=_("Train the first run"), icon=":material/model_training:")
    unseen_section(_("Saved runs"))
    run_list(lab())
    lessons.runs()
