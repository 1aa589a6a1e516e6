"""The runs that a person has looked at: thin lines in the chart, and a trail whose points open them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from kd.charts.trail_chart import trail_chart, trail_rows
from kd.config import FIELDS
from kd.lab import Lab, RunView
from kd.studies.shipped import near
from kd.text.chart_words import trail_words
from kd.text.study_words import signed
from kd.text.translation import N_, _, language
from ui.shared import address, notices
from ui.shared.figure import computed, figure
from ui.shared.guard import guarded
from ui.shared.person import person
from ui.shared.run_words import setting
from ui.shared.shown import show
from ui.train import controls

MOST_GHOSTS = 5
_MOST_RUNS, _MOST_PEOPLE = 60, 500
_HEIGHT = 230
_AGAINST, _OPEN, _MOVED, _STUDY = "trail_against", "trail_open", "trail_moved", "trail_study"
_FIELDS = ("temperature", "alpha", "train_size")
_FIELD = address.choice(
    N_("There is no setting “{text}” to plot runs by."),
    {name: FIELDS[name].label for name in (*_FIELDS, *FIELDS)},
)
_AVERAGE = address.switch(_STUDY, default=True)


@st.cache_resource(max_entries=_MOST_PEOPLE, show_spinner=False)
def _looked_at(person: str) -> dict[str, bool]:
    """Returns the ids of a person's runs, the last one looked at last, and whether each may be a ghost."""
    return {}


forget_everybody = _looked_at.clear


def look_at(run_id: str) -> None:
    """Notes that this person looks at a run with a result, for as long as the server lives."""
    runs = _looked_at(person())
    runs.pop(run_id, None)
    runs[run_id] = True
    while len(runs) > _MOST_RUNS:
        runs.pop(next(iter(runs)), None)


def looked_at(lab: Lab) -> list[RunView]:
    """Returns this person's runs with a result, the last one looked at last."""
    return _views(lab, list(_looked_at(person())))


def ghosts(lab: Lab, run_id: str) -> list[RunView]:
    """Returns the last runs before the one that is shown, at most MOST_GHOSTS."""
    looked_at = dict(_looked_at(person()))
    earlier = [other for other, is_ghost in looked_at.items() if is_ghost and other != run_id]
    return _views(lab, earlier[-MOST_GHOSTS:])


def clear_ghosts() -> None:
    runs = _looked_at(person())
    runs.update(dict.fromkeys(runs, False))


def trail(lab: Lab, view: RunView) -> None:
    """Draws what each of this person's runs gained, against a field; the last one is this run."""
    runs = looked_at(lab)
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="trail_choices"):
        field = _choices(lab, runs)
        wanted = _knows_average(view, field)
    label = _(FIELDS[field].label)
    ids = tuple(run.run_id for run in runs)
    rows, arrow, words = _drawn(ids, field, view.run_id, wanted, language(), _runs=runs, _view=view)
    figure(
        "trail",
        trail_chart,
        rows,
        alt=words,
        arrow=arrow,
        on_select=guarded(partial(_open_point, lab)),
        file_note=field,
        field=field,
        title=label,
        height=_HEIGHT,
    )


@st.cache_resource(max_entries=500, show_spinner=False)
def _drawn(
    ids: tuple, field: str, shown: str, average: bool, language: str, _runs: list[RunView], _view: RunView
) -> tuple[pd.DataFrame, pa.Table, str]:
    """Returns the rows of the chart, also in Arrow, and what it shows, once for these runs."""
    names = {run.run_id: setting(run.config) for run in _runs}
    compared = [(run.config, run.result["comparison"]) for run in _runs if run.result is not None]
    study = near(_view.config, field) if average else None
    rows = trail_rows(compared, field, shown, names, study)
    return rows, pa.Table.from_pandas(rows), trail_words(rows, _(FIELDS[field].label))


def _views(lab: Lab, run_ids: Iterable[str]) -> list[RunView]:
    """Returns the runs that have a result. One that has been deleted is forgotten, which a notice says."""
    views = []
    for run_id in run_ids:
        try:
            views.append(lab.runs.view(run_id))
        except ValueError:
            _looked_at(person()).pop(run_id, None)
            notices.add(_("A run that was shown here for comparison has been deleted, so its line is gone."))
    return [view for view in views if view.result is not None]


def _knows_average(view: RunView, field: str) -> bool:
    """Returns whether several seeds are known near this setting, and the person wants to see them."""
    known = computed(view.run_id, "near", field, _compute=lambda: near(view.config, field) is not None)
    return known and address.kept(
        _AVERAGE,
        st.toggle,
        _("Show the known average"),
        key=_STUDY,
        help=_(
            "Behind your runs: the mean gain over five repeats (seeds) and where it is likely to be, from a "
            "study that came with the app, at the settings nearest to this one."
        ),
    )


def _choices(lab: Lab, runs: list[RunView]) -> str:
    """Draws the choices above the chart, the field on its axis and a run to open; returns the field."""
    moved = controls.last_moved()
    if moved is not None and st.session_state.get(_MOVED) != moved and not address.locked(_AGAINST):
        st.session_state[_MOVED] = st.session_state[_AGAINST] = moved
    address.take({_AGAINST: _FIELD})
    chosen = st.session_state[_AGAINST]
    fields = [
        name
        for name in FIELDS
        if name in (*_FIELDS, chosen) or len({getattr(run.config, name) for run in runs}) > 1
    ]
    gains = {
        run.run_id: _(
            "{points} points: {setting}",
            points=signed(100 * run.result["comparison"]["difference"]),
            setting=setting(run.config),
        )
        for run in reversed(runs)
        if run.result is not None
    }
    field: str = address.kept(
        _FIELD,
        st.selectbox,
        _("Plot my runs by"),
        fields,
        key=_AGAINST,
        format_func=lambda name: _(FIELDS[name].label),
        help=_("Each run you looked at is a point: its gain over scratch, by this setting."),
        width=260,
    )
    if len(gains) > 1:
        st.selectbox(
            _("Open one of my runs"),
            list(gains),
            index=None,
            key=_OPEN,
            format_func=lambda run_id: gains.get(run_id, run_id),
            placeholder=_("Choose a run"),
            help=_("Shows this run again. Clicking its point does the same."),
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
    """Shows a run, and sets the controls as in it."""
    notices.clear()
    with address.together():
        config = lab.runs.view(run_id).config
        show(run_id)
        controls.has_followed(run_id)
        controls.set_form(config)
