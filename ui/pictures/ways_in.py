"""Three ways to a picture that the models are asked about: drawn, from the test set, uploaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from kd.analysis.softening import most_ambiguous
from kd.config import TEST_IMAGES
from kd.pictures.drawing import prepared
from kd.pictures.mnist import load_mnist, to_model_input
from kd.text.translation import N_
from kd.text.words import article
from ui.pictures import canvas
from ui.shared import address, notices
from ui.shared.guard import guarded

WAYS = {"draw": N_("Draw"), "test": N_("Test pictures"), "upload": N_("Upload")}
FIRST_PICTURE = 2093


@dataclass(frozen=True)
class Given:
    """A picture (28, 28) in [0, 1] as the models see it, with where it comes from; or what is wrong.

    label: what it shows, where that is known.
    """

    picture: np.ndarray | None
    origin: str
    label: int | None = None


def test_picture(number: int) -> tuple[np.ndarray, int]:
    """A test picture (28, 28) in [0, 1] and its label."""
    mnist = load_mnist()
    return to_model_input(mnist.x_test[number : number + 1])[0, :, :, 0], int(mnist.y_test[number])


def drawn() -> Given:
    """A canvas, its pen and its eraser; a test picture stands in until something is drawn."""
    st.html('<p class="kd kd-quiet kd-above-canvas">Draw one digit, large.</p>')
    place = st.container(key="canvas_frame")
    width = st.slider(
        "Pen width",
        min_value=8,
        max_value=40,
        value=22,
        key="pen",
        persist_state="session",
        help="In pixels of the 280-pixel square. A wide pen comes nearest to MNIST's strokes.",
    )
    st.button("Clear", on_click=guarded(canvas.clear), width="stretch", help="Empties the square.")
    try:
        with place:
            drawing = canvas.canvas(width)
    except ValueError as error:
        return Given(None, str(error))
    if drawing is None:
        picture, label = test_picture(FIRST_PICTURE)
        return Given(
            picture,
            f"Nothing is drawn yet, so this is test picture {FIRST_PICTURE:,}, "
            f"{article(label)} {label}. Draw one digit on the black square.",
            label,
        )
    content, pixels = drawing
    if canvas.is_a_dot(pixels, width):
        return Given(None, "There is too little to see, only a dot: draw one whole digit, larger.")
    try:
        return Given(prepared(content), "Your drawing, as the models see it.")
    except ValueError as error:
        return Given(None, str(error))


def chosen(teacher_logits: np.ndarray) -> Given:
    """A picture of MNIST's test set, by number, at random, or one the teacher is unsure about."""
    number = st.number_input(
        "Test picture",
        min_value=0,
        max_value=TEST_IMAGES - 1,
        value=FIRST_PICTURE,
        key="picture",
        bind="query-params",
        help="MNIST's 10,000 test pictures, which no model was trained on, by number from 0.",
        on_change=guarded(notices.clear),
    )
    st.button("Any other", on_click=guarded(_any_other), width="stretch", help="A test picture at random.")
    st.button(
        "A doubtful one",
        on_click=guarded(_doubtful),
        args=(teacher_logits,),
        width="stretch",
        help="One of the hundred test pictures on which the teacher hesitates most.",
    )
    picture, label = test_picture(number)
    return Given(picture, f"Test picture {number:,}. Its label says {label}.", label)


def uploaded() -> Given:
    """A picture file of one digit."""
    file = st.file_uploader(
        "A picture of one digit",
        key="upload",
        help="PNG, JPEG, WebP, BMP or GIF, at most 10 MB; light on dark or dark on light.",
        max_upload_size=10,
    )
    if file is None:
        picture, label = test_picture(FIRST_PICTURE)
        return Given(
            picture,
            f"Nothing is uploaded yet, so this is test picture {FIRST_PICTURE:,}, {article(label)} {label}.",
            label,
        )
    try:
        return Given(prepared(file.getvalue()), "Your picture, as the models see it.")
    except ValueError as error:
        return Given(None, str(error))


def _any_other() -> None:
    notices.clear()
    st.session_state["picture"] = int(np.random.default_rng().integers(TEST_IMAGES))


def _doubtful(teacher_logits: np.ndarray) -> None:
    notices.clear()
    candidates = most_ambiguous(load_mnist().y_test, teacher_logits, count=100)["picture"]
    st.session_state["picture"] = int(np.random.default_rng().choice(candidates))


def _picture_number(text: str) -> int:
    """The number of a test picture in an address."""
    if text.isdecimal() and len(text) < 9 and int(text) < TEST_IMAGES:
        return int(text)
    raise ValueError(
        f"There is no test picture “{notices.cut(text)}”: they are numbered from 0 to {TEST_IMAGES - 1:,}. "
        f"This is number {FIRST_PICTURE:,}."
    )


WAY_PARAMETER = address.choice(N_("There is no way “{text}” to a picture: use {allowed}."), WAYS)
PICTURE_PARAMETER = address.Parameter(_picture_number, str)
