"""The part of a page that follows a run: redrawn every second while it trains, and only then."""

from __future__ import annotations

import streamlit as st

from kd import charts
from kd.lab import Lab, RunView
from ui import figures
from ui.guard import guard

_SECONDS_BETWEEN_LOOKS = 0.8


def follow(lab: Lab, view: RunView) -> None:
    """Draw a run, and go on drawing it until it has ended."""
    every = _SECONDS_BETWEEN_LOOKS if view.active else None
    st.fragment(_look, run_every=every)(lab, view.run_id, view.active)


def _look(lab: Lab, run_id: str, was_active: bool) -> None:
    with guard():
        view = lab.watch(run_id)
        if was_active and not view.active:
            st.rerun()  # the whole page: Stop becomes Train again, and the looking ends
        figures.status(view)
        figures.tiles(view)
        figures.verdict(view)
        st.vega_lite_chart(
            _accuracy(run_id, len(view.history), view.teacher_accuracy, view),
            alt="Line chart: accuracy on the test images by epoch, for teacher, distilled and scratch",
        )
        left, right = st.columns(2, gap="large")
        with left:
            st.vega_lite_chart(
                _loss(run_id, len(view.history), view),
                alt="Line chart: the distilled student's loss by epoch, split in labels' and teacher's part",
            )
        with right:
            figures.table(view)


@st.cache_data(max_entries=500, show_spinner=False)
def _accuracy(run_id: str, epochs_seen: int, teacher_accuracy: float | None, _view: RunView) -> dict:
    """Built once an epoch, then shared by everybody who watches the run."""
    return charts.vega_lite(charts.accuracy_chart(_view.history, teacher_accuracy, _view.config.epochs))


@st.cache_data(max_entries=500, show_spinner=False)
def _loss(run_id: str, epochs_seen: int, _view: RunView) -> dict:
    return charts.vega_lite(charts.loss_chart(_view.history, _view.config.alpha, _view.config.epochs))
