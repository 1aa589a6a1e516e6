"""Runs: everything that was trained here, to look at again."""

import streamlit as st

from kd.lab import RunView
from kd.words import MODELS, percent
from ui.figures import setting, when
from ui.frame import page
from ui.guard import guard
from ui.markup import role
from ui.server import lab

SECONDS_BETWEEN_LOOKS = 2


def row(view: RunView) -> None:
    """One run: its setting as a link, what it reached, when."""
    name, reached, date = st.columns([5, 4, 2], vertical_alignment="center")
    name.page_link("pages/train.py", label=setting(view.config), query_params={"run": view.run_id})
    reached.html(f'<p class="kd kd-reached">{summary(view)}</p>')
    date.caption(when(view))


def summary(view: RunView) -> str:
    """The three accuracies with their marks, or what the run is doing."""
    if view.result is None:
        return f"{view.status}, {view.progress:.0%} done" if view.active else view.status
    return " ".join(role(model, percent(view.result[model]["test_accuracy"])) for model in MODELS)


def listing(was_active: bool) -> None:
    """All runs; looked at again while one of them trains."""
    with guard(), st.container(key="runs"):
        views = lab().runs()
        if was_active and not any(view.active for view in views):
            st.rerun()
        for view in views:
            row(view)


with page("Runs"):
    st.title("Runs")
    names = ", ".join(role(model) for model in MODELS)
    st.html(f'<p class="kd kd-quiet">Test accuracy of {names}. A run opens in Train.</p>')
    views = lab().runs()
    active = any(view.active for view in views)
    if not views:
        st.write("Nothing was trained yet.")
        st.page_link("pages/train.py", label="Train the first run", icon=":material/model_training:")
    st.fragment(listing, run_every=SECONDS_BETWEEN_LOOKS if active else None)(active)
