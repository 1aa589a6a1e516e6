"""Below the hero of Train: an invitation, and tabs, of which one is computed; the first is Result."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts import run_charts
from kd.lab import Lab, RunView
from kd.studies.address import train_command
from kd.studies.sure.near import near_note
from kd.text.chart_words import loss_words
from kd.text.translation import N_, _, language
from kd.text.verdicts import covers, evidence, evidence_of_seeds, verdict_note
from ui.shared.along import show_command
from ui.shared.figure import framed, said_chart, save_menu, spec
from ui.shared.guard import guard
from ui.shared.server import is_quick
from ui.shared.shown import shown_run
from ui.train import figures, live, seeds
from ui.train.changes import invitation
from ui.train.explore_errors import look_closer
from ui.train.explore_making import look_inside
from ui.train.live import Figure, come_to
from ui.train.playback import play_training
from ui.train.trail import trail


def result(lab: Lab, view: RunView) -> None:
    """Draw the tab."""
    trail(lab, view)
    left, right = st.columns(2, gap="large")
    with left:
        loss(view)
    with right:
        for words in filter(None, _evidence(lab, view)):
            st.html(f'<p class="kd kd-quiet">{escape(words)}</p>')
        _table(view.run_id, view.created if view.result else None, language(), view)
        if not view.active:  # as above
            show_command(train_command(view.config))


def _evidence(lab: Lab, view: RunView) -> list[str]:
    """What the verdict rests on, a sentence each."""
    if view.result is None:
        return []
    comparison, of_seeds = view.result["comparison"], seeds.look(lab, view)
    if of_seeds is None or of_seeds.verdict is None:
        return [evidence(comparison), verdict_note(comparison), near_note(view.config)]
    known = evidence_of_seeds(of_seeds.verdict)
    return [known, covers(view.config) if known else "", evidence(comparison)]


def loss(view: RunView) -> None:
    """The distilled student's loss and its parts by epoch."""
    with framed("loss-by-epoch"):
        _loss(view.run_id, come_to(view), view)
        if not view.active:  # each look would close the menu
            save_menu("loss-by-epoch", lambda: _loss_figure(view)[:2], view.run_id)


def _loss_figure(view: RunView) -> Figure:
    """The loss and its parts: the chart stays while its rows and words change."""
    config = view.config
    rows, axes = run_charts.loss_rows(view.history, config.objective_values(), config.epochs)
    chart = spec(run_charts.loss_lines, "loss-by-epoch", rows, **axes)
    return chart, rows, loss_words(rows, axes["parts"])


# Cached as messages to the browser: built once an epoch for everyone who watches.


@st.cache_data(max_entries=500, show_spinner=False)
def _loss(run_id: str, come_to: str, _view: RunView) -> None:
    said_chart(*_loss_figure(_view))


@st.cache_data(max_entries=500, show_spinner=False)
def _table(run_id: str, finished_run_of: float | None, language: str, _view: RunView) -> None:
    figures.table(_view)


TAB = "explore"
"""The session's key for the tab that is open: its name in the reader's language."""

TABS = {
    "result": N_("Result"),
    "errors": N_("Errors"),
    "playback": N_("Playback"),
    "inside": N_("Inside"),
}
_OF_A_FINISHED_RUN = {"errors": look_closer, "playback": play_training, "inside": look_inside}


def explore(lab: Lab, view: RunView) -> None:
    """Draw the invitation and the tabs; while a long run trains, its numbers are redrawn."""
    every = None if is_quick(lab, view.config) else live.pace(view)
    st.fragment(_explore, run_every=every)(lab, view.run_id)


def _explore(lab: Lab, run_id: str) -> None:
    with guard():
        view = shown_run(lab)
        if view is None or view.run_id != run_id:
            st.rerun()  # another run was opened: the whole page shows it
        with st.container(key="invitation"):
            invitation(lab, view, _look_at_errors)
        with st.container(key="tabs"):
            tabs = st.tabs([_(title) for title in TABS.values()], key=TAB, on_change="rerun")
            for name, tab in zip(TABS, tabs, strict=True):
                if tab.open:
                    with tab:
                        _draw(name, lab, view)


def _draw(name: str, lab: Lab, view: RunView) -> None:
    if name == "result":
        result(lab, view)
    elif view.status == "finished":
        _OF_A_FINISHED_RUN[name](lab, view.run_id)
    else:
        words = _("This appears when the run has ended.")
        st.html(f'<p class="kd kd-quiet">{words}</p>')


def _look_at_errors() -> None:
    st.session_state[TAB] = _(TABS["errors"])
