"""How much space the saved runs take, and how much there is."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.lab import Lab
from kd.text.translation import _
from kd.text.words import file_size
from ui.shared.guard import guard

_SECONDS_BETWEEN_LOOKS = 1


def room(lab: Lab) -> None:
    """Draw it as soon as it is measured: with thousands of runs, that takes some seconds."""
    is_measured = lab.upkeep.latest() is not None
    st.fragment(_room, run_every=None if is_measured else _SECONDS_BETWEEN_LOOKS)(lab, is_measured)


def _room(lab: Lab, was_measured: bool) -> None:
    with guard():
        usage = lab.upkeep.latest()
        if usage is not None and not was_measured:
            st.rerun()
        if usage is None:
            saved, share = _("Measuring the space that runs take …"), 0.0
        else:
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
