"""How the students of a cell learned: a curve for each seed, and a way to have them looked at on the way."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.run_charts import accuracy_lines, accuracy_rows
from kd.config import RunConfig
from kd.lab import Lab
from kd.runs.courses import COMING, KEPT, MISSING
from kd.studies.study import Study
from kd.text.translation import _, language
from kd.text.words import duration
from ui.shared.figure import figure
from ui.shared.guard import guarded
from ui.sweep import map as study_map
from ui.sweep.studies import Shown, cells

_MOST_KEPT = 200


def draw(lab: Lab, shown: Shown, cell: int) -> None:
    """How the students of each seed learned, and a way to see more of it."""
    if shown.view is None:
        return
    runs = _stored_runs(lab, shown.study, cell)
    states = [lab.courses.state(run_id) for run_id in runs.values()]
    known = states.count(KEPT)
    found = _learned(shown.study.study_id, language(), cell, tuple(runs.values()), known, lab, runs)
    if found is None:
        return
    words, one = found
    figure("sweep-curves", accuracy_lines, one.rows, words, sent=one.sent, **one.arguments, height=320)
    if len(runs) > 1:
        bold = _("Bold: {seed}. Thin: the other seeds.", seed=next(iter(runs)))
        st.html(f'<p class="kd kd-quiet">{escape(bold)}</p>')
    if known == len(states):
        return
    if COMING in states:
        said = _(
            "Training them once more, with looks on the way: {done} of {seeds} seeds.",
            done=known,
            seeds=len(states),
        )
        st.html(f'<p class="kd kd-quiet" role="status">{escape(said)}</p>')
        return
    missing = [run_id for run_id, state in zip(runs.values(), states, strict=True) if state == MISSING]
    said = _("A study looks at the test images only at the end of a training.")
    for failure in filter(None, map(lab.courses.failure, missing)):
        said = failure
    with st.container(horizontal=True, vertical_alignment="center", key="sweep_courses"):
        st.button(
            _("See how they learned"),
            key="sweep_learn",
            icon=":material/show_chart:",
            help=_(
                "Trains these seeds once more, with looks on the way, to exactly the same weights.{time}",
                time=_time_for(lab, shown.config(cell), len(missing)),
            ),
            on_click=guarded(lab.courses.want),
            args=(missing,),
        )
        st.html(f'<p class="kd kd-quiet">{escape(said)}</p>')


def _time_for(lab: Lab, config: RunConfig, runs: int) -> str:
    estimate = lab.estimate(config)
    if estimate is None:
        return ""
    return " " + _("About {time}.", time=duration(max(1.0, runs * estimate.students)))


def are_coming(lab: Lab, study: Study, cell: int | None) -> bool:
    """Whether seeds of a cell are being trained once more."""
    runs = {} if cell is None else _stored_runs(lab, study, cell)
    return any(lab.courses.state(run_id) == COMING for run_id in runs.values())


def _stored_runs(lab: Lab, study: Study, cell: int) -> dict[str, str]:
    """What each seed of a cell is called → the id of its run, of those that are stored."""
    values = cells(study)[cell]
    configs = [study.config(values, number) for number in range(study.seeds)]
    return {
        _("Seed {seed}", seed=config.seed): config.run_id
        for config in configs
        if lab.store.runs.has(config.run_id)
    }


@st.cache_resource(max_entries=_MOST_KEPT, show_spinner=False)
def _learned(
    study_id: str,
    language: str,
    cell: int,
    run_ids: tuple[str, ...],
    kept: int,
    _lab: Lab,
    _runs: dict[str, str],
) -> tuple[str, study_map.Drawing] | None:
    """What the curves show and what is drawn; None while no run of the cell is stored.

    kept: of how many runs the course is known.
    """
    if not _runs:
        return None
    views = {name: _lab.runs.view(run_id) for name, run_id in _runs.items()}
    first, *others = views
    rows, axes = accuracy_rows(
        views[first].history,
        None,
        views[first].config.epochs,
        earlier={name: views[name].history for name in others},
    )
    return _("Test accuracy by epoch of {seeds}.", seeds=", ".join(views)), study_map.drawing(rows, axes)
