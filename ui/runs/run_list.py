"""The notebook: the table, what can be done with its runs, what they say together, studies, and its room."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab
from kd.runs.state import RunView
from kd.studies.address import STUDY
from kd.text.translation import _
from kd.text.words import file_size
from ui.runs.actions import actions
from ui.runs.compared import compared
from ui.runs.listing import listing
from ui.runs.search import folds, search
from ui.runs.table import table, ticked
from ui.shared.guard import guard
from ui.shared.run_words import study_name

MOST = 20
_SECONDS_BETWEEN_STUDIES = 2


def studies(lab: Lab) -> None:
    """List the newest, and how far they are."""
    active = any(view.active for view in lab.studies.views())
    st.fragment(_list, run_every=_SECONDS_BETWEEN_STUDIES if active else None)(lab)


def _list(lab: Lab) -> None:
    with guard(), st.container(key="runs_studies", gap=None):
        found = lab.studies.views()
        st.subheader(_("Studies"), anchor=False)
        if len(found) > MOST:
            note = _("The newest {most} of {count}; Sweep lists them all.", most=MOST, count=len(found))
            st.html(f'<p class="kd kd-quiet">{escape(note)}</p>')
        for view in found[:MOST]:
            st.page_link(
                "pages/sweep.py",
                label=study_name(view),
                icon=":material/grid_on:",
                query_params={STUDY: view.study_id},
            )
        st.page_link(
            "pages/sweep.py",
            label=_("Training images and T: came with the app"),
            icon=":material/grid_on:",
        )


def room(lab: Lab) -> None:
    """Draw how much space runs take."""
    with guard():
        usage = lab.upkeep.usage()
        share = min(usage.used / usage.limit, 1.0)
        # not how many runs: some were trained ahead, and no list names those
        saved = _(
            "Saved runs take {used} of {limit}.", used=file_size(usage.used), limit=file_size(usage.limit)
        )
        rule = _("When space runs out, the run you have not used for longest is deleted, unless you keep it.")
        bar = _("Space used by runs")
        st.html(
            f'<div class="kd kd-room"><p>{escape(saved)}</p>'
            f'<progress value="{share:.4f}" max="1" aria-label="{escape(bar)}"></progress>'
            f'<p class="kd-quiet">{escape(rule)}</p></div>'
        )


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
