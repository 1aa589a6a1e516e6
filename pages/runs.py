"""Runs: the notebook of the lab, with everything that was trained here, to open, compare, keep or delete."""

import streamlit as st

from kd.text.translation import _
from ui.runs.run_list import run_list
from ui.runs.search import ADDRESS
from ui.shared import address
from ui.shared.frame import page
from ui.shared.lesson import unseen_section
from ui.shared.markup import literal
from ui.shared.server import lab

with page("Runs"):
    address.take(ADDRESS)
    if lab().store.recovered:
        st.warning(literal(lab().store.recovered), icon=":material/database:")
    if not lab().runs.views():
        st.write(_("Nothing has been trained yet."))
        st.page_link("pages/train.py", label=_("Train the first run"), icon=":material/model_training:")
    unseen_section(_("Saved runs"))
    run_list(lab())
