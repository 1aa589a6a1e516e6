"""A session's drawings: the latest ones to go back to, and how many got three different answers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from kd.analysis.observations import all_disagree
from kd.text.translation import _
from ui.pictures import ways_in
from ui.pictures.canvas import drawing_name
from ui.pictures.ways_in import DRAWN, UPLOADED, Given
from ui.shared.guard import guarded
from ui.shared.markup import pixels_source

KEPT = 6
_DRAWINGS, _TALLY = "drawings", "drawings_tally"
_NUMBER = "drawings_number"


def remembered(given: Given) -> Given:
    """Keeps what a person drew or uploaded; returns it, or the earlier drawing that was chosen instead."""
    if given.source in (DRAWN, UPLOADED):
        drawings = st.session_state.setdefault(_DRAWINGS, {})
        # one name for all strokes of one drawing, so that half a digit is not kept along with the whole
        name = drawing_name() if given.source == DRAWN else ways_in.digest(given.picture)
        # one that is undone to nothing and drawn again is among them already
        if not any(np.array_equal(other, given.picture) for other in drawings.values()):
            drawings[name] = given.picture
            st.session_state.setdefault(_TALLY, {})[name] = False
        while len(drawings) > KEPT:
            drawings.pop(next(iter(drawings)))
    kept = ways_in.kept_instead_of(given)
    if kept is None:
        st.session_state[_NUMBER] = None
    return kept or given


def last_drawings(given: Given, shown: Given, logits: dict[str, np.ndarray]) -> None:
    """Draws the strip of the latest drawings, and counts disagreements. shown: of `remembered`."""
    drawings = st.session_state.get(_DRAWINGS, {})
    if not drawings:
        return
    tally = st.session_state[_TALLY]
    for name, picture in drawings.items():
        if np.array_equal(picture, shown.picture):
            tally[name] = all_disagree(logits)
    st.markdown(
        _(
            "**Your latest drawings.** Can you draw one that gets three different answers? Three-way "
            "splits so far: {count}",
            count=sum(tally.values()),
        )
    )
    pictures = list(drawings.values())
    st.pills(
        _("Go back to"),
        range(1, len(drawings) + 1),
        key=_NUMBER,
        format_func=lambda number: f"![{number}]({pixels_source(pictures[number - 1])})",
        help=_("Shows one of these drawings again, until you draw or choose another picture."),
        on_change=guarded(lambda: _recall(given, st.session_state[_NUMBER])),
    )


def _recall(given: Given, number: int | None) -> None:
    """Shows the drawing with this number, from 1, until another picture is given; None: the present one."""
    drawings = list(st.session_state[_DRAWINGS].values())
    ways_in.let_go()
    if number is not None and 1 <= number <= len(drawings):
        origin = _("One of your earlier drawings, until you draw or choose another picture.")
        ways_in.keep(drawings[number - 1], given, origin)
