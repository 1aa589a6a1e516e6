"""What comes out of an experiment, redrawn while it fills: sentence, chart, and verdicts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.experiment_charts import (
    BESIDE,
    HEIGHT,
    dot_names,
    dot_rows,
    dots_height,
    experiment_dots,
    experiment_lines,
    line_labels,
)
from kd.charts.experiment_plan import INCLUDED, YOURS, Plan, guess_rows
from kd.charts.run_charts import axis_start
from kd.lab import Lab
from kd.lab.experiments import ExperimentView
from kd.studies.experiments.experiment import Option
from kd.studies.experiments.rows import explored
from kd.studies.measures import value
from kd.text.experiment_words import progress_words
from kd.text.translation import _, numeral
from kd.text.words import sentence_case
from ui.experiments import asked as state
from ui.experiments import outcome
from ui.experiments.asked import RUN, Asked, when
from ui.live import controls, following, views
from ui.live.live import live
from ui.shared.experiment_charts import chart_rows, included_runs, plan_of
from ui.shared.figure import figure, framed, said_chart, spec
from ui.shared.lesson import unseen_section
from ui.shared.mistaken import mistaken_lines
from ui.shared.pieces import head, moves

_SECONDS_BETWEEN_LOOKS = 0.7
_FEW = 8


def follow(lab: Lab, asked: Asked, more: Callable[[Lab, Asked], None]) -> None:
    """Draws the result, and keeps redrawing it while it fills; more: draws what stands below the verdicts."""
    following.follow(_pace, _look, lab, asked, more)


def _pace(lab: Lab, asked: Asked, _more: object) -> float | None:
    news = asked.seen == RUN and moves(asked.running(lab).view().status)
    return _SECONDS_BETWEEN_LOOKS if news else None


def _look(lab: Lab, asked: Asked, more: Callable[[Lab, Asked], None]) -> None:
    view = asked.running(lab).view() if asked.seen == RUN else None
    with st.container(key="experiment_result"):
        unseen_section(_("What comes out"))
        head(outcome.sentence(asked, view), _how_far(asked, view), view)
        chart(asked, view)
        mistaken_lines(asked.experiment)
    if view is None or not view.active:
        with st.container(key="experiment_outcome"):
            outcome.gauges(asked, view)
            outcome.draw(asked, view)
            if view is not None:
                _moved(lab, asked, view.rows)
            more(lab, asked)


def _how_far(asked: Asked, view: ExperimentView | None) -> str:
    """Says how far it is, or where it comes from."""
    if view is None:
        repeats = int(asked.rows(view)["seed"].nunique())
        return _("Included with the app: {repeats} repeats (seeds) of each setting.", repeats=repeats)
    below = progress_words(view.status, view.done, view.runs, view.seconds_left)
    if view.stages > 1 and view.active:
        stage = _("Stage {stage} of {stages}.", stage=view.stage, stages=view.stages)
        at = sentence_case(when(asked.experiment, view.length))
        below = " ".join(filter(None, (below, stage, at and f"{at}.")))
    return below


def _moved(lab: Lab, asked: Asked, runs: pd.DataFrame) -> None:
    """Draws a slider and a figure for each option that moves over the runs that were trained longest."""
    found = asked.experiment
    runs = runs[runs["length"] == [*found.lengths][-1]]
    for name, option in found.options.items():
        if option.explores and len(runs):
            curves = _curves(asked, name, list(runs["run"]), lab)
            _moved_figure(
                f"{found.name}-{name}".replace("_", "-"),
                option,
                found.chosen.get(name, option.default),
                curves,
            )


@state.made_once
def _curves(asked: Asked, option: str, run_ids: list[str], _lab: Lab) -> dict[str, list[float]]:
    """Returns for each measure of an option a share at each of its values."""
    measured = [_lab.runs[run_id].to_measure() for run_id in run_ids]
    found = explored(asked.experiment.options[option], measured)
    return {name: [float(each) / 100 for each in values] for name, values in found.items()}


def _moved_figure(channel: str, option: Option, chosen: float, curves: dict[str, list[float]]) -> None:
    points = [numeral(each, "g").replace("-", "−") for each in option.moves]
    nearest = min(range(len(points)), key=lambda at: abs(option.moves[at] - chosen))
    label = _(option.spec.label)
    lines = [
        views.moved_line(
            _("{what} (dotted)", what=_(value(name).label)) if at else _(value(name).label), each, bool(at)
        )
        for at, (name, each) in enumerate(curves.items())
    ]
    control = controls.points(
        f"experiment_moved_{channel}", points, label, _(option.spec.help), first=nearest
    )
    start = axis_start([each for values in curves.values() for each in values])
    title = _("Right, as “{option}” moves", option=label)
    live(f"moved-{channel}", [control], [views.moved_over(title, label, lines, points, start)])


def chart(asked: Asked, view: ExperimentView | None) -> None:
    """Draws the chart: empty before anything is looked at, then one of each length, the longest first."""
    found, plan = asked.experiment, plan_of(asked.experiment)
    by_length = {length: _rows(asked, view, plan, length) for length in found.lengths} if asked.seen else {}
    plan = plan.with_room_for(pd.concat([state.no_rows(), *(rows for rows, _ghosts in by_length.values())]))
    name = f"experiment-{found.name.replace('_', '-')}"
    if not by_length:
        with framed(name):
            st.html('<p class="kd kd-unknown" aria-hidden="true">?</p>')
            rows, draw, options = _drawn(name, state.no_rows(), plan)
            said_chart(spec(draw, name, rows, **options), rows, outcome.alternative(asked, rows), key=name)
        return
    # a few rows of dots are compared along the axis that they share
    few = not plan.is_line and len(plan.places or ()) * len(plan.series) <= _FEW
    with st.container(key="experiment_charts_below" if few else "experiment_charts"):
        for length, (known, ghosts) in reversed(by_length.items()):
            key, at = f"{name}-{length}", sentence_case(when(found, length))
            rows, draw, options = _drawn(key, known, replace(plan, when=at))
            words = outcome.alternative(asked, rows)
            figure(key, draw, rows, f"{at}. {words}" if at else words, ghosts=ghosts, **options)


def _rows(asked: Asked, view: ExperimentView | None, plan: Plan, length: str) -> tuple[pd.DataFrame, bool]:
    """Returns what is on the chart of a length, and whether it has the included runs besides others."""
    found, parts = asked.experiment, []
    if view is not None:
        parts.append(chart_rows(found, length, YOURS, f"{asked.key}-{view.done}", view.rows))
    # with a visitor's own not before it has finished: that would give the result away
    if (view is None or view.status == "finished") and state.is_included(found):
        included = included_runs(found.name)
        parts.append(chart_rows(found, length, INCLUDED, INCLUDED, included))
    ghosts = sum(len(part) > 0 for part in parts) > 1
    if isinstance(asked.guess, tuple):
        parts.append(guess_rows(plan, asked.guess))
    filled = [part for part in parts if len(part)]
    return (pd.concat(filled, ignore_index=True) if filled else state.no_rows()), ghosts


def _drawn(
    key: str, rows: pd.DataFrame, plan: Plan
) -> tuple[pd.DataFrame, Callable[..., Any], dict[str, Any]]:
    """Returns the rows as their figure takes them, what draws it, and its options; keeps room for it.

    How high a figure is depends on its rows, and the browser takes a moment to load what draws it.
    """
    drawn: tuple[pd.DataFrame, Callable[..., Any], dict[str, Any]]
    if plan.is_line:
        height = BESIDE if plan.when else HEIGHT
        drawn = line_labels(rows, plan.axis, height), experiment_lines, {"plan": plan, "height": height}
    else:
        rows = dot_rows(rows, plan)
        names = dot_names(plan, rows)
        height = dots_height(names, plan)
        drawn = rows, experiment_dots, {"plan": plan, "names": names}
    st.html(f"<style>.st-key-figure-{key} {{ min-height: {height}px; }}</style>")
    return drawn
