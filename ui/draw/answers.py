"""The three models' answers to one picture: what they see, a sentence, and bars on the same scale."""

from __future__ import annotations

from html import escape

import numpy as np
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.opinions import opinion
from kd.analysis.softening import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from kd.text.answers import answers_sentence
from kd.text.translation import _
from ui.live import controls, views
from ui.live.live import live
from ui.pictures.ways_in import Given
from ui.shared import address
from ui.shared.guard import guard
from ui.shared.markup import pixels

SOFTEN_PARAMETER = address.number("T", LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE, instead=1.0)


def answers(given: Given, logits: dict[str, np.ndarray]) -> None:
    """Draw the three models' probabilities at a temperature, the picture, and what they say about it.

    Args:
        given: the picture to ask about.
        logits: model → (10,), its logits for that picture.
    """
    st.html(f'<p class="kd kd-quiet kd-origin">{escape(given.origin)}</p>')
    _bars(logits, given.label)
    seen = pixels(given.picture, _("The 28 by 28 pixels that the models see"))
    sentence = answers_sentence({model: opinion(softmax(z)) for model, z in logits.items()}, given.label)
    note = _("The sentence describes their answers at T = 1.")
    st.html(
        f'<div class="kd kd-seen">{seen}<div><p class="kd-sentence">{escape(sentence)}</p>'
        f'<p class="kd-quiet">{escape(note)}</p></div></div>'
    )


@st.fragment
def _bars(logits: dict[str, np.ndarray], label: int | None) -> None:
    """Three answers and the slider that softens them: only a softmax, so no model is asked again."""
    with guard():
        temperature = controls.temperature(
            "soften",
            SOFTEN_PARAMETER,
            _("T, temperature for all three models"),
            _(
                "Divides the logits before the softmax. At 1 you see the models' own answers; at a higher T "
                "also what else they consider, which is what a student learns from."
            ),
        )
        figure = views.saved(views.answers(logits, label), "answers-T{T}")
        live("answers", [temperature], [figure])
