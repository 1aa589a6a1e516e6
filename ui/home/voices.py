"""One picture and four voices: its label, the teacher, the student it taught, and the one it did not."""

from __future__ import annotations

import streamlit as st

from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.lab import Lab, RunView
from kd.text.translation import _
from ui.live import controls, views
from ui.live.live import live
from ui.pictures.ways_in import FIRST_PICTURE, test_picture, test_picture_sentence
from ui.shared import address
from ui.shared.guard import guard
from ui.shared.markup import pixels, role

TEMPERATURE = "soft"
"""The key of T, in the session and in the address: other pages have a T of their own."""

ADDRESS = {TEMPERATURE: address.number("T", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, instead=1.0)}


def hello() -> None:
    """What it is about, where there are no models yet."""
    st.html(f'<div class="kd kd-hello">{_hello()}</div>')


def _hello() -> str:
    teacher = _("teacher")
    words = _(
        "A label names one digit and says nothing more. A large network, the {teacher}, also knows what else "
        "the picture could be. Drag T, and its doubts are heard.",
        teacher=role("teacher", teacher),
    )
    return f"<p>{words}</p>"


@st.fragment
def voices(lab: Lab, view: RunView) -> None:
    """The showcase picture, and what a finished run's models say of it at the visitor's temperature."""
    with guard():
        picture, label = test_picture(FIRST_PICTURE)
        logits = {
            model: values[FIRST_PICTURE] for model, values in lab.runs[view.run_id].test_logits().items()
        }
        with st.container(key="voices"):
            seen = pixels(picture, _("A handwritten {digit}, 28 by 28 pixels", digit=label))
            which = f'<p class="kd-quiet">{test_picture_sentence(FIRST_PICTURE, label)}</p>'
            st.html(f'<div class="kd kd-hello">{seen}<div>{_hello()}{which}</div></div>')
            temperature = controls.temperature(
                TEMPERATURE,
                ADDRESS[TEMPERATURE],
                _("T, temperature: softens the three voices"),
                _("Divides the logits before the softmax. At 1 you see the models' own answers."),
            )
            live("voices", [temperature], [views.voices(logits, label), views.voices_sentence(logits)])
