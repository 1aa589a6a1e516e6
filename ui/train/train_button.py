"""Train, which is Stop while its run trains; and training as one moves: a quick run starts by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from html import escape

import streamlit as st

from kd.config import FIELDS, PRESETS, Contradiction, RunConfig, has_fresh_teacher, trains_teacher
from kd.lab import RunView
from kd.text.translation import _
from kd.text.words import duration
from ui.shared import address, notices
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.pieces import into_sight
from ui.shared.server import SECONDS_OF_A_QUICK_RUN, is_quick, lab
from ui.shared.shown import show, shown_run
from ui.shared.steady_button import steady_button
from ui.train import controls

SWITCH = "as_i_move"
_AS_I_MOVE = address.switch(SWITCH, default=True)

SECONDS_OF_A_LONG_RUN = 300
"""Train asks before a run that takes longer."""

# The session's keys: the run that Train asked about because it would take long, the one being stopped, and
# whether the result is to be brought into sight.
_ASKED, _STOPPING, _TO_THE_RESULT = "asked_about", "stopping", "to_the_result"


def take_address() -> None:
    """Lets the address set the switch, which it goes on saying."""
    address.take({SWITCH: _AS_I_MOVE})
    address.keep(SWITCH, _AS_I_MOVE, _is_on())


def show_setting() -> None:
    """Shows the stored run of what the controls say, whichever run the link names beside it."""
    with contextlib.suppress(Contradiction):  # the form says so
        run_id = controls.current().run_id
        if lab().store.is_usable(run_id):
            controls.has_followed(run_id)
            show(run_id)
    controls.tell_address()


def switch() -> None:
    """Draws the switch that has a quick run start when a control is let go."""
    help = _(
        "When you let go of a control, the run starts by itself if it takes less than {seconds} seconds. "
        "Off: nothing is trained until you press Train.",
        seconds=round(SECONDS_OF_A_QUICK_RUN),
    )
    st.toggle(
        _("Train as I move"),
        key=SWITCH,
        persist_state="session",
        on_change=guarded(_switched),
        **address.held(SWITCH, {"help": help}),
    )


def _switched() -> None:
    address.keep(SWITCH, _AS_I_MOVE, _is_on())
    moved()


def moved() -> None:
    """Starts the run of what a control was set to, if that may be."""
    st.session_state.pop(_ASKED, None)
    try:
        config = controls.current()
    except Contradiction:
        return  # the form says so
    if _is_on() and not _waits_for_train(config):
        start(config)


def start(config: RunConfig) -> None:
    """Starts a run and shows it; the quick run that is replaced ends, unless others wait for it."""
    st.session_state.pop(_STOPPING, None)
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


def train_button(view: RunView | None) -> None:
    """Draws the button for what the controls say, and what it will do. view: the run that is shown."""
    try:
        config = controls.current()
        said = _hint(config, view)
    except Contradiction as error:
        config, said = None, str(error)
    mine = view if view is not None and _is_mine(view) else None
    if mine and config is not None and mine.run_id == config.run_id:
        steady_button("train", *_stop(mine.run_id, _("Stop")), type="primary", width="stretch")
    else:
        asks = config is not None and st.session_state.get(_ASKED) == config.run_id
        steady_button(
            "train",
            "train anyway" if asks else "train",
            _("Train anyway") if asks else _("Train"),
            _start,
            _("Trains both students. If this setting has been trained before, its result appears at once."),
            type="primary",
            width="stretch",
            disabled=config is None or _trains_elsewhere(config, view),
        )
        if mine:
            _meaning, label, act, help = _stop(mine.run_id, _("Stop the run shown"))
            st.button(label, key="stop_shown", width="stretch", help=help, on_click=guarded(act))
    st.html(f'<p class="kd kd-hint kd-quiet">{escape(said)}</p>')


def bring_result_into_sight() -> None:
    """After Train on a phone, where the result is below the controls: scroll to it. Once for each click."""
    if st.session_state.pop(_TO_THE_RESULT, False):
        into_sight("train_result", media="(max-width: 800px)")


def _is_on() -> bool:
    return bool(st.session_state.get(SWITCH, True))


def _waits_for_train(config: RunConfig) -> str:
    """Returns why this setting is not trained by itself although the switch is on; else an empty string."""
    if not _is_on():
        return ""
    if not is_quick(lab(), config):
        return _("Press Train to see this.")
    if not lab().store.is_usable(config.run_id) and lab().runs.in_progress.anybody_else_waits(person()):
        return _("Others are waiting for their runs, so this one waits for Train.")
    return ""


def _start() -> None:
    # Read again: a click may arrive with the last change of a control, before the page is redrawn.
    notices.clear()
    try:
        config, asked = controls.current(), st.session_state.pop(_ASKED, None)
    except Contradiction:
        return  # the form says so
    if asked != config.run_id and _is_long(config):
        st.session_state[_ASKED] = config.run_id
        return
    st.session_state[_TO_THE_RESULT] = True
    start(config)


def _is_long(config: RunConfig) -> bool:
    """Returns whether a run would take minutes; not if it is stored or in progress already."""
    if lab().store.runs.has(config.run_id) or lab().runs.in_progress.view(config.run_id) is not None:
        return False
    return lab().estimates.seconds(config) > SECONDS_OF_A_LONG_RUN


def _stop(run_id: str, label: str) -> tuple[str, str, Callable[[], None], str]:
    """Returns what a button that stops means, says, does and explains."""
    help = _("Ends this run within a second. What it has learned so far stays visible.")
    if st.session_state.get(_STOPPING) == run_id:  # not disabled, which would lose the keyboard's focus
        return "stopping", _("Stopping …"), lambda: None, help
    return "stop", label, partial(_ask_to_stop, run_id), help


def _ask_to_stop(run_id: str) -> None:
    if lab().runs[run_id].stop(person()):
        st.session_state[_STOPPING] = run_id
    elif lab().runs.view(run_id).active:
        notices.clear()
        notices.add(_("Others are waiting for this run too, so it continues for them."))


def _is_mine(view: RunView) -> bool:
    return view.active and not view.elsewhere and (person() in view.people or not view.people)


def _trains_elsewhere(config: RunConfig, view: RunView | None) -> bool:
    """Returns whether the run with exactly this setting is shown, and another process trains it."""
    return view is not None and view.active and view.elsewhere and view.run_id == config.run_id


def _hint(config: RunConfig, view: RunView | None) -> str:
    """Returns what Train will do that is not on the screen yet, or what this preset teaches."""
    if st.session_state.get(_ASKED) == config.run_id:
        return _question(config)
    if view is not None and _trains_elsewhere(config, view):
        return _(
            "Another process on this machine is training this run; its result will appear here. "
            "To stop it: {command}",
            command=f"python -m kd stop {view.run_id}",
        )
    if view is not None and view.run_id != config.run_id:
        return " ".join(filter(None, [_waits_for_train(config), _cost(config)]))
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
    return ""


def _cost(config: RunConfig) -> str:
    """Returns what pressing Train will cost, as far as this machine knows."""
    estimate, once = lab().estimate(config), ""
    if trains_teacher(config) and not (
        has_fresh_teacher(config) or lab().store.models.has(config.teacher_id)
    ):
        names = {name: FIELDS[name].in_words(getattr(config, name)) for name in ("teacher", "data")}
        once = _("First, the teacher “{teacher}” is trained, once for {data}.", **names)
    if estimate is None:
        return " ".join(filter(None, [once, _("No run has been timed on this machine yet.")]))
    students = duration(max(1.0, estimate.students))
    if not estimate.teacher:
        return _("About {students} for the students.", students=students)
    takes = _(
        "About {teacher} for the teacher and {students} for the students.",
        teacher=duration(estimate.teacher),
        students=students,
    )
    return " ".join(filter(None, [once, takes]))


def _question(config: RunConfig) -> str:
    """Returns why Train asks before it starts a long run."""
    takes = _("This takes more than {time}.", time=duration(SECONDS_OF_A_LONG_RUN))
    if estimate := lab().estimate(config):
        takes = _("This takes about {time}.", time=duration(estimate.total))
    meanwhile = _(
        "Your other runs wait until it ends; other people's runs take turns with it. Press again to start it."
    )
    return f"{takes} {meanwhile}"
