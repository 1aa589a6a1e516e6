"""Train: set up a run, watch three models learn, and read the result."""

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from kd.config import PRESETS, Contradiction, RunConfig
from kd.lab import SECONDS_OF_A_LONG_RUN, RunView
from kd.text.translation import _
from kd.text.words import duration
from ui.shared import lessons, notices
from ui.shared.frame import page
from ui.shared.guard import guard, guarded
from ui.shared.headings import section, unseen_section
from ui.shared.person import person
from ui.shared.run_words import setting
from ui.shared.server import lab, warm_lab
from ui.shared.shown import show, shown_run
from ui.train import controls
from ui.train.explore_errors import look_closer
from ui.train.explore_making import look_inside
from ui.train.live import follow
from ui.train.one_button import one_button
from ui.train.playback import play_training

# The session's key for the run that Train asked about because it would take long.
ASKED = "asked_about"


def start() -> None:
    # Read again: a click may arrive with the last change of a control, before the page is redrawn.
    notices.clear()
    st.session_state.pop("stopping", None)
    try:
        config, asked = controls.current(), st.session_state.pop(ASKED, None)
    except Contradiction:
        return  # the form says so
    if asked != config.run_id and lab().is_long(config):
        st.session_state[ASKED] = config.run_id
        return
    try:
        show(lab().start(config, person()))
    except (ValueError, OSError) as error:
        notices.add(str(error))


def stop(run_id: str) -> None:
    if lab().stop(run_id, person()):
        st.session_state["stopping"] = run_id
    elif lab().watch(run_id).active:
        notices.clear()
        notices.add(_("Others are waiting for this run too, so it continues for them."))


def stop_button(label: str, run_id: str, button: Callable[..., None]) -> None:
    """Stop, which says at once that the click has been received.

    It is not disabled then: a disabled button loses the keyboard's focus.
    """
    help = _("Ends this run within a second. What it has learned so far stays visible.")
    if st.session_state.get("stopping") == run_id:
        button("stopping", _("Stopping …"), lambda: None, help=help)
    else:
        button("stop", label, stop, run_id, help=help)


def button(config: RunConfig | None, view: RunView | None) -> None:
    """Train, which is Stop while the run with exactly this setting trains for this person.

    Args:
        config: the controls' setting; None if they contradict each other.
    """
    here = view is not None and view.active and not view.elsewhere
    mine = here and (person() in view.people or not view.people)
    if mine and config is not None and view.run_id == config.run_id:
        stop_button(_("Stop"), view.run_id, one_button)
        return
    asked = config is not None and st.session_state.get(ASKED) == config.run_id
    one_button(
        "train anyway" if asked else "train",
        _("Train anyway") if asked else _("Train"),
        start,
        help=_("Trains both students. If this setting has been trained before, its result appears at once."),
        disabled=config is None or trains_elsewhere(config, view),
    )
    if mine:
        stop_button(_("Stop the run shown"), view.run_id, other_button)


def other_button(meaning: str, label: str, act: Callable[..., None], *arguments: Any, help: str) -> None:
    """A button of its own, below Train."""
    st.button(label, key="stop_shown", width="stretch", help=help, on_click=guarded(act), args=arguments)


def trains_elsewhere(config: RunConfig, view: RunView | None) -> bool:
    """Whether the run with exactly this setting is shown, and another process trains it."""
    return view is not None and view.active and view.elsewhere and view.run_id == config.run_id


def cost(config: RunConfig) -> str:
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


def question(config: RunConfig) -> str:
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


def hint(config: RunConfig, view: RunView | None) -> str:
    """What Train will do that is not on the screen yet, or what this preset teaches."""
    if st.session_state.get(ASKED) == config.run_id:
        return question(config)
    if trains_elsewhere(config, view):
        return _(
            "Another process on this machine is training this run; its result will appear here. "
            "To stop it: {command}",
            command=f"python -m kd stop {view.run_id}",
        )
    if view is not None and view.run_id != config.run_id:
        still = _("Still shown: {setting}.", setting=setting(view.config))
        return f"{cost(config)} {still}"
    if view is not None and view.status in ("interrupted", "failed", "stopped"):
        again = _("Press Train to run it again.")
        return f"{again} {cost(config)}"
    if view is not None and view.active and view.people and person() not in view.people:
        return _(
            "Someone else started this run. Press Train to join: the run then continues even if they stop."
        )
    preset = controls.preset_of(config)
    if preset:
        return _(PRESETS[preset].teaches)
    return _("These are the settings of the run shown here.")


def beside(view: RunView | None) -> tuple:
    """What is shown beside the form and depends on it: when it changes, the whole page is redrawn."""
    return (view and view.run_id, view and view.active)


@st.fragment
def form(drawn: tuple) -> None:
    """The controls and Train. Moving a control redraws only these: most moves change nothing else."""
    with guard():
        view = shown_run(lab())
        if beside(view) != drawn:
            st.rerun()
        place = controls.run_form()
        try:
            config = controls.current()
            said = hint(config, view)
        except Contradiction as error:
            config, said = None, str(error)
        with place:
            button(config, view)
            st.html(f'<p class="kd kd-hint kd-quiet">{escape(said)}</p>')


with page("Train"):
    controls.take_address()
    view = shown_run(warm_lab())
    if view is not None:
        controls.follow_run(view.run_id, view.config)
    left, right = st.columns([1, 2.4], gap="large")
    with left:
        unseen_section(_("Setting"))
        form(beside(view))
    with right:
        unseen_section(_("Run"))
        if view is None:
            st.write(_("Nothing has been trained here yet. Press Train and watch three models learn."))
        else:
            follow(lab(), view)
    if view is not None and view.status == "finished":
        section(_("Explore this run"))
        play_training(lab(), view.run_id)
        look_closer(lab(), view.run_id)
        look_inside(lab(), view.run_id)
    lessons.train(RunConfig() if view is None else view.config)
