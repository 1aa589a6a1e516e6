"""Runs: everything that was trained here, to look at again, to keep or to delete."""

import streamlit as st

from kd.text.words import MODELS
from ui.runs.run_list import run_list
from ui.shared import lessons
from ui.shared.frame import page
from ui.shared.markup import role
from ui.shared.server import lab

with page("Runs"):
    names = ", ".join(role(model) for model in MODELS)
    st.html(f'<p class="kd kd-quiet">Test accuracy of {names}. A run opens in Train.</p>')
    if not lab().runs():
        st.write("Nothing was trained yet.")
        st.page_link("pages/train.py", label="Train the first run", icon=":material/model_training:")
    run_list(lab())
    lessons.runs()
