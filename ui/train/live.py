"""The hero of Train: verdict, tiles and chart of a run, redrawn while it trains or gets more seeds."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts import run_charts
from kd.lab import Lab, RunView
from kd.lab.seeds import SeedsView
from kd.studies.sure.near import other_length_note
from kd.text.chart_words import accuracy_words
from kd.text.translation import N_, _, language, ngettext
from kd.text.verdicts import headline, surer_headline
from kd.text.words import MODELS, STUDENTS, duration
from ui.live import following
from ui.shared.figure import framed, said_chart, save_menu, spec
from ui.shared.frame import presenting
from ui.shared.guard import guarded
from ui.shared.pieces import quiet
from ui.shared.run_words import setting, when
from ui.train import trail
from ui.train.repeats import more_seeds, seeds_of, tiles

Figure = tuple[dict[str, Any], pd.DataFrame, str]
"""A chart as Vega-Lite without its rows, its rows, and what it shows."""

_HEIGHT = 330
_SECONDS_BETWEEN_LOOKS = 0.8
# A run that takes a second or two is looked at more often: most of them end within the first seconds.
_SECONDS_BETWEEN_FIRST_LOOKS, _FIRST_SECONDS = 0.2, 4.0
_SECONDS_BETWEEN_SEEDS = 1.2

_ENDED = {
    "failed": N_("This run failed."),
    "interrupted": N_("This run was interrupted."),
    "stopped": N_("This run was stopped."),
}
# Without an estimate, within a second, later.
_WAITS = {
    "queued": (
        N_("Queued, place {place}: it starts as soon as the machine has room"),
        N_("Queued, place {place}: it starts in a moment"),
        N_("Queued, place {place}: it starts in about {time}"),
    ),
    "paused": (
        N_("Waiting for its next turn, place {place}: it continues as soon as the machine has room"),
        N_("Waiting for its next turn, place {place}: it continues in a moment"),
        N_("Waiting for its next turn, place {place}: it continues in about {time}"),
    ),
}
_PHASES = {
    "starting": N_("Starting"),
    "reconnecting": N_("The training processes were lost; the run starts again once they are back"),
    "awaiting teacher": N_("Another run is training this teacher; both will use it"),
    "soft targets": N_("The teacher is answering every training image once"),
    "evaluating": N_("Measuring all three on the 10,000 test images"),
}
_WORKING = N_("Working")
_LEARNING: dict[tuple[str, ...], str] = {
    ("teacher",): N_("The teacher is learning: epoch {epoch} of {epochs}"),
    ("distilled",): N_("The distilled student is learning: epoch {epoch} of {epochs}"),
    ("scratch",): N_("The scratch student is learning: epoch {epoch} of {epochs}"),
    STUDENTS: N_("Both students are learning: epoch {epoch} of {epochs}"),
}


def follow(lab: Lab, view: RunView) -> None:
    """Draws a run, and keeps redrawing it until it has its seeds."""
    following.follow(seconds, _look, lab, view.run_id)


def seconds(lab: Lab, run_id: str) -> float | None:
    """Returns the time between two looks at a run; None for one that has ended and has its seeds."""
    view = lab.runs.view(run_id)
    if view.active:
        is_new = time.time() - view.created < _FIRST_SECONDS
        return _SECONDS_BETWEEN_FIRST_LOOKS if is_new else _SECONDS_BETWEEN_LOOKS
    seeds = seeds_of(lab, view)
    return _SECONDS_BETWEEN_SEEDS if seeds is not None and len(seeds.runs) < seeds.wanted else None


def growing(name: str, view: RunView, chart: Callable[[], Figure], *of: Any) -> None:
    """Draws a chart of a run's history, built once an epoch for all who watch. of: what else is in it."""
    last = {
        event["model"]: (event["epoch"], event["val_accuracy"], event.get("loss")) for event in view.history
    }
    come_to = repr((language(), presenting(), view.teacher_accuracy, len(view.history), sorted(last.items())))
    with framed(name):
        _growing(name, view.run_id, come_to, of, _chart=chart)
        if not view.active:  # each look would close the menu
            save_menu(name, lambda: chart()[:2], view.run_id)


@st.cache_data(max_entries=1_000, show_spinner=False)  # as messages to the browser
def _growing(name: str, run_id: str, come_to: str, of: tuple, _chart: Callable[[], Figure]) -> None:
    said_chart(*_chart())


