"""Which finished run a page asks."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.runs.state import RunView
from kd.text.translation import N_, _
from ui.shared.guard import guarded
from ui.shared.run_words import setting
from ui.shared.shown import show

_KEY = "asked_run"
_WHY = {
    "queued": N_(
        "The run you looked at ({setting}) has not been trained yet, so this page uses another one."
    ),
    "running": N_("The run you looked at ({setting}) is still training, so this page uses another one."),
    "stopped": N_(
        "The run you looked at ({setting}) was stopped before its models were ready, so this page uses "
        "another one."
    ),
    "interrupted": N_(
        "The run you looked at ({setting}) was interrupted before its models were ready, so this page uses "
        "another one."
    ),
    "failed": N_(
        "The run you looked at ({setting}) failed before its models were ready, so this page uses another "
        "one."
    ),
}


def choose_finished_run(
    asked: RunView, finished: list[RunView], instead_of: RunView | None, label: str, help: str
) -> None:
    """A list of all finished runs with the asked one chosen, and why it is not the one shown elsewhere.

    Args:
        asked, finished, instead_of: of `ui.shared.shown.finished_run`.
    """
    settings = {entry.run_id: setting(entry.config) for entry in finished}
    st.session_state[_KEY] = asked.run_id
    st.selectbox(
        label,
        list(settings),
        key=_KEY,
        format_func=lambda run_id: settings.get(run_id, run_id),
        help=help,
        on_change=guarded(lambda: show(st.session_state[_KEY])),
    )
    if instead_of is not None:
        why = _(_WHY[instead_of.status], setting=setting(instead_of.config))
        st.html(f'<p class="kd kd-quiet">{escape(why)}</p>')
