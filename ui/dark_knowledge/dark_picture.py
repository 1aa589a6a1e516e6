"""Which picture the page Dark knowledge shows: an ambiguous one, one of a digit, any other, or a drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from kd.analysis.softening import most_ambiguous, picture_table
from kd.charts.thumbnails import thumbnail_rows
from kd.lab import Lab
from kd.pictures.mnist import load_mnist
from kd.text.chart_words import pictures_words
from kd.text.translation import N_, _
from kd.text.words import MODELS
from ui.pictures import ways_in
from ui.shared import address, notices
from ui.shared.figure import computed, framed, thumbnails
from ui.shared.markup import literal, pixels
from ui.shared.pieces import quiet

SOURCE = address.choice(
    N_("There is no picture from “{text}”: use {allowed}."),
    {"ambiguous": N_("Ambiguous"), "digit": N_("One digit"), "draw": N_("Draw")},
)
STRIP = 12


@dataclass(frozen=True)
class Shown:
    """The label of a picture, and the three models' logits for it."""

    label: int
    logits: dict[str, np.ndarray]


def choose(lab: Lab, run_id: str) -> Shown:
    """Draws the controls that choose a picture, and the picture; returns what the models say of it."""
    way = address.choose(
        st.segmented_control,
        _("Picture"),
        SOURCE,
        key=ways_in.SOURCE_KEY,
        required=True,
        width="stretch",
        help=_("Pictures the teacher is least sure about, pictures of one digit, or your own drawing."),
    )
    if way == "draw":
        return _drawing(lab, run_id)
    logits = lab.runs[run_id].test_logits()
    digit = None
    if way == "digit":
        digit = st.pills(
            _("Digit"),
            range(10),
            wrap=True,
            default=4,
            key="dark_digit",
            required=True,
            help=_(
                "Twelve pictures of this digit, from the one the teacher is surest of to the one it doubts "
                "most."
            ),
        )
    numbers, labels = computed(run_id, "strip", digit, _compute=lambda: _strip(digit, logits["teacher"]))
    strip(numbers, tuple(_("label {label}", label=label) for label in labels), name="pictures")
    number, button = st.columns([1.5, 1], gap="small", vertical_alignment="bottom")
    with number:
        given = ways_in.numbered()
    with button:
        ways_in.random_button(_("Random"))
    _show(given)
    assert given.label is not None  # a test picture has one
    return Shown(given.label, {model: logits[model][given.number] for model in MODELS})


def strip(numbers: tuple[int, ...], captions: tuple[str, ...], name: str) -> None:
    """Draws thumbnails of test pictures; a click shows that picture. name: of the file they are saved in."""
    key = f"strip-{name}"

    def pick(number: int) -> None:
        notices.clear()
        st.session_state["picture"] = number
        st.session_state[f"{key}-picked"] = True

    rows = thumbnail_rows(load_mnist().x_test[list(numbers)], numbers, captions)
    with framed(name, titled=False):
        thumbnails(name, key, rows, pictures_words(numbers, captions), pick, columns=4, count=STRIP)
    if st.session_state.pop(f"{key}-picked", False):
        st.rerun()  # the whole page, also from within a fragment


def _strip(digit: int | None, logits: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns twelve pictures and their labels: the most ambiguous, or a digit's from the surest on."""
    labels = load_mnist().y_test
    if digit is None:
        table = most_ambiguous(labels, logits, STRIP)
    else:
        table = picture_table(labels, logits)
        table = table[table["true"] == digit].sort_values("entropy_bits", kind="stable")
        # even steps in rank would show a dozen sure ones: halve what is left at each step
        ranks = len(table) - 1 - np.unique(np.geomspace(1, len(table), STRIP).astype(int) - 1)[::-1]
        table = table.iloc[ranks]
    return tuple(table["picture"].astype(int)), tuple(table["true"].astype(int))


def _drawing(lab: Lab, run_id: str) -> Shown:
    given = ways_in.drawn()
    if given.problem:
        st.warning(literal(given.problem), icon=":material/info:")
    taken = ways_in.kept_instead_of(given)
    if taken is not None:
        given = ways_in.Given(taken, _("Your picture from Draw, until you draw another one."))
    images = given.picture[None, :, :, None]
    models = lab.runs[run_id].models()
    logits = {model: models[model].logits(images)[0] for model in MODELS}
    meant = st.pills(
        _("You meant"),
        range(10),
        wrap=True,
        default=int(logits["teacher"].argmax()),
        required=True,
        help=_("The label of your drawing, which only you know. At first, this is the teacher's answer."),
    )
    _show(given)
    return Shown(int(meant), logits)


def _show(given: ways_in.Given) -> None:
    st.html(pixels(given.picture, _("The picture, 28 by 28 pixels")))
    quiet(given.origin)
