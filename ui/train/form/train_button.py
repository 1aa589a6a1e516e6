"""Train, which is Stop while the run with exactly this setting trains, and the line below it."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from kd.config import PRESETS, Contradiction, RunConfig
from kd.lab import RunView
from kd.text.translation import _
from kd.text.words import duration
from ui.shared import notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.run_words import setting
from ui.shared.server import SECONDS_OF_A_LONG_RUN, is_long, lab
from ui.shared.shown import stay
from ui.train.form import controls, moves
from ui.train.form.moves import ASKED

PAUSE = 0.5
"""Seconds for which a button that has just changed ignores clicks: they were meant for what it was before."""

_MEANING = "train_means"


def one_button(meaning: str, label: str, act: Callable[..., None], *arguments: Any, **options: Any) -> None:
    """Draw the button.

    Without the pause, the second half of a double click on Train would stop the run it has just started.

    Args:
        meaning: what a click does; another word for each.
        label: what the button says.
        act: called with the arguments after a click.
        options: of `st.button`.
    """
    known = st.session_state.get(_MEANING)
    if known is None:
        st.session_state[_MEANING] = (meaning, float("-inf"))
    elif known[0] != meaning:
        st.session_state[_MEANING] = (meaning, time.monotonic())
    # the type stays too: for another one Streamlit draws another element
    st.button(
        label,
        key="train",
        type="primary",
        width="stretch",
        on_click=guarded(_clicked),
        args=(act, arguments),
        **options,
    )


def _clicked(act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    _, since = st.session_state[_MEANING]
    if time.monotonic() - since >= PAUSE:
        act(*arguments)
    else:
        stay()


_SCRIPT = Path(__file__).with_name("to_the_result.js")
_TO_THE_RESULT = "to_the_result"


def train_button(view: RunView | None) -> None:
    """Draw the button for what the controls say, and what it will do. view: the run that is shown."""
    config, said = None, ""
    try:
        config = controls.current()
        said = _hint(config, view)
    except Contradiction as error:
        said = str(error)
    _button(config, view)
    st.html(f'<p class="kd kd-hint kd-quiet">{escape(said)}</p>')


def bring_result_into_sight() -> None:
    """After Train on a phone, where the result is below the controls: scroll to it. Once for each click."""
    if st.session_state.pop(_TO_THE_RESULT, False):
        script = _SCRIPT.read_text(encoding="utf-8")
        st.html(f'<span class="kd-unseen"></span><script>{script}</script>', unsafe_allow_javascript=True)


def ask_for_result_in_sight() -> None:
    """Have `bring_result_into_sight` do so once."""
    st.session_state[_TO_THE_RESULT] = True


def _start() -> None:
    # Read again: a click may arrive with the last change of a control, before the page is redrawn.
    notices.clear()
    try:
        config, asked = controls.current(), st.session_state.pop(ASKED, None)
    except Contradiction:
        return  # the form says so
    if asked != config.run_id and is_long(lab(), config):
        st.session_state[ASKED] = config.run_id
        return
    ask_for_result_in_sight()
    moves.start(config)


def _stop(run_id: str) -> None:
    if lab().runs[run_id].stop(person()):
        st.session_state["stopping"] = run_id
    elif lab().runs.view(run_id).active:
        notices.clear()
        notices.add(_("Others are waiting for this run too, so it continues for them."))


def _stop_button(label: str, run_id: str, button: Callable[..., None]) -> None:
    """Stop, which says at once that the click has been received.

    It is not disabled then: a disabled button loses the keyboard's focus.
    """
    help = _("Ends this run within a second. What it has learned so far stays visible.")
    if st.session_state.get("stopping") == run_id:
        button("stopping", _("Stopping …"), lambda: None, help=help)
    else:
        button("stop", label, _stop, run_id, help=help)


def _button(config: RunConfig | None, view: RunView | None) -> None:
    """The button. config: the controls' setting; None if they contradict each other."""
    mine = view if view is not None and _is_mine(view) else None
    if mine and config is not None and mine.run_id == config.run_id:
        _stop_button(_("Stop"), mine.run_id, one_button)
        return
    asked = config is not None and st.session_state.get(ASKED) == config.run_id
    one_button(
        "train anyway" if asked else "train",
        _("Train anyway") if asked else _("Train"),
        _start,
        help=_("Trains both students. If this setting has been trained before, its result appears at once."),
        disabled=config is None or _trains_elsewhere(config, view),
    )
    if mine:
        _stop_button(_("Stop the run shown"), mine.run_id, _other_button)


def _is_mine(view: RunView) -> bool:
    return view.active and not view.elsewhere and (person() in view.people or not view.people)


def _other_button(meaning: str, label: str, act: Callable[..., None], *arguments: Any, help: str) -> None:
    """A button of its own, below Train."""
    st.button(label, key="stop_shown", width="stretch", help=help, on_click=guarded(act), args=arguments)


def _trains_elsewhere(config: RunConfig, view: RunView | None) -> bool:
    """Whether the run with exactly this setting is shown, and another process trains it."""
    return view is not None and view.active and view.elsewhere and view.run_id == config.run_id


def _cost(config: RunConfig) -> str:
    """What pressing Train will cost, as far as this machine knows."""
    estimate = lab().estimate(config)
    if estimate is None:
        return _("No run has been timed on this machine yet.")
    students = duration(estimate.students)
    if not estimate.teacher:
        return _("About {students} for the students.", students=students)
    return _(
        "About {teacher} for the teacher and {students} for the students.",
        teacher=duration(estimate.teacher),
        students=students,
    )


def _question(config: RunConfig) -> str:
    """Why Train asks before it starts a long run."""
    estimate = lab().estimate(config)
    meanwhile = _(
        "Your other runs wait until it ends; other people's runs take turns with it. Press again to start it."
    )
    if estimate is None:
        takes = _("This takes more than {time}.", time=duration(SECONDS_OF_A_LONG_RUN))
    else:
        takes = _("This takes about {time}.", time=duration(estimate.total))
    return f"{takes} {meanwhile}"


def _hint(config: RunConfig, view: RunView | None) -> str:
    """What Train will do that is not on the screen yet, or what this preset teaches."""
    if st.session_state.get(ASKED) == config.run_id:
        return _question(config)
    if view is not None and _trains_elsewhere(config, view):
        return _(
            "Another process on this machine is training this run; its result will appear here. "
            "To stop it: {command}",
            command=f"python -m kd stop {view.run_id}",
        )
    if view is not None and view.run_id != config.run_id:
        still = _("Still shown: {setting}.", setting=setting(view.config))
        return " ".join(filter(None, [moves.waits_for_train(config), _cost(config), still]))
    if view is not None and view.status in ("interrupted", "failed", "stopped"):
        again = _("Press Train to run it again.")
        return f"{again} {_cost(config)}"
    if view is not None and view.active and view.people and person() not in view.people:
        return _(
            "Someone else started this run. Press Train to join: the run then continues even if they stop."
        )
    preset = controls.preset_of(config)
    if preset:
        return _(PRESETS[preset].teaches)
    return _("These are the settings of the run shown here.")
