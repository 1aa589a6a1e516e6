"""The tab Result: the person's trail, the evidence, the loss, and the table."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts import run_charts
from kd.lab import Lab, RunView
from kd.studies.in_text.command import train_command
from kd.studies.sure.single_seeds import near_note
from kd.text.chart_words import loss_words
from kd.text.headlines import evidence, evidence_of_seeds
from kd.text.interval_words import covers
from kd.text.translation import language
from kd.text.verdicts import verdict_note
from ui.shared.along.repeat import show_command
from ui.shared.figure import framed, said_chart, save_menu, spec
from ui.train import figures, seeds
from ui.train.live import Figure, come_to
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
