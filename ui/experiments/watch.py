"""What comes out of an experiment, redrawn while it fills: sentence, chart, and verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
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
from kd.charts.experiment_plan import Plan, guess_rows
from kd.charts.run_charts import axis_start
from kd.lab import Lab
from kd.lab.experiments import ExperimentView
from kd.studies.experiments.experiment import Option
from kd.studies.experiments.rows import explored
from kd.studies.measures import value
from kd.text.experiment_words import progress_words
from kd.text.translation import _
from kd.text.words import sentence_case
from ui.experiments import mistaken_lines, outcome, stored
from ui.experiments.asked import INCLUDED, RUN
from ui.experiments.stored import Asked
from ui.live import controls, views
from ui.live import pace as pacing
from ui.live.live import live
from ui.shared.figure import figure, framed, said_chart, spec
from ui.shared.guard import guard
from ui.shared.lesson import unseen_section


def draw(lab: Lab, asked: Asked, runs: pd.DataFrame) -> None:
    """Draw a slider and a figure for each option that moves over runs. runs: of the experiment."""
    found = asked.experiment
    for name, option in found.options.items():
        if option.explores and len(runs):
            chosen = found.chosen.get(name, option.default)
            curves = _curves(f"{asked.key}-{len(runs)}", name, lab, option, list(runs["run"]))
            _figure(f"{found.name}-{name}".replace("_", "-"), option, chosen, curves)


@st.cache_resource(max_entries=50, show_spinner=False)
def _curves(key: str, option: str, _lab: Lab, _option: Option, _run_ids: list[str]) -> dict[str, list[float]]:
    """Measure → a share for each value."""
    found = explored(_option, [_lab.runs[run_id].to_measure() for run_id in _run_ids])
    return {name: [float(each) / 100 for each in values] for name, values in found.items()}


def _figure(channel: str, option: Option, chosen: float, curves: dict[str, list[float]]) -> None:
    points = [f"{each:g}".replace("-", "−") for each in option.moves]
    nearest = min(range(len(points)), key=lambda at: abs(option.moves[at] - chosen))
    label = _(option.spec.label)
    lines = [
        views.moved_line(
            _("{what} (dotted)", what=_(value(name).label)) if at else _(value(name).label), each, bool(at)
        )
        for at, (name, each) in enumerate(curves.items())
    ]
    control = controls.points(
        f"experiment_moved_{channel}",
        points,
        label,
        _(option.spec.help),
        first=nearest,
    )
    start = axis_start([each for values in curves.values() for each in values])
    title = _("Right, as “{option}” moves", option=label)
    live(f"moved-{channel}", [control], [views.moved_over(title, label, lines, points, start)])


_SECONDS_BETWEEN_LOOKS = 0.7
_FEW = 8


def follow(lab: Lab, asked: Asked, status: str, more: Callable[[Asked], None]) -> None:
    """Draw the result, and keep redrawing it while it fills.

    Args:
        status: as the rest of the page was drawn with.
        more: draws what stands below the verdicts.
    """
    every = pacing.with_jitter(_pace(status))
    st.fragment(_look, run_every=every)(lab, asked, status, every, more)


def _pace(status: str) -> float | None:
    moves = status in ("running", "waiting for room")
    return pacing.slowed(_SECONDS_BETWEEN_LOOKS) if moves else None


def _look(lab: Lab, asked: Asked, status: str, every: float | None, more: Callable[[Asked], None]) -> None:
    with guard():
        view = stored.running(lab, asked).view() if asked.seen == RUN else None
        now = status if view is None else view.status
        if now != status or pacing.is_another(every, _pace(now)):
            st.rerun()
        if every:
            pacing.note_look()
        with st.container(key="experiment_result"):
            unseen_section(_("What comes out"))
            _head(asked, view)
            chart(asked, view)
            mistaken_lines.lines(asked.experiment)
        if view is None or not view.active:
            with st.container(key="experiment_outcome"):
                mistaken_lines.gauges(
                    asked.experiment, f"{asked.key}-{asked.seen}", outcome.runs_of(asked, view)
                )
                outcome.draw(asked, view)
                if view is not None:
                    draw(lab, asked, outcome.trained_out(asked, view.rows))
                more(asked)


def _head(asked: Asked, view: ExperimentView | None) -> None:
    """What it says so far, and below it how far it is, or where it comes from."""
    bar = ""
    if view is None:
        below = _(
            "This result came with the app: {seeds} seeds. Run it yourself, and see whether yours agrees.",
            seeds=int(stored.included_runs(asked.experiment.name)["seed"].nunique()),
        )
    else:
        below = progress_words(view.status, view.done, view.runs, view.seconds_left)
        if view.stages > 1 and view.active:
            stage = _("Stage {stage} of {stages}.", stage=view.stage, stages=view.stages)
            when = sentence_case(stored.when(asked.experiment, view.length))
            below = " ".join(filter(None, (below, stage, when and f"{when}.")))
        if view.status != "finished":
            name = escape(_("Runs that have finished"))
            bar = f'<progress value="{view.done}" max="{view.runs}" aria-label="{name}"></progress>'
    st.html(
        f'<div class="kd kd-head"><p class="kd-verdict" role="status">{outcome.sentence(asked, view)}</p>'
        f'<p class="kd-quiet kd-source">{escape(below)}</p>{bar}</div>'
    )


def chart(asked: Asked, view: ExperimentView | None) -> None:
    """The chart: empty before anything is looked at, then one of each length, and the guess on them."""
    found, plan = asked.experiment, stored.plan_of(asked.experiment)
    by_length = {length: _rows(asked, view, plan, length) for length in found.lengths} if asked.seen else {}
    plan = plan.with_room_for(pd.concat([stored.no_rows(), *(rows for rows, _ghosts in by_length.values())]))
    name = f"experiment-{found.name.replace('_', '-')}"
    if not by_length:
        with framed(name):
            st.html('<p class="kd kd-unknown" aria-hidden="true">?</p>')
            rows, draw, options = _drawn(stored.no_rows(), plan)
            _room(name, options)
            words = outcome.alternative(asked, rows)
            said_chart(spec(draw, name, rows, **options), rows, words, key=name)
        return
    # a few rows of dots are compared along the axis that they share
    few = not plan.is_line and len(plan.places or ()) * len(plan.series) <= _FEW
    with st.container(key="experiment_charts_below" if few else "experiment_charts"):
        for length, (known, ghosts) in by_length.items():
            when = sentence_case(stored.when(found, length))
            rows, draw, options = _drawn(known, replace(plan, when=when))
            key = f"{name}-{length}"
            _room(key, options)
            words = (
                f"{when}. {outcome.alternative(asked, rows)}" if when else outcome.alternative(asked, rows)
            )
            figure(key, draw, rows, words, ghosts=ghosts, **options)


def _rows(asked: Asked, view: ExperimentView | None, plan: Plan, length: str) -> tuple[pd.DataFrame, bool]:
    """What is on the chart of a length, and whether both the visitor's and the included result are."""
    parts = []
    if view is not None:
        parts.append(stored.shown_rows(asked, view, length))
    if asked.seen == INCLUDED or (view is not None and view.status == "finished"):
        parts.append(stored.included_rows(asked.experiment, length))  # not before: that gives the result away
    ghosts = sum(len(part) > 0 for part in parts) > 1
    if isinstance(asked.guess, tuple):
        parts.append(guess_rows(plan, asked.guess))
    filled = [part for part in parts if len(part)]
    return (pd.concat(filled, ignore_index=True) if filled else stored.no_rows()), ghosts


def _drawn(rows: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, Callable[..., Any], dict[str, Any]]:
    """The rows as their figure takes them, what draws it, and its options."""
    if plan.is_line:
        height = BESIDE if plan.when else HEIGHT
        return line_labels(rows, plan.axis, height), experiment_lines, {"plan": plan, "height": height}
    rows = dot_rows(rows, plan)
    return rows, experiment_dots, {"plan": plan, "names": dot_names(plan, rows)}


def _room(key: str, options: dict[str, Any]) -> None:
    """Room for a figure while the browser loads what draws it: how much depends on how many rows it has."""
    height = options.get("height") or dots_height(options["names"], options["plan"])
    st.html(f"<style>.st-key-figure-{key} {{ min-height: {height}px; }}</style>")
