"""A run in words and numbers: its headline, its tiles, its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from kd.config import TEST_IMAGES
from kd.lab import RunView
from kd.studies.sure.near import other_length_note
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import headline, surer_headline
from kd.text.words import MODELS, NAMES, STUDENTS, accuracy, duration, file_size, milliseconds
from ui.shared.markup import role
from ui.shared.run_words import setting, when

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
_BOTH_LEARN = N_("Both students are learning: epoch {epoch} of {epochs}")
_LEARNING: dict[tuple[str, ...], str] = {
    ("distilled",): N_("The distilled student is learning: epoch {epoch} of {epochs}"),
    ("scratch",): N_("The scratch student is learning: epoch {epoch} of {epochs}"),
}
_ROWS = (
    N_("Agrees with the teacher"),
    N_("Parameters"),
    N_("Size on disk"),
    N_("Time per picture"),
)


def head(view: RunView, of_seeds: Mapping[str, Any] | None = None) -> None:
    """The verdict with what is known at another length, or what the run is doing; its setting; its progress.

    Args:
        of_seeds: what several seeds of this setting show, as a row of kd.studies.verdicts.verdicts.
    """
    bar, below, elsewhere = "", setting(view.config), ""
    if note := other_length_note(view.config):  # its room is kept until the run has a result
        absent = "" if view.result else " kd-absent"
        elsewhere = f'<p class="kd-quiet{absent}">{escape(note)}</p>'
    if view.active:
        share = min(max(view.progress, 0.0), 1.0)
        name = _("Progress of the run")
        bar = f'<progress value="{share:.4f}" max="1" aria-label="{name}"></progress>'
    if view.result is not None:
        below = f"{below} · {came(view)}"
    st.html(
        f'<div class="kd kd-head"><p class="kd-verdict" role="status">{escape(_headline(view, of_seeds))}</p>'
        f'{elsewhere}<p class="kd-quiet">{escape(below)}</p>{bar}</div>'
    )


def _headline(view: RunView, of_seeds: Mapping[str, Any] | None) -> str:
    if view.result is None:
        return _doing(view)
    comparison = view.result["comparison"]
    if of_seeds is not None and comparison["verdict"] != "no teacher":
        return surer_headline(of_seeds, view.config)
    return headline(comparison, view.config)


def came(view: RunView) -> str:
    """Where a finished run comes from."""
    return _("came with the app") if view.shipped else _("trained on {when}", when=when(view))


def _doing(view: RunView) -> str:
    if view.status in _ENDED:
        return view.message or _(_ENDED[view.status])
    doing = _doing_now(view)
    if view.seconds_left is None or view.phase == "evaluating":
        return doing
    return _("{doing}, {time} left", doing=doing, time=duration(view.seconds_left))


def _doing_now(view: RunView) -> str:
    if view.phase in _WAITS:
        soon, in_a_moment, in_a_while = _WAITS[view.phase]
        place = view.queue_place or 1
        if view.queue_wait is None:
            return _(soon, place=place)
        if view.queue_wait < 1:
            return _(in_a_moment, place=place)
        return _(in_a_while, place=place, time=duration(view.queue_wait))
    if view.phase == "teacher":
        epochs = view.config.teacher_epochs
        epoch = _epoch(view, ("teacher",), epochs)
        return _("The teacher is learning: epoch {epoch} of {epochs}", epoch=epoch, epochs=epochs)
    if view.phase == "students":
        epochs = view.config.epochs
        learning = [model for model in STUDENTS if _done(view, model) < epochs] or STUDENTS
        epoch = _epoch(view, learning, epochs)
        return _(_LEARNING.get(tuple(learning), _BOTH_LEARN), epoch=epoch, epochs=epochs)
    return _(_PHASES.get(view.phase, _WORKING))


def _epoch(view: RunView, models: Sequence[str], epochs: int) -> int:
    return min(min(_done(view, model) for model in models) + 1, epochs)


def _done(view: RunView, model: str) -> int:
    """How many epochs a model has finished."""
    return max((event["epoch"] for event in view.history if event["model"] == model), default=0)


def tiles(view: RunView, fourth: str) -> None:
    """Accuracy of the three models; the latest known while the run goes on. fourth: HTML of another tile."""
    three = "".join(_tile(view, model) for model in MODELS)
    st.html(f'<div class="kd kd-tiles">{three}{fourth}</div>')


def _tile(view: RunView, model: str) -> str:
    events = [event for event in view.history if event["model"] == model]
    number, below = "–", "\u00a0"
    if view.result is not None:
        right = view.result[model]["test_accuracy"]
        wrong = round(TEST_IMAGES * (1 - right))
        number = accuracy(right)
        below = ngettext("{count} mistake", "{count} mistakes", wrong, count=f"{wrong:,}")
    elif events:
        number, below = _so_far(events)
    elif model == "teacher" and view.teacher_accuracy is not None:
        number, below = accuracy(view.teacher_accuracy), _("trained earlier")
    return (
        f'<div class="kd-tile kd-{model}"><p>{role(model)}</p>'
        f'<p class="kd-number">{escape(number)}</p><p class="kd-quiet">{escape(below)}</p></div>'
    )


def _so_far(events: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The last accuracy on the test images, and after which epoch, or how far the model is before the first.

    Args:
        events: of the epochs of one model, at least one; only some of them know the accuracy on test images.
    """
    known = next((event for event in reversed(events) if event["val_accuracy"] is not None), None)
    if known is None:
        return "–", _("epoch {epoch} of {epochs}", epoch=events[-1]["epoch"], epochs=events[-1]["epochs"])
    after = _("after epoch {epoch} of {epochs}", epoch=known["epoch"], epochs=known["epochs"])
    return accuracy(known["val_accuracy"]), after


def table(view: RunView) -> None:
    """The final numbers: one column per model, so that the table fits on a phone too."""
    result = view.result or {}
    rows = pd.DataFrame(
        {_(NAMES[model]): _column(result.get(model)) for model in MODELS},
        index=pd.Index([_(name) for name in _ROWS], name=_("Measure")),  # so that each row has a heading
    )
    st.table(rows, border="horizontal", alt=_("The three models in numbers"))


def _column(result: dict | None) -> list[str]:
    if result is None:
        return ["–"] * len(_ROWS)
    return [
        accuracy(result["agreement"]) if "agreement" in result else "–",
        f"{result['parameters']:,}",
        file_size(result["bytes"]),
        milliseconds(result["milliseconds"]),
    ]
