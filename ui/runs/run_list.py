"""The notebook: what is looked for, the table, what can be done with its runs, and what they say together."""

from __future__ import annotations

import streamlit as st

from kd.lab import Lab
from kd.runs.state import RunView
from kd.text.translation import _
from ui.runs.actions import actions
from ui.runs.compared import compared
from ui.runs.listing import listing
from ui.runs.room import room
from ui.runs.search import folds, search
from ui.runs.studies import studies
from ui.runs.table import table, ticked
from ui.shared.guard import guard

_SECONDS_BETWEEN_LOOKS = 2


def run_list(lab: Lab, entries: tuple[RunView, ...]) -> None:
    """Draw the notebook, and redraw it while a run is active.

    Args:
        entries: of the notebook as they are now.
    """
    active = any(entry.active for entry in entries)
    st.fragment(_notebook, run_every=_SECONDS_BETWEEN_LOOKS if active else None)(lab, active, [entries])
    studies(lab)
    room(lab)


def _notebook(lab: Lab, was_active: bool, known: list[tuple[RunView, ...]]) -> None:
    """The part that moves. known: the entries, which are asked for anew from the second time on."""
    with guard():
        listed = listing(known.pop() if known else lab.runs.views(), folds())
        if was_active and not any(line.first.active for line in listed.lines):
            st.rerun()
        places = search(listed)
        chosen = ticked(listed)
        actions(lab, chosen)
        if places:
            table(listed, places)
        else:
            st.write(_("No run is like this: look for something else."))
        if len(chosen) > 1:
            compared(lab, chosen)
