"""Below the hero of Train: fixed pictures as an invitation, and tabs, of which one is computed."""

from __future__ import annotations

import streamlit as st

from kd.lab import Lab, RunView
from kd.text.translation import N_, _
from ui.shared.guard import guard
from ui.shared.patience import is_quick
from ui.shared.shown import shown_run
from ui.train import live
from ui.train.changes import invitation
from ui.train.explore_errors import look_closer
from ui.train.explore_making import look_inside
from ui.train.playback import play_training
from ui.train.result import result

TAB = "explore"
"""The session's key for the tab that is open: its name in the reader's language."""

TABS = {
    "result": N_("Result"),
    "errors": N_("Errors"),
    "playback": N_("Playback"),
    "inside": N_("Inside"),
}
_OF_A_FINISHED_RUN = {"errors": look_closer, "playback": play_training, "inside": look_inside}


def explore(lab: Lab, view: RunView) -> None:
    """Draw the invitation and the tabs; while a long run trains, its numbers are redrawn."""
    every = None if is_quick(lab, view.config) else live.pace(view)
    st.fragment(_explore, run_every=every)(lab, view.run_id)


def _explore(lab: Lab, run_id: str) -> None:
    with guard():
        view = shown_run(lab)
        if view is None or view.run_id != run_id:
            st.rerun()  # another run was opened: the whole page shows it
        with st.container(key="invitation"):
            invitation(lab, view, _look_at_errors)
        with st.container(key="tabs"):
            tabs = st.tabs([_(title) for title in TABS.values()], key=TAB, on_change="rerun")
            for name, tab in zip(TABS, tabs, strict=True):
                if tab.open:
                    with tab:
                        _draw(name, lab, view)


def _draw(name: str, lab: Lab, view: RunView) -> None:
    if name == "result":
        result(lab, view)
    elif view.status == "finished":
        _OF_A_FINISHED_RUN[name](lab, view.run_id)
    else:
        words = _("This appears when the run has ended.")
        st.html(f'<p class="kd kd-quiet">{words}</p>')


def _look_at_errors() -> None:
    st.session_state[TAB] = _(TABS["errors"])
