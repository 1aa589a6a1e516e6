"""What distillation is, in one picture with real numbers: a digit, its label, its teacher, its students."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from kd.analysis.logits import softmax
from kd.lab import Lab, RunView
from kd.text.words import accuracy, article, listing, percent
from ui.pictures.ways_in import FIRST_PICTURE, test_picture
from ui.shared.markup import pixels, role

TEMPERATURE = 4.0
# From here on a wrong digit is worth a word.
_RIVAL = 0.1


def figure(lab: Lab, view: RunView) -> None:
    """Draw the picture from a finished run's own numbers."""
    picture, label = test_picture(FIRST_PICTURE)
    soft = softmax(lab.test_logits(view.run_id)["teacher"][FIRST_PICTURE], TEMPERATURE)
    hard = np.eye(10)[label]
    st.html(
        '<div class="kd kd-figure">'
        f"<div>{pixels(picture, f'A handwritten {label} of 28 by 28 pixels')}"
        f'<p class="kd-quiet">Test picture {FIRST_PICTURE:,}</p></div>'
        '<div class="kd-arrow" aria-hidden="true"></div>'
        "<div>"
        f"{_voice('labels', 'The label', hard, f'“It is {article(label)} {label}.” Nothing else.')}"
        f"{_voice('teacher', 'The teacher', soft, _teacher_says(soft, label))}"
        "</div>"
        '<div class="kd-arrow" aria-hidden="true"></div>'
        f"<div>{_students(view.result)}</div>"
        "</div>"
    )


def _voice(who: str, name: str, probabilities: np.ndarray, says: str) -> str:
    bars = "".join(
        f'<div class="kd-bar" style="--share:{share:.4f}"><span></span><i>{digit}</i></div>'
        for digit, share in enumerate(probabilities)
    )
    shares = [f"{digit} {percent(share)}" for digit, share in enumerate(probabilities) if share >= 0.01]
    return (
        f'<div class="kd-voice kd-{who}"><p>{role(who, name)}</p>'
        f'<div class="kd-bars" role="img" aria-label="{name}: {escape(listing(shares))}">{bars}</div>'
        f'<p class="kd-says">{says}</p></div>'
    )


def _teacher_says(soft: np.ndarray, label: int) -> str:
    """The teacher's answer and its doubts, in words, with the temperature at which they show."""
    best = int(soft.argmax())
    rivals = [int(digit) for digit in np.argsort(-soft) if soft[digit] >= _RIVAL and digit != best]
    doubts = f" It has something of {listing([f'{article(d)} {d}' for d in rivals])}." if rivals else ""
    agrees = "It is" if best == label else "I would say it is"
    at = f'<span class="kd-quiet">(at&nbsp;T&nbsp;=&nbsp;{TEMPERATURE:g})</span>'
    return f"“{agrees} {article(best)} {best}.{doubts}” {at}"


def _students(result: dict) -> str:
    ratio = result["teacher"]["parameters"] / result["distilled"]["parameters"]
    return (
        f'<p class="kd-says">The students are {ratio:.0f} times smaller than the teacher. '
        "Right on 10,000 new pictures:</p>"
        f"{_score('teacher', 'the large network', result)}"
        f"{_score('distilled', 'a student of labels and teacher', result)}"
        f"{_score('scratch', 'the same student, labels alone', result)}"
    )


def _score(model: str, how: str, result: dict) -> str:
    right = escape(accuracy(result[model]["test_accuracy"]))
    return (
        f'<div class="kd-score kd-{model}"><p class="kd-number">{right}</p>'
        f"<p>{role(model)}<br><span class='kd-quiet'>{how}</span></p></div>"
    )
