"""A study on the screen: its sentence, how far it is, its figure and its cell, redrawn while it fills."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from kd.config import RunConfig
from kd.export.tables import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.address import STUDY, sweep_command
from kd.studies.experiments import EXPERIMENTS
from kd.studies.study import StudyView
from kd.text.study_words import progress_words
from kd.text.translation import _
from ui.live import following
from ui.shared import address
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.pieces import acts, head, moves, quiet
from ui.shared.run_words import study_name
from ui.shared.take_along import numbers_along, show_command
from ui.shared.terms import explained
from ui.sweep import cell as one_cell
from ui.sweep import compose, studies
from ui.sweep import map as study_map
from ui.sweep.studies import SHIPPED, Shown

_SECONDS_BETWEEN_LOOKS = 1.0
_CHOICE = "sweep_choice"

OpenInTrain = Callable[[RunConfig, str | None], None]


def follow(lab: Lab, study_id: str, open_in_train: OpenInTrain) -> None:
    """Draws a study, and keeps redrawing it while it fills."""
    following.follow(_pace, _look, lab, study_id, open_in_train)


def _pace(lab: Lab, study_id: str, _open_in_train: object) -> float | None:
    """Returns the seconds between two looks at a study; None for one of which there is no news."""
    if study_id == SHIPPED:
        return None
    view = lab.studies.view(study_id)
    news = moves(view.status) or one_cell.curves_are_coming(lab, view.study)
    return _SECONDS_BETWEEN_LOOKS if news else None


def _look(lab: Lab, study_id: str, open_in_train: OpenInTrain) -> None:
    shown = studies.read(lab, study_id)
    view = shown.view
    head(explained(study_map.sentence(shown), "temperature", "points"), _how_far(shown), view)
    if view is not None:
        _buttons(lab, view)
        if view.experiment in EXPERIMENTS:
            st.page_link(
                "pages/experiments.py",
                label=_("Part of the experiment “{title}”", title=_(EXPERIMENTS[view.experiment].title)),
                icon=":material/science:",
                query_params={"experiment": view.experiment},
            )
    chosen = one_cell.chosen(shown)
    study_map.draw(shown, chosen, on_select=guarded(one_cell.touched))
    one_cell.look_into(lab, shown, chosen, open_in_train)
    # while it is closed, the table of a large study is not sent with every look
    with st.expander(_("The same as a table"), key="sweep_table", bind="query-params") as section:
        if section.open:
            st.html(study_map.table(shown))
            quiet(study_map.notes(shown), "holm", "interval", "seed")
    if view is None or not (moves(view.status) or one_cell.curves_are_coming(lab, view.study)):
        # each look would close their menus
        _along(lab, shown)


def _how_far(shown: Shown) -> str:
    """Says how far the study is, or where it comes from, and how long its students are trained."""
    view = shown.view
    if view is None:
        return _(
            "Came with the app, on MNIST: {seeds} repeats (seeds) a cell, each trained for {length}. "
            "Touch a cell for more.",
            seeds=shown.study.seeds,
            length=shown.length,
        )
    return _(
        "{progress} Each is trained for {length}. Touch a cell for more.",
        progress=progress_words(view.status, view.done, view.runs, view.seconds_left, view.elsewhere),
        length=shown.length,
    )


def _buttons(lab: Lab, view: StudyView) -> None:
    """Draws pause, stop and go on, as far as they make sense."""
    with st.container(horizontal=True, key="sweep_buttons"):
        if view.elsewhere:
            return
        if moves(view.status):
            _button("pause", _("Pause"), _("Rests at once, and loses nothing."), lab.studies.pause, view)
        elif view.status != "finished":
            _button("go_on", _("Go on"), _("Trains what is missing."), _go_on, lab, view)
        if view.active:
            stop = _("Ends what is being trained. What has finished is kept.")
            _button("stop", _("Stop"), stop, lab.studies.stop, view)


def _button(key: str, label: str, help: str, act: Callable[..., object], *arguments: Any) -> None:
    others = _("Others want this study too, so it continues for them.")
    st.button(label, key=f"sweep_{key}", help=help, on_click=acts(act, *arguments, person(), others=others))


def _go_on(lab: Lab, view: StudyView, person: str) -> None:
    lab.studies.start(view.study, person=person, experiment=view.experiment)


def _along(lab: Lab, shown: Shown) -> None:
    """Draws the numbers and the command. The study that came with the app has no runs here."""
    view = shown.view
    with st.container(horizontal=True, key="sweep_along"):
        if view is None:
            numbers_along("study-of-the-app", lambda: accuracies_in_long_form(shown.frame))
            note = _(
                "Its epochs follow the images, which no sweep can say. In the project's folder, this makes "
                "it anew, with more values of α, without T², and five times as long, in half an hour on two "
                "cores."
            )
            show_command("python data/make_default_study.py", note=note)
            return
        if len(shown.frame):
            numbers_along(view.study_id, lambda: lab.numbers(view))
        show_command(sweep_command(shown.study))


def choose(lab: Lab, shown_id: str) -> None:
    """Draws the list of studies, with the one that is shown chosen."""
    names = {SHIPPED: _("Training images and T on MNIST: came with the app")}
    # what people have composed before what experiments consist of
    found = sorted(lab.studies.views(), key=lambda view: view.experiment in EXPERIMENTS)
    names |= {view.study_id: study_name(view) for view in found}
    if shown_id not in names:
        names[shown_id] = study_name(lab.studies.view(shown_id))
    st.session_state[_CHOICE] = shown_id
    help = _("The study that is shown: yours, other people's, or the one that came with the app.")
    known: list[str] = list(names)
    st.selectbox(
        _("Study"),
        known,
        key=_CHOICE,
        format_func=lambda study_id: names.get(study_id, study_id),
        on_change=acts(_choose, lab),
        **address.held(STUDY, {"help": help}),
    )


def _choose(lab: Lab) -> None:
    study_id = st.session_state[_CHOICE]
    with address.together():
        one_cell.choose(None)
        studies.show(study_id)
    if study_id != SHIPPED:
        study = lab.studies.view(study_id).study
        compose.set_form(study)
        compose.tell(study)