def _look(lab: Lab, run_id: str) -> None:
    view = lab.runs.view(run_id)
    seeds = seeds_of(lab, view)
    _head(view, seeds)
    tiles(view, seeds)
    earlier = trail.ghosts(lab, run_id)
    if view.result is not None:
        trail.look_at(run_id)
    thin = tuple(run.run_id for run in earlier)
    growing("accuracy-by-epoch", view, lambda: _accuracy_figure(view, earlier), thin)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="hero_tools"):
        if earlier:
            _ghost_tools(len(earlier))
        if seeds is not None:
            more_seeds(lab, view, seeds)


def _head(view: RunView, seeds: SeedsView | None) -> None:
    """Draws the verdict with what is known at another length, or what the run does; setting; progress."""
    bar, below, elsewhere = "", setting(view.config), ""
    if view.result is None:
        said = doing(view)
    elif seeds is not None and seeds.verdict is not None:
        said = surer_headline(seeds.verdict, view.config)
    else:
        said = headline(view.result["comparison"], view.config)
    if note := other_length_note(view.config):  # its room is kept until the run has a result
        absent = "" if view.result else " kd-absent"
        elsewhere = f'<p class="kd-quiet{absent}">{escape(note)}</p>'
    if view.active:
        share = min(max(view.progress, 0.0), 1.0)
        name = _("Progress of the run")
        bar = f'<progress value="{share:.4f}" max="1" aria-label="{name}"></progress>'
    if view.result is not None:
        came = _("came with the app") if view.shipped else _("trained on {when}", when=when(view))
        below = f"{below} · {came}"
    st.html(
        f'<div class="kd kd-head"><p class="kd-verdict" role="status">{escape(said)}</p>'
        f'{elsewhere}<p class="kd-quiet">{escape(below)}</p>{bar}</div>'
    )


def doing(view: RunView) -> str:
    """Returns what a run without a result is doing, or how it ended."""
    if view.status in _ENDED:
        return view.message or _(_ENDED[view.status])
    now = _doing_now(view)
    if view.seconds_left is None or view.phase == "evaluating":
        return now
    return _("{doing}, {time} left", doing=now, time=duration(view.seconds_left))


def _doing_now(view: RunView) -> str:
    if view.phase in _WAITS:
        soon, in_a_moment, in_a_while = _WAITS[view.phase]
        place = view.queue_place or 1
        if view.queue_wait is None:
            return _(soon, place=place)
        if view.queue_wait < 1:
            return _(in_a_moment, place=place)
        return _(in_a_while, place=place, time=duration(view.queue_wait))
    if view.phase not in ("teacher", "students"):
        return _(_PHASES.get(view.phase, _WORKING))
    done = dict.fromkeys(MODELS, 0) | {event["model"]: event["epoch"] for event in view.history}
    epochs: int = view.config.teacher_epochs
    learning: tuple[str, ...] = ("teacher",)
    if view.phase == "students":
        epochs = view.config.epochs
        learning = tuple(model for model in STUDENTS if done[model] < epochs) or STUDENTS
    epoch = min(min(done[model] for model in learning) + 1, epochs)
    return _(_LEARNING[learning], epoch=epoch, epochs=epochs)


def _ghost_tools(number: int) -> None:
    """Draws how many thin lines there are, and a button that takes them away."""
    words = ngettext(
        "Thin lines: your last run.", "Thin lines: your last {count} runs.", number, count=number
    )
    quiet(words, width="content")
    st.button(
        _("Clear"),
        key="clear_ghosts",
        type="tertiary",
        help=_("Takes the thin lines of your earlier runs out of the chart. The runs stay on your trail."),
        on_click=guarded(trail.clear_ghosts),
    )


def _accuracy_figure(view: RunView, earlier: list[RunView]) -> Figure:
    """Returns the accuracies: the chart stays while its rows and words change."""
    rows, axes = run_charts.accuracy_rows(
        view.history,
        view.teacher_accuracy,
        view.config.epochs,
        _HEIGHT,
        earlier={setting(run.config): run.history for run in earlier},
    )
    words = accuracy_words(rows[rows["ghost"] == ""])
    if earlier:
        thin = _("Thin lines: {runs}.", runs="; ".join(setting(run.config) for run in earlier))
        words = f"{words} {thin}"
    chart = spec(run_charts.accuracy_lines, "accuracy-by-epoch", rows, **axes, height=_HEIGHT)
    return chart, rows, words
