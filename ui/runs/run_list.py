"""The notebook: what is looked for, the table, what can be done with its runs, and what they say together."""

from __future__ import annotations

from functools import partial
from html import escape

import streamlit as st

from kd.lab import Lab
from kd.notebook.entries import Entry
from kd.text.translation import _
from kd.text.words import UNREADABLE, quoted
from ui.runs.actions import actions
from ui.runs.compared import compared
from ui.runs.listing import listing
from ui.runs.room import room
from ui.runs.search import folds, search
from ui.runs.studies import studies
from ui.runs.table import table, ticked
from ui.runs.undo import attempt
from ui.shared.guard import guard, guarded

_SECONDS_BETWEEN_LOOKS = 2


def run_list(lab: Lab, entries: tuple[Entry, ...]) -> None:
    """Draw the notebook, and redraw it while a run is active.

    Args:
        entries: of the notebook as they are now.
    """
    active = any(entry.active for entry in entries)
    st.fragment(_notebook, run_every=_SECONDS_BETWEEN_LOOKS if active else None)(lab, active, [entries])
    studies(lab)
    room(lab)


def _notebook(lab: Lab, was_active: bool, known: list[tuple[Entry, ...]]) -> None:
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
        for name in lab.runs.unreadable():
            _unreadable(lab, name)


def _unreadable(lab: Lab, name: str) -> None:
    """An index entry of which only the name can be read, and even that may be damaged."""
    words, way = st.columns([11.2, 2], vertical_alignment="center")
    words.html(f'<p class="kd">{escape(quoted(name))}: {escape(_(UNREADABLE))}</p>')
    way.button(
        _("Delete"),
        key=f"delete_{name}",
        type="tertiary",
        help=_("Removes this entry from the list."),
        on_click=guarded(attempt),
        args=(partial(lab.runs.delete, name),),
    )
