"""What comes out of an experiment, redrawn while it fills: sentence, chart, and verdicts."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.experiments.dots import dot_names, dot_rows, dots_height, experiment_dots
from kd.charts.experiments.lines import HEIGHT, experiment_lines, line_labels
from kd.charts.experiments.rows import guess_rows
from kd.lab import Lab
from kd.studies.experiments.running import ExperimentView
from kd.text.experiment_words import progress_words
from kd.text.translation import _
from ui.experiments import explore, mistaken_lines, outcome, stored
from ui.experiments.asked import INCLUDED, RUN, Asked
from ui.live import pace as pacing
from ui.shared.figure import figure, framed, said_chart, spec
from ui.shared.guard import guard
from ui.shared.headings import unseen_section

_SECONDS_BETWEEN_LOOKS = 0.7


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
                    explore.draw(lab, asked, view.rows)
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
            below = f"{below} {stage}"
        if view.status != "finished":
            name = escape(_("Runs that have finished"))
            bar = f'<progress value="{view.done}" max="{view.runs}" aria-label="{name}"></progress>'
    said = outcome.sentence(asked, view)
    st.html(
        f'<div class="kd kd-head"><p class="kd-verdict" role="status">{escape(said)}</p>'
        f'<p class="kd-quiet kd-source">{escape(below)}</p>{bar}</div>'
    )


def chart(asked: Asked, view: ExperimentView | None) -> None:
    """The chart: empty before anything is looked at, then with what there is, and the guess on it."""
    plan = stored.plan_of(asked.experiment)
    parts = []
    if view is not None:
        parts.append(stored.shown_rows(asked, view))
    if asked.seen == INCLUDED or (view is not None and view.status == "finished"):
        parts.append(stored.included_rows(asked.experiment))  # not before: it would give the result away
    ghosts = sum(len(part) > 0 for part in parts) > 1
    if isinstance(asked.guess, tuple):
        parts.append(guess_rows(plan, asked.guess))
    filled = [part for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else stored.no_rows()
    plan = plan.with_room_for(rows)
    draw: Callable[..., Any] = experiment_lines if plan.is_line else experiment_dots
    more: dict[str, Any] = {}
    if plan.is_line:
        rows = line_labels(rows, plan.axis)
    else:
        rows = dot_rows(rows, plan)
        more = {"names": dot_names(plan, rows)}
    name = f"experiment-{asked.experiment.name.replace('_', '-')}"
    options = {"plan": plan, "ghosts": ghosts, **more}
    words = outcome.alternative(asked, rows)
    # room for it while the browser loads what draws it: how much depends on how many rows it has
    height = HEIGHT if plan.is_line else dots_height(more["names"], plan)
    st.html(f"<style>.st-key-figure-{name} {{ min-height: {height}px; }}</style>")
    if asked.seen:
        figure(name, draw, rows, words, **options)
    else:
        with framed(name):
            st.html('<p class="kd kd-unknown" aria-hidden="true">?</p>')
            said_chart(spec(draw, name, rows, **options), rows, words, key=name)
