"""Which classes a teacher finds alike, over all test pictures: a part of Errors on Train."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import streamlit as st

from kd.analysis import softening
from kd.analysis.observations import most_one_sided_likeness
from kd.base.data_sets import MNIST
from kd.base.fields import ID
from kd.base.unusable import Unusable
from kd.charts import error_charts
from kd.config import RunConfig
from kd.pictures.data_sets import data_set
from kd.text.answers import look_alikes_words
from kd.text.translation import N_, _
from kd.text.words import a_picture_of, called, percent
from ui.live import controls
from ui.live.live import live
from ui.pictures.ways_in import STRIP, strip
from ui.shared import address, notices
from ui.shared.figure import computed, figure
from ui.shared.guard import guarded
from ui.shared.lesson import lesson
from ui.shared.markup import literal
from ui.shared.pieces import quiet

_TEMPERATURE = address.number("T", softening.LOWEST_TEMPERATURE, softening.HIGHEST_TEMPERATURE, instead=4.0)
_CELL, _TAKEN = "alike_cell", "taken_to_draw"
_BY_LABELS = N_(
    "Nobody told the teacher that a 4 is like a 9 and unlike a 0: it was trained on labels alone. It learned "
    "this anyway."
)
_BY_ANOTHER = N_("No label ever told the teacher that a 4 is like a 9 and unlike a 0.")
_OF_OTHER_DATA = N_("No label ever told the teacher which classes are alike.")


def look_alikes(run_id: str, config: RunConfig, logits: dict[str, np.ndarray]) -> None:
    """Draws which classes the teacher finds alike at T, with pictures. logits: by model, (n, classes)."""
    data, teacher = data_set(config.data), logits["teacher"]
    labels, classes = data.y_test, data.about.classes
    control = controls.temperature(
        "T",
        _TEMPERATURE,
        _("T, for looking only"),
        _("Softens the teacher's answers to show its doubts. It trains nothing."),
    )
    temperature = live("look-alikes", [control], [])["T"]
    rows = error_charts.look_alike_rows(labels, teacher, temperature, classes)
    wrong = rows[rows["share_of_wrong"].notna()]  # not the diagonal, and no class without pictures
    likest = wrong.sort_values("share_of_wrong", ascending=False)
    first = likest.iloc[0]
    words = _(
        "When it sees {a_picture}, {share} of what the teacher gives to wrong classes goes to {other}.",
        a_picture=a_picture_of(first["true"]),
        share=percent(first["share_of_wrong"]),
        other=called(first["class"]),
    )
    st.html(f'<p class="kd kd-verdict">{escape(words)}</p>')
    matrix, pictures = st.columns([1.2, 1], gap="large")
    with matrix:
        figure(
            "look-alikes",
            error_charts.look_alike_chart,
            rows,
            alt=look_alikes_words(rows, temperature),
            file_note=f"T{temperature:g}",
            on_select=guarded(_pick_cell),
            classes=classes,
        )
    with pictures:
        true, other = map(classes.index, _cell(likest, classes))
        # ordered at T = 1: the pictures behind a cell should not change while T is dragged
        behind = computed(
            run_id,
            "behind",
            true,
            other,
            _compute=lambda: softening.pictures_behind(labels, teacher, true, other, 1.0, STRIP),
        )
        said = tuple(map(percent, behind["probability_other"]))
        numbers = tuple(behind["picture"].astype(int))
        strip(numbers, said, "pictures-behind-a-cell", _on_draw, data)
        quiet(_("Click a cell for its pictures, or a picture to take it to Draw."))
    if st.session_state.pop(_TAKEN, False):
        address.go_to("pages/draw.py", carrying=("run",))
    _lesson(run_id, config, teacher)


def _on_draw(number: int) -> None:
    st.session_state.update({_TAKEN: True, "picture": number, "way": "test", "view": "targets"})


def _cell(cells: pd.DataFrame, classes: Sequence[str]) -> tuple[str, str]:
    """Draws what chooses the cell whose pictures are shown, as a click on it does, and returns it."""
    pairs = list(zip(cells["true"], cells["class"], strict=True))
    return address.kept(
        _parameter(pairs, classes),
        st.selectbox,
        _("Pictures that look like another class"),
        pairs,
        key=_CELL,
        format_func=lambda pair: _(
            "{a_picture} like {another}", a_picture=a_picture_of(pair[0]), another=a_picture_of(pair[1])
        ),
        help=_("A cell of the matrix: the pictures' label, and the class they resemble. The likest first."),
    )


def _parameter(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> address.Parameter:
    """Returns a cell in the address, as two classes by number. pairs: all there are, the default first."""
    codes = {",".join(str(classes.index(name)) for name in pair): pair for pair in pairs}

    def read(text: str) -> tuple[str, str]:
        if text not in codes:
            words = N_("There are no pictures of “{text}”: use numbers of two classes such as {example}.")
            raise Unusable(words, text=notices.cut(text), example=next(iter(codes)))
        return codes[text]

    return address.Parameter(read, {pair: code for code, pair in codes.items()}.__getitem__, pairs[0])


def _pick_cell() -> None:
    points = st.session_state["look-alikes"].selection.cell
    if points:
        st.session_state[_CELL] = (points[0]["true"], points[0]["class"])


def _learned(config: RunConfig) -> str:
    if config.data != MNIST:
        return _(_OF_OTHER_DATA)
    return _(_BY_ANOTHER if ID.fullmatch(config.teacher) else _BY_LABELS)


def _lesson(run_id: str, config: RunConfig, logits: np.ndarray) -> None:
    """Draws the lesson: of two classes at T = 4, only one resembles the other. logits: the teacher's."""
    data = data_set(config.data)
    *pair, there, back = computed(
        run_id, "one-sided", _compute=lambda: most_one_sided_likeness(data.y_test, logits, 4.0)
    )
    a, b = (literal(called(data.about.classes[number])) for number in pair)
    lesson(
        _("What no label ever said"),
        _(
            "Each row is the average of the teacher's soft targets over all test pictures of one class. "
            "{learned} Hinton called it dark knowledge, and a distilled student is taught it with every "
            "picture, for free.",
            learned=_learned(config),
        ),
        _(
            "Set T to 4. Click the cell in row {a}, column {b}, then the one in row {b}, column {a}. On "
            "average, this teacher gives pictures of {a} a probability of {there} for {b}, but pictures of "
            "{b} only {back} for {a}: likeness is not mutual.",
            a=a,
            b=b,
            there=percent(there),
            back=percent(back),
        ),
        r"M_{cj} = \frac{1}{|\{n: y_n = c\}|} \sum_{n:\, y_n = c} "
        r"\frac{\exp(z_{nj}/T)}{\sum_k \exp(z_{nk}/T)}",
        _(
            "$M_{cj}$: the mean probability of class $j$ for pictures of class $c$; $z_n$: the teacher's "
            "logits for test picture $n$; $y_n$: its label."
        ),
        folded=True,
    )
