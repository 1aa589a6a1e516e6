"""What distillation is, in one picture with real numbers: a digit, its label, its teacher, its students."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from kd.analysis.logits import softmax
from kd.lab import Lab, RunView
from kd.text.translation import N_, _
from kd.text.words import MODELS, a_digit, accuracy, listing, percent
from ui.pictures.ways_in import FIRST_PICTURE, test_picture
from ui.shared.markup import pixels, role

TEMPERATURE = 4.0
_HOW = {
    "teacher": N_("the large network"),
    "distilled": N_("learns from labels and teacher"),
    "scratch": N_("learns from labels alone"),
}
# A wrong digit that is at least this probable is mentioned.
_RIVAL = 0.1


def figure(lab: Lab, view: RunView) -> None:
    """Draw the picture from a finished run's own numbers."""
    picture, label = test_picture(FIRST_PICTURE)
    soft = softmax(lab.test_logits(view.run_id)["teacher"][FIRST_PICTURE], TEMPERATURE)
    seen = pixels(picture, _("A handwritten {digit}, 28 by 28 pixels", digit=label))
    number = _("Test picture {number}", number=f"{FIRST_PICTURE:,}")
    says = _voice("labels", _("The label"), np.eye(10)[label], _label_says(label))
    says += _voice("teacher", _("The teacher"), soft, _teacher_says(soft, label))
    st.html(
        '<div class="kd kd-figure">'
        f'<div>{seen}<p class="kd-quiet">{number}</p></div>'
        '<div class="kd-arrow" aria-hidden="true"></div>'
        f"<div>{says}</div>"
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
        f'<div class="kd-bars" role="img" aria-label="{escape(name)}: {escape(listing(shares))}">{bars}</div>'
        f'<p class="kd-says">{says}</p></div>'
    )


def _label_says(label: int) -> str:
    return _("“It is {a_digit}.” Nothing more.", a_digit=a_digit(label))


def _teacher_says(soft: np.ndarray, label: int) -> str:
    """The teacher's answer and its doubts, in words, with the temperature at which they show."""
    best = int(soft.argmax())
    rivals = [int(digit) for digit in np.argsort(-soft) if soft[digit] >= _RIVAL and digit != best]
    words = {"a_digit": a_digit(best), "others": listing([a_digit(digit) for digit in rivals])}
    if best == label and rivals:
        says = _("“It is {a_digit}. It looks a little like {others}.”", **words)
    elif best == label:
        says = _("“It is {a_digit}.”", **words)
    elif rivals:
        says = _("“I would say it is {a_digit}. It looks a little like {others}.”", **words)
    else:
        says = _("“I would say it is {a_digit}.”", **words)
    at = _("at T = {temperature}", temperature=f"{TEMPERATURE:g}")
    return f'{says} <span class="kd-quiet">({at})</span>'


def _students(result: dict) -> str:
    ratio = result["teacher"]["parameters"] / result["distilled"]["parameters"]
    smaller = _(
        "The students are {ratio} times smaller than the teacher. Accuracy on 10,000 new pictures:",
        ratio=f"{ratio:.0f}",
    )
    return f'<p class="kd-says">{smaller}</p>{"".join(_score(model, result) for model in MODELS)}'


def _score(model: str, result: dict) -> str:
    right = escape(accuracy(result[model]["test_accuracy"]))
    return (
        f'<div class="kd-score kd-{model}"><p class="kd-number">{right}</p>'
        f"<p>{role(model)}<br><span class='kd-quiet'>{_(_HOW[model])}</span></p></div>"
    )
