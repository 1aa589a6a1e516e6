"""Which finished run a page looks into."""

from __future__ import annotations

import streamlit as st

from kd.run_state import RunView
from ui.figures import setting
from ui.guard import guarded
from ui.shown import show

_KEY = "looked_into"


def choose_finished_run(asked: RunView, finished: list[RunView], help: str) -> None:
    """A list of all finished runs, with the one that is shown chosen."""
    settings = {view.run_id: setting(view.config) for view in finished}
    st.session_state[_KEY] = asked.run_id
    st.selectbox(
        "Run",
        list(settings),
        key=_KEY,
        format_func=settings.get,
        help=help,
        on_change=guarded(lambda: show(st.session_state[_KEY])),
    )
