"""The result on Train: headline, tiles and accuracies by epoch of a run, redrawn while it trains."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from kd.charts import run_charts
from kd.charts.run_charts import Event
from kd.lab import Lab, RunView
from kd.lab.seeds import SeedsView
from kd.studies.sure.near import other_length_note
from kd.text.chart_words import accuracy_words
from kd.text.translation import N_, _, language, ngettext
from kd.text.verdicts import headline, surer_headline
from kd.text.words import MODELS, NAMES, STUDENTS, duration
from ui.live import following
from ui.live.live import live
from ui.live.views import saved
from ui.shared.guard import guarded
from ui.shared.run_words import setting, when
from ui.shared.terms import to_explain
from ui.train import known, trail
from ui.train.repeats import seeds_of, tiles

_CHART_SAYS = {
    "from": N_("axis from {from}\u00a0%"),
    "point": N_("{name}, epoch {epoch}: {value} of the test images right (training images: {training})"),
    "known": N_("included study"),
    "before": N_("still shown"),
}

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
    "evaluating": N_("Measuring all three on the test images"),
}
_WORKING = N_("Working")
_LEARNING: dict[tuple[str, ...], str] = {
    ("teacher",): N_("The teacher is learning: epoch {epoch} of {epochs}"),
    ("distilled",): N_("The distilled student is learning: epoch {epoch} of {epochs}"),
    ("scratch",): N_("The scratch student is learning: epoch {epoch} of {epochs}"),
    STUDENTS: N_("Both students are learning: epoch {epoch} of {epochs}"),
}


_SECONDS_BETWEEN_LOOKS = 0.8
# A run that takes a second or two is looked at more often: most of them end within the first seconds.
_SECONDS_BETWEEN_FIRST_LOOKS, _FIRST_SECONDS = 0.2, 4.0
_SECONDS_BETWEEN_SEEDS = 1.2


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


def _look(lab: Lab, run_id: str) -> None:
    view = lab.runs.view(run_id)
    seeds = seeds_of(lab, view)
    head(view, seeds)
    tiles(view, seeds)
    earlier = trail.ghosts(lab, run_id)
    if view.result is not None:
        trail.look_at(run_id)
    chart(view, earlier)
    if earlier:
        st.button(
            ngettext("Hide your last run", "Hide your last {count} runs", len(earlier)),
            key="clear_ghosts",
            type="tertiary",
            help=_(
                "Takes the thin lines of your earlier runs out of the chart. The runs stay on your trail."
            ),
            on_click=guarded(trail.clear_ghosts),
        )


def head(view: RunView, seeds: SeedsView | None) -> None:
    """Draws the headline: the verdict on the run shown, or what is known at the controls' setting."""
    verdict = progress = None
    below = setting(view.config)
    if view.result is not None:
        of_seeds = seeds.verdict if seeds is not None else None
        comparison = view.result["comparison"]
        verdict = surer_headline(of_seeds, view.config) if of_seeds else headline(comparison, view.config)
        came = _("came with the app") if view.shipped else _("trained on {when}", when=when(view))
        below = f"{below} · {came}"
    if view.active:
        progress = [round(min(max(view.progress, 0.0), 1.0), 4), _("Progress of the run")]
    of_run = {
        "kind": "headline",
        "verdict": verdict,
        "doing": "" if verdict else doing(view),
        "note": other_length_note(view.config),
        "below": below,
        "part": _part(view, seeds),
        "still": _still(view),
        "progress": progress,
        "terms": to_explain("points", "interval", "seed"),
        "settingTerms": to_explain("alpha", "temperature", "temperature_squared", "epoch"),
        **known.of_run(view.config),
    }
    live(known.CHANNEL, [], [of_run])


def _part(view: RunView, seeds: SeedsView | None) -> str:
    """Names what a run is at, of which a screen reader hears once."""
    is_sure = view.result is not None and seeds is not None and len(seeds.runs) >= seeds.wanted
    return f"{view.run_id} {'sure' if is_sure else view.phase if view.active else view.status}"


def _still(view: RunView) -> str:
    return _("Still shown: {setting}.", setting=setting(view.config))


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
    epochs: int = view.config.own_teacher.teacher_epochs
    learning: tuple[str, ...] = ("teacher",)
    if view.phase == "students":
        epochs = view.config.epochs
        learning = tuple(model for model in STUDENTS if done[model] < epochs) or STUDENTS
    epoch = min(min(done[model] for model in learning) + 1, epochs)
    return _(_LEARNING[learning], epoch=epoch, epochs=epochs)


def chart(view: RunView, earlier: list[RunView]) -> None:
    """Draws a run's accuracies by epoch. earlier: the runs that are thin lines."""
    history, thin = view.history, tuple(run.run_id for run in earlier)
    come_to = repr((len(history), history[-1:], view.teacher_accuracy, view.status))
    drawn = _chart(view.run_id, come_to, thin, language(), _view=view, _history=history, _earlier=earlier)
    figure = {**drawn, "done": view.result is not None, **known.of_run(view.config)}
    live(known.CHANNEL, [], [saved(figure, f"accuracy-by-epoch-{view.run_id}")])


@st.cache_resource(max_entries=500, show_spinner=False)
def _chart(
    run_id: str,
    come_to: str,
    thin: tuple[str, ...],
    language: str,
    _view: RunView,
    _history: Sequence[Event],
    _earlier: list[RunView],
) -> dict[str, Any]:
    """Returns what the browser draws of a run, once an epoch for all who watch."""
    rows, axes = run_charts.accuracy_rows(_history, _view.teacher_accuracy, _view.config.epochs)
    words = accuracy_words(rows)
    if _earlier:
        thin_ones = _("Thin lines: {runs}.", runs="; ".join(setting(run.config) for run in _earlier))
        words = f"{words} {thin_ones}"
    lines = _lines(_history, MODELS)
    if _view.teacher_accuracy is not None and not any(line["role"] == "teacher" for line in lines):
        ends = [(epoch, _view.teacher_accuracy, None) for epoch in (1, axes["last_epoch"])]
        lines.insert(0, {"role": "teacher", "level": True, "points": ends})
    return {
        "kind": "epochs",
        "title": _("Test accuracy by epoch"),
        "xTitle": _("Epoch"),
        "last": axes["last_epoch"],
        "starts": run_charts.AXIS_STARTS,
        "before": run_charts.AXIS_BEFORE_EVENTS,
        "names": {model: _(name) for model, name in NAMES.items()},
        "lines": lines,
        "earlier": [
            {**line, "run": setting(run.config)}
            for run in _earlier
            for line in _lines(run.history, STUDENTS, setting(run.config))
        ],
        "words": words,
        "still": _still(_view),
        "setting_words": setting(_view.config),
        "says": {part: _(says) for part, says in _CHART_SAYS.items()},
    }


def _lines(events: Iterable[Event], models: Sequence[str], run: str = "") -> list[dict[str, Any]]:
    """Returns each model's epochs after which it saw the test images. run: an earlier one's setting."""
    found: dict[str, list[Any]] = {model: [] for model in models}
    for event in events:
        if event["model"] in found and event["val_accuracy"] is not None:
            found[event["model"]].append((event["epoch"], event["val_accuracy"], event.get("accuracy")))
    named = {model: ", ".join(filter(None, [_(NAMES[model]), run])) for model in models}
    return [{"role": model, "name": named[model], "points": all_} for model, all_ in found.items() if all_]
