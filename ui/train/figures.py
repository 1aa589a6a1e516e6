"""A run in words and numbers: its status, its tiles, its verdict, its table."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from kd.lab import RunView
from kd.text.verdicts import verdict_note, verdict_sentence
from kd.text.words import MODELS, NAMES, accuracy, count, duration, file_size, milliseconds
from ui.shared.markup import role
from ui.shared.run_words import setting, when


def status(view: RunView) -> None:
    """What the run is doing or where it came from, with its progress; always of one height."""
    bar = ""
    if view.active:
        share = min(max(view.progress, 0.0), 1.0)
        bar = f'<progress value="{share:.4f}" max="1" aria-label="Progress of the run"></progress>'
    st.html(
        f'<div class="kd kd-status"><p>{escape(_doing(view))}</p>'
        f'<p class="kd-quiet">{escape(setting(view.config))}</p>{bar}</div>'
    )


def _doing(view: RunView) -> str:
    if view.status in ("failed", "interrupted", "stopped"):
        return view.message or f"This run was {view.status}."
    if view.status == "finished":
        if view.shipped:
            return "This run came with the app. Move a control and press Train for one of your own."
        return f"Finished. Trained on {when(view)}."
    words = {
        "queued": _waiting("Queued", "starts", view),
        "paused": _waiting("Waiting for its next turn", "goes on", view),
        "starting": "Starting",
        "reconnecting": "The training processes were lost: once they are back, the run begins again",
        "awaiting teacher": "Another run is training this teacher; both will use it",
        "teacher": f"The teacher learns: {_epoch(view, ('teacher',), view.config.teacher_epochs)}",
        "soft targets": "The teacher answers every training image once",
        "students": "Both students learn: " + _epoch(view, ("distilled", "scratch"), view.config.epochs),
        "evaluating": "Measuring all three on the 10,000 test images",
    }.get(view.phase, "Working")
    if view.seconds_left is None or view.phase == "evaluating":
        return words
    return f"{words}, {duration(view.seconds_left)} left"


def _waiting(state: str, begins: str, view: RunView) -> str:
    place = f"{state}, place {view.queue_place or 1}"
    if view.queue_wait is None:
        return f"{place}: it {begins} as soon as the machine has room"
    if view.queue_wait < 1:
        return f"{place}: it {begins} in a moment"
    return f"{place}: it {begins} in about {duration(view.queue_wait)}"


def _epoch(view: RunView, models: tuple[str, ...], epochs: int) -> str:
    done = min(sum(event["model"] == model for event in view.history) for model in models)
    return f"epoch {min(done + 1, epochs)} of {epochs}"


def tiles(view: RunView) -> None:
    """Accuracy of the three models, the last known while the run goes on."""
    st.html(f'<div class="kd kd-tiles">{"".join(_tile(view, model) for model in MODELS)}</div>')


def _tile(view: RunView, model: str) -> str:
    events = [event for event in view.history if event["model"] == model]
    number, lines = "–", ["\u00a0"]
    if view.result is not None:
        result = view.result[model]
        number, lines = accuracy(result["test_accuracy"]), [f"{count(result['parameters'])} parameters"]
        if model != "teacher":
            lines.append(f"{accuracy(result['agreement'])} agreement with teacher")
    elif events:
        number = accuracy(events[-1]["val_accuracy"])
        lines = [f"after epoch {events[-1]['epoch']} of {events[-1]['epochs']}"]
    elif model == "teacher" and view.teacher_accuracy is not None:
        number, lines = accuracy(view.teacher_accuracy), ["trained before"]
    small = "".join(f'<p class="kd-quiet">{escape(line).replace(" %", "&nbsp;%")}</p>' for line in lines)
    return (
        f'<div class="kd-tile kd-{model}"><p>{role(model)}</p>'
        f'<p class="kd-number">{escape(number).replace(" %", "&#8201;%")}</p>{small}</div>'
    )


def verdict(view: RunView) -> None:
    """The honest sentence that compares the two students and how far it reaches, or when it will come."""
    note = "\u00a0"
    if view.result is not None:
        words = escape(verdict_sentence(view.result["comparison"]))
        note = escape(verdict_note(view.result["comparison"]))
    elif view.active:
        words = _quiet("Which student is ahead, and whether by more than luck, stands here at the end.")
    else:
        words = _quiet("This run has no result to compare.")
    st.html(f'<p class="kd kd-verdict" role="status">{words}</p><p class="kd kd-note kd-quiet">{note}</p>')


def _quiet(words: str) -> str:
    return f'<span class="kd-quiet">{words}</span>'


def table(view: RunView) -> None:
    """The final numbers: a column a model, so that it stands on a phone too."""
    result = view.result or {}
    rows = {
        "": ["Test accuracy", "Agrees with the teacher", "Parameters", "Size on disk", "Time a picture"],
        **{NAMES[model]: _column(result.get(model)) for model in MODELS},
    }
    st.table(pd.DataFrame(rows), hide_index=True, border="horizontal", alt="The three models in numbers")


def _column(result: dict | None) -> list[str]:
    if result is None:
        return ["–"] * 5
    return [
        accuracy(result["test_accuracy"]),
        accuracy(result["agreement"]) if "agreement" in result else "–",
        f"{result['parameters']:,}",
        file_size(result["bytes"]),
        milliseconds(result["milliseconds"]),
    ]
