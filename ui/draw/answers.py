"""The three models' answers to one picture: what they see, a sentence, and bars on the same scale."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.opinions import opinion
from kd.charts import run_charts
from kd.text.answers import answers_sentence
from kd.text.chart_words import probabilities_words
from kd.text.translation import _, language
from kd.text.words import MODELS, percent
from ui.pictures.ways_in import Given
from ui.shared import address
from ui.shared.figure import draw_chart, save_menu
from ui.shared.guard import guard
from ui.shared.markup import pixels, role, unseen

_LOWEST, _HIGHEST = 0.5, 20.0
SOFTEN_PARAMETER = address.number("T", _LOWEST, _HIGHEST, instead=1)


def answers(given: Given, logits: dict[str, np.ndarray]) -> None:
    """Draw the picture, what the three say about it, and their probabilities at a temperature.

    Args:
        given: the picture to ask about.
        logits: model → (10,), its logits for that picture.
    """
    seen, said = st.columns([1, 3], gap="medium", vertical_alignment="center")
    with seen:
        st.html(pixels(given.picture, _("The 28 by 28 pixels that the models see")))
    with said:
        sentence = answers_sentence({model: opinion(softmax(z)) for model, z in logits.items()}, given.label)
        st.html(f'<p class="kd kd-sentence">{escape(sentence)}</p>')
        note = _("The sentence above describes their answers at T = 1.")
        st.html(f'<p class="kd kd-quiet">{escape(given.origin)} {escape(note)}</p>')
    _bars(logits)


@st.fragment
def _bars(logits: dict[str, np.ndarray]) -> None:
    """Three charts and the slider that softens them: only a softmax, so no model is asked again."""
    with guard():
        temperature = st.slider(
            _("T, temperature for all three models"),
            min_value=_LOWEST,
            max_value=_HIGHEST,
            value=1.0,
            step=0.5,
            format="%g",
            key="soften",
            bind="query-params",
            help=_(
                "Divides the logits before the softmax. At 1 you see the models' own answers; at a higher T "
                "also what else they consider, which is what a student learns from."
            ),
        )
        for column, model in zip(st.columns(3, gap="medium"), MODELS, strict=True):
            with column:
                _answer(model, softmax(logits[model], temperature), temperature)


def _answer(model: str, probabilities: np.ndarray, temperature: float) -> None:
    best = int(probabilities.argmax())
    sure = percent(float(probabilities[best]))
    st.html(
        f'<div class="kd kd-answer kd-{model}"><p>{role(model)}</p>'
        f'<p class="kd-number">{best}</p><p class="kd-quiet">{escape(sure)}</p>'
        f"{unseen(probabilities_words(model, probabilities))}</div>"
    )
    ready, columns = _bars_spec(model, language()), run_charts.probability_columns(probabilities, model)
    # Arrow directly: by way of pandas, ten rows took a sixth of the server's time for a drawing
    draw_chart(ready, pa.table(columns))
    save_menu(f"probabilities-{model}", lambda: (ready, pd.DataFrame(columns)), f"T{temperature:g}")


@st.cache_data(show_spinner=False)
def _bars_spec(model: str, language: str) -> dict:
    return run_charts.vega_lite(run_charts.probability_chart(np.full(10, 0.1), model, _("Probabilities")))
