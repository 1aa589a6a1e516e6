"""What starting a study takes, and the button that starts it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from kd.lab import Lab
from kd.studies.study import Study
from kd.text.translation import _
from kd.text.words import duration
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.server import lab
from ui.sweep import compose, studies
from ui.sweep.cell import CELL

_ASKED = "sweep_asked"
SECONDS_WITHOUT_ASKING = 3600


def start_button(started: Callable[[], None]) -> None:
    """Draw the button and what it will do. started: called when a study has been started."""
    study, said, asks = None, "", False
    try:
        study = compose.current()
    except ValueError as error:
        said = str(error)
    if study is not None:
        seconds = _seconds(study.study_id, lab(), study)
        asks = st.session_state.get(_ASKED) == study.study_id
        takes = (
            _("everything is stored") if not seconds else _("about {time}", time=duration(max(1.0, seconds)))
        )
        said = _("{size}, {takes}.", size=compose.size_words(study), takes=takes)
        if asks:
            said = _("{size} Single runs go first. Press again to start it.", size=said)
    st.button(
        _("Start anyway") if asks else _("Start"),
        key="sweep_start",
        type="primary",
        width="stretch",
        disabled=study is None,
        help=_("Trains what is missing of this study. Runs that somebody presses Train for go first."),
        on_click=guarded(_start),
        args=(started,),
    )
    st.html(f'<p class="kd kd-hint kd-quiet">{escape(said)}</p>')


def _start(started: Callable[[], None]) -> None:
    notices.clear()
    try:
        study = compose.current()
        asked = st.session_state.pop(_ASKED, None)
        if asked != study.study_id and lab().estimate(study) > SECONDS_WITHOUT_ASKING:
            st.session_state[_ASKED] = study.study_id
            return
        study_id = lab().studies.start(study, person=person())
    except (ValueError, OSError) as error:
        notices.add(str(error))
        return
    st.session_state.pop(CELL, None)
    with address.together():
        studies.show(study_id)
        compose.tell(study)
    started()


@st.cache_data(ttl=20, max_entries=100, show_spinner=False)
def _seconds(study_id: str, _lab: Lab, _study: Study) -> float:
    return _lab.estimate(_study)
