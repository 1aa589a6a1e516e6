"""The part of a page that follows a run: redrawn every second, but only while the run trains."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from kd.charts import run_charts
from kd.lab import Lab, RunView
from kd.text.chart_words import accuracy_words, loss_words
from kd.text.translation import language
from ui.shared.figure import said_chart, save_menu, spec
from ui.shared.guard import guard
from ui.train import figures

Figure = tuple[dict[str, Any], pd.DataFrame, str]
"""A chart as Vega-Lite without its rows, its rows, and what it shows."""

_SECONDS_BETWEEN_LOOKS = 0.8
# A look costs the server a twelfth of this, so all looks together take a twelfth of a core.
_SECONDS_FOR_EACH_WATCHER = 0.12
_SECONDS_OF_A_WATCHER = 10.0
_NEARLY = 1.4

_last_looks: dict[str, float] = {}
"""When each session last looked at an active run."""


def follow(lab: Lab, view: RunView) -> None:
    """Draw a run, and keep redrawing it until it ends: the more people watch, the less often."""
    # With a little jitter, so that those who came together do not keep asking together.
    every = _seconds_between_looks() * random.uniform(0.9, 1.1) if view.active else None
    st.fragment(_look, run_every=every)(lab, view.run_id, every)


def _look(lab: Lab, run_id: str, every: float | None) -> None:
    with guard():
        view = lab.watch(run_id)
        if every and not view.active:
            st.rerun()  # the whole page: Stop becomes Train again, and the looks end
        if every and not 1 / _NEARLY < every / _seconds_between_looks() < _NEARLY:
            st.rerun()  # people came or left: the pace is set anew
        if view.active:
            _last_looks[get_script_run_ctx().session_id] = time.monotonic()
        figures.status(view)
        figures.tiles(view)
        figures.verdict(view)
        come_to = _come_to(view)
        _accuracy(run_id, come_to, view)
        _save("accuracy-by-epoch", _accuracy_figure, view)
        left, right = st.columns(2, gap="large")
        with left:
            _loss(run_id, come_to, view)
            _save("loss-by-epoch", _loss_figure, view)
        with right:
            _table(run_id, view.created if view.result else None, language(), view)


def _save(name: str, chart: Callable[[RunView], Figure], view: RunView) -> None:
    """The menu that saves a chart; not while the run goes on, when each look would close it."""
    if not view.active:
        save_menu(name, lambda: chart(view)[:2], view.run_id)


def _accuracy_figure(view: RunView) -> Figure:
    """The accuracies: the chart stays while its rows and words change."""
    rows, axes = run_charts.accuracy_rows(view.history, view.teacher_accuracy, view.config.epochs)
    return spec(run_charts.accuracy_lines, "accuracy-by-epoch", rows, **axes), rows, accuracy_words(rows)


def _loss_figure(view: RunView) -> Figure:
    """The loss and its parts, as `_accuracy_figure`."""
    config = view.config
    rows, axes = run_charts.loss_rows(view.history, config.objective_values(), config.epochs)
    chart = spec(run_charts.loss_lines, "loss-by-epoch", rows, **axes)
    return chart, rows, loss_words(rows, axes["parts"])


def _come_to(view: RunView) -> str:
    """What the charts of a run depend on: how far each model has come, its scores, and the language."""
    last = {
        event["model"]: (event["epoch"], event["val_accuracy"], event.get("loss")) for event in view.history
    }
    return repr((language(), view.teacher_accuracy, len(view.history), sorted(last.items())))


# What these draw is cached as messages to the browser: built once an epoch for everyone who watches.


@st.cache_data(max_entries=500, show_spinner=False)
def _accuracy(run_id: str, come_to: str, _view: RunView) -> None:
    said_chart(*_accuracy_figure(_view))


@st.cache_data(max_entries=500, show_spinner=False)
def _loss(run_id: str, come_to: str, _view: RunView) -> None:
    said_chart(*_loss_figure(_view))


@st.cache_data(max_entries=500, show_spinner=False)
def _table(run_id: str, finished_run_of: float | None, language: str, _view: RunView) -> None:
    figures.table(_view)


def _seconds_between_looks() -> float:
    return max(_SECONDS_BETWEEN_LOOKS, _SECONDS_FOR_EACH_WATCHER * _watchers())


def _watchers() -> int:
    """How many sessions are following an active run."""
    now = time.monotonic()
    for session, looked in list(_last_looks.items()):
        if now - looked > _SECONDS_OF_A_WATCHER:
            _last_looks.pop(session, None)
    return len(_last_looks)
