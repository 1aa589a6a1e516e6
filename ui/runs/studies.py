"""The studies of the lab, beside its runs: each leads to Sweep."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab
from kd.studies.address import STUDY
from kd.text.translation import _
from ui.shared.guard import guard
from ui.shared.run_words import study_name

MOST = 20
_SECONDS_BETWEEN_LOOKS = 2


def studies(lab: Lab) -> None:
    """List the newest, and how far they are."""
    active = any(view.active for view in lab.studies.views())
    st.fragment(_list, run_every=_SECONDS_BETWEEN_LOOKS if active else None)(lab)


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
