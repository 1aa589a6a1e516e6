"""The trail of a person's runs: each a point, what it gained against a field; a point opens its run."""

from __future__ import annotations

from functools import partial
from html import escape

import pandas as pd
import streamlit as st

from kd.base.unusable import Unusable
from kd.charts.trail_chart import trail_chart, trail_rows
from kd.config import FIELDS, RunConfig
from kd.lab import Lab, RunView
from kd.studies.shipped import near
from kd.text.chart_words import trail_words
from kd.text.study_words import signed
from kd.text.translation import _
from ui.shared import address, notices
from ui.shared.figure import figure
from ui.shared.guard import guarded
from ui.shared.run_words import setting
from ui.shared.shown import show
from ui.train import seen
from ui.train.form import controls

HEIGHT = 230
_AGAINST, _OPEN, _MOVED = "trail_against", "trail_open", "trail_moved"
_FIELDS = ("alpha", "temperature", "train_size")


def trail(lab: Lab, view: RunView) -> None:
    """Draw the trail of the person who looks, which ends with this run."""
    runs = seen.trail(lab)
    if not runs:
        return
    field = _choices(lab, runs)
    names = {run.run_id: setting(run.config) for run in runs}
    compared = [(run.config, run.result["comparison"]) for run in runs if run.result is not None]
    rows = trail_rows(compared, field, view.run_id, names, _study(view, field))
    figure(
        "trail",
        trail_chart,
        rows,
        alt=trail_words(rows, _(FIELDS[field].label)),
        on_select=guarded(partial(_open_point, lab)),
        file_note=field,
        field=field,
        title=_(FIELDS[field].label),
        height=HEIGHT,
    )


def _study(view: RunView, field: str) -> pd.DataFrame | None:
    """What several seeds say near this setting, if there is anything and the person wants to see it."""
    try:
        study = _near(view.run_id, field, view.config)
    except Unusable as error:
        st.html(f'<p class="kd kd-quiet">{escape(str(error))}</p>')
        return None
    if study is None:
        return None
    wanted = st.toggle(
        _("What five seeds say"),
        value=True,
        key="trail_study",
        help=_(
            "Behind your runs lies a study that came with the app, with five seeds for each setting: the "
            "mean gain and its 95 % interval, in the settings nearest to this one."
        ),
    )
    return study if wanted else None


@st.cache_data(max_entries=200, show_spinner=False)
def _near(run_id: str, field: str, _config: RunConfig) -> pd.DataFrame | None:
    return near(_config, field)


def _choices(lab: Lab, runs: list[RunView]) -> str:
    """The two choices above the chart, the field on its axis and a run to open; returns the field."""
    moved = controls.last_moved()
    if moved is not None and st.session_state.get(_MOVED) != moved:
        st.session_state[_MOVED] = st.session_state[_AGAINST] = moved
    differ = [
        name for name in FIELDS if len({getattr(run.config, name) for run in runs}) > 1 or name in _FIELDS
    ]
    chosen = st.session_state.get(_AGAINST, "temperature")
    if chosen not in differ:
        differ.append(chosen)
    st.session_state[_AGAINST] = chosen
    gains = {
        run.run_id: _(
            "{points} points: {setting}",
            points=signed(100 * run.result["comparison"]["difference"]),
            setting=setting(run.config),
        )
        for run in reversed(runs)
        if run.result is not None
    }
    with st.container(horizontal=True, key="trail_choices"):
        field = st.selectbox(
            _("Trail against"),
            differ,
            key=_AGAINST,
            format_func=lambda name: _(FIELDS[name].label),
            help=_("Every run that you looked at is a point: its gain over scratch against this setting."),
            width=260,
        )
        st.selectbox(
            _("Open a run of the trail"),
            list(gains),
            index=None,
            key=_OPEN,
            format_func=lambda run_id: gains.get(run_id, run_id),
            placeholder=_("Choose a run"),
            help=_("Shows this run again. A click on its point does the same."),
            on_change=guarded(_open_chosen),
            args=(lab,),
            width="stretch",
        )
    return field


def _open_chosen(lab: Lab) -> None:
    run_id = st.session_state[_OPEN]
    st.session_state[_OPEN] = None
    if run_id is not None:
        _open(lab, run_id)


def _open_point(lab: Lab) -> None:
    points = st.session_state["trail"]["selection"].get("opened") or []
    if points:
        _open(lab, points[0]["run"])


def _open(lab: Lab, run_id: str) -> None:
    """Show a run, and set the controls as in it."""
    notices.clear()
    with address.together():
        controls.set_form(lab.runs.view(run_id).config)
        controls.has_followed(run_id)
        show(run_id)
