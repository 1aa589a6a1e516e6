"""Training as one moves: a quick run starts when a control is let go, and ends the one before."""

from __future__ import annotations

import streamlit as st

from kd.config import Contradiction, RunConfig
from kd.text.translation import _
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.server import anybody_else_waits, is_quick, lab
from ui.shared.shown import show, shown_run
from ui.train.form import controls

SWITCH = "as_i_move"
# The session's key for the run that Train asked about because it would take long.
ASKED = "asked_about"


def take_address() -> None:
    """Let the address set the switch; before it is drawn."""
    address.take({SWITCH: address.switch(SWITCH, otherwise=True)})


def switch() -> None:
    """Draw the switch."""
    st.toggle(
        _("Train as I move"),
        value=True,
        key=SWITCH,
        bind="query-params",
        help=_(
            "When you let go of a control, the run starts by itself if it takes less than three seconds. "
            "Off: nothing is trained until you press Train."
        ),
        on_change=guarded(moved),
    )


def is_on() -> bool:
    """Whether the switch is on, whoever waits."""
    return bool(st.session_state.get(SWITCH, True))


def waits_for_train(config: RunConfig) -> str:
    """Why this setting is not trained by itself although the switch is on, in a sentence; else empty."""
    if not is_on():
        return ""
    if not is_quick(lab(), config):
        return _("This takes longer than three seconds, so it waits for Train.")
    if _is_new(config) and anybody_else_waits(lab(), person()):
        return _("Others are waiting for their runs, so this one waits for Train.")
    return ""


def moved() -> None:
    """A control has been set: start its run, if that may be."""
    st.session_state.pop(ASKED, None)
    try:
        config = controls.current()
    except Contradiction:
        return  # the form says so
    if is_on() and not waits_for_train(config):
        start(config)


def start(config: RunConfig) -> None:
    """Start a run and show it; the quick run that is replaced ends, unless somebody else waits for it."""
    st.session_state.pop("stopping", None)
    before = shown_run(lab())
    try:
        run = lab().train(config, person())
    except (ValueError, OSError) as error:
        notices.add(str(error))
        return
    controls.has_followed(run.id)
    show(run.id)
    if before is not None and before.active and before.run_id != run.id and is_quick(lab(), before.config):
        lab().runs[before.run_id].let_go(person())


def _is_new(config: RunConfig) -> bool:
    return not lab().store.is_usable(config.run_id)
