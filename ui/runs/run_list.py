"""The notebook: the table, what can be done with its runs, what they say together, studies, and its room."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab
from kd.studies.address import STUDY
from kd.text.translation import _
from kd.text.words import file_size
from ui.live.following import follow
from ui.runs.actions import actions
from ui.runs.compared import compared
from ui.runs.listing import listing
from ui.runs.search import folds, search
from ui.runs.table import table, ticked
from ui.shared.pieces import quiet
from ui.shared.run_words import study_name

MOST_STUDIES = 20


def run_list(lab: Lab) -> None:
    """Draws runs, studies and room, and redraws the first two while there is news of them."""
    follow(lambda lab: 2.0 if any(run.active for run in lab.runs.views()) else None, _runs, lab)
    follow(lambda lab: 2.0 if any(view.active for view in lab.studies.views()) else None, _studies, lab)
    _room(lab)


def _runs(lab: Lab) -> None:
    listed = listing(lab.runs.views(), folds())
    places = search(listed)
    chosen = ticked(listed)
    actions(lab, chosen)
    if places:
        table(listed, places)
    else:
        st.write(_("No run matches: try other words or another filter."))
    if len(chosen) > 1:
        compared(lab, chosen)
    else:
        quiet(_("One run is one throw of the dice: compare repeats (seeds) of each setting."), "seed")


def _studies(lab: Lab) -> None:
    """Lists the newest studies, and how far they are."""
    with st.container(key="runs_studies", gap="small"):
        found = lab.studies.views()
        st.subheader(_("Studies"), anchor=False)
        if len(found) > MOST_STUDIES:
            quiet(
                _("The newest {most} of {count}; Sweep lists them all.", most=MOST_STUDIES, count=len(found))
            )
        for view in found[:MOST_STUDIES]:
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


def _room(lab: Lab) -> None:
    usage = lab.upkeep.usage()
    share = min(usage.used / usage.limit, 1.0)
    # not how many runs: some were trained ahead, and no list names those
    saved = _("Saved runs take {used} of {limit}.", used=file_size(usage.used), limit=file_size(usage.limit))
    rule = _("When space runs out, the run unused for longest is deleted, unless you keep it.")
    bar = _("Space used by runs")
    st.html(
        f'<div class="kd kd-room"><p>{escape(saved)}</p>'
        f'<progress value="{share:.4f}" max="1" aria-label="{escape(bar)}"></progress>'
        f'<p class="kd-quiet">{escape(rule)}</p></div>'
    )
