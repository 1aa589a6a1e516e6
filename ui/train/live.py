"""The hero of Train: the verdict and the chart of a run, redrawn while there is news of it."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts import run_charts
from kd.lab import Lab, RunView
from kd.lab.seeds import SeedsView
from kd.text.chart_words import accuracy_words
from kd.text.translation import _, language, ngettext
from ui.live import pace as pacing
from ui.shared.figure import framed, said_chart, save_menu, spec
from ui.shared.guard import guard, guarded
from ui.shared.presenter import presenting
from ui.shared.run_words import setting
from ui.train import figures, seeds, seen

Figure = tuple[dict[str, Any], pd.DataFrame, str]
"""A chart as Vega-Lite without its rows, its rows, and what it shows."""

HEIGHT = 330

_SECONDS_BETWEEN_LOOKS = 0.8
# A run that takes a second or two is looked at more often: most of them end within the first seconds.
_SECONDS_BETWEEN_FIRST_LOOKS, _FIRST_SECONDS = 0.2, 4.0
_SECONDS_BETWEEN_SEEDS = 1.2


def follow(lab: Lab, view: RunView) -> None:
    """Draw a run, and keep redrawing it until it ends, and while it gets surer with more seeds.

    The more people watch, the less often.
    """
    every = pacing.with_jitter(_pace(view, seeds.look(lab, view)))
    st.fragment(_look, run_every=every)(lab, view.run_id, every)


def pace(view: RunView) -> float | None:
    """Seconds between two looks at a run; None for one that has ended."""
    return pacing.with_jitter(_pace(view, None))


def _look(lab: Lab, run_id: str, every: float | None) -> None:
    with guard():
        view = lab.runs.view(run_id)
        of_seeds = seeds.look(lab, view)
        if pacing.is_another(every, _pace(view, of_seeds)):
            st.rerun()  # the whole page: Stop becomes Train again, or people came or left
        if every:
            pacing.note_look()
        figures.head(view, None if of_seeds is None else of_seeds.verdict)
        figures.tiles(view, seeds.tile(of_seeds))
        earlier = seen.ghosts(lab, run_id)
        if view.result is not None:
            seen.note(run_id)
        with framed("accuracy-by-epoch"):
            _accuracy(run_id, come_to(view), tuple(run.run_id for run in earlier), view, earlier)
            if not view.active:  # each look would close the menu
                save_menu("accuracy-by-epoch", lambda: _accuracy_figure(view, earlier)[:2], view.run_id)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="hero_tools"):
            _ghost_tools(earlier)
            if of_seeds is not None:
                seeds.more(lab, view, of_seeds)


def _ghost_tools(earlier: list[RunView]) -> None:
    """How many thin lines there are, and a button that takes them away."""
    if not earlier:
        return
    number = len(earlier)
    words = ngettext(
        "Thin lines: your last run.", "Thin lines: your last {count} runs.", number, count=number
    )
    st.html(f'<p class="kd kd-quiet">{words}</p>', width="content")
    st.button(
        _("Clear"),
        key="clear_ghosts",
        type="tertiary",
        help=_("Takes the thin lines of your earlier runs out of the chart. The runs stay on your trail."),
        on_click=guarded(seen.clear_ghosts),
    )


def _accuracy_figure(view: RunView, earlier: list[RunView]) -> Figure:
    """The accuracies: the chart stays while its rows and words change."""
    rows, axes = run_charts.accuracy_rows(
        view.history,
        view.teacher_accuracy,
        view.config.epochs,
        HEIGHT,
        earlier={setting(run.config): run.history for run in earlier},
    )
    words = accuracy_words(rows[rows["ghost"] == ""])
    if earlier:
        names = "; ".join(setting(run.config) for run in earlier)
        thin = _("Thin lines: {runs}.", runs=names)
        words = f"{words} {thin}"
    chart = spec(run_charts.accuracy_lines, "accuracy-by-epoch", rows, **axes, height=HEIGHT)
    return chart, rows, words


def come_to(view: RunView) -> str:
    """What the charts of a run depend on: how far each model has come, its scores, and the language."""
    last = {
        event["model"]: (event["epoch"], event["val_accuracy"], event.get("loss")) for event in view.history
    }
    return repr((language(), presenting(), view.teacher_accuracy, len(view.history), sorted(last.items())))


# Cached as messages to the browser: built once an epoch for everyone who watches.
@st.cache_data(max_entries=500, show_spinner=False)
def _accuracy(
    run_id: str, come_to: str, ghosts: tuple[str, ...], _view: RunView, _earlier: list[RunView]
) -> None:
    said_chart(*_accuracy_figure(_view, _earlier))


def _pace(view: RunView, of_seeds: SeedsView | None) -> float | None:
    if view.active:
        is_new = time.time() - view.created < _FIRST_SECONDS
        usual = _SECONDS_BETWEEN_FIRST_LOOKS if is_new else _SECONDS_BETWEEN_LOOKS
    elif of_seeds is not None and len(of_seeds.runs) < of_seeds.wanted:
        usual = _SECONDS_BETWEEN_SEEDS
    else:
        return None
    return pacing.slowed(usual)
