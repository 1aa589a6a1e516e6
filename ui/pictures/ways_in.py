"""Three ways to give the models a picture: draw, choose, upload; and the picture that is kept instead."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.analysis.softening import most_ambiguous
from kd.config import TEST_IMAGES
from kd.pictures.drawing import ONLY_A_DOT, prepared
from kd.pictures.mnist import load_mnist, to_model_input
from kd.pictures.picture_file import refuse_without_warnings
from kd.text.translation import N_, _
from ui.pictures import canvas
from ui.shared import address, notices
from ui.shared.guard import guarded

refuse_without_warnings()

WAYS = {"draw": N_("Draw"), "test": N_("Test pictures"), "upload": N_("Upload")}
# The example's showcase (kd/analysis/observations.py), computed in a test and not for every visitor.
FIRST_PICTURE = 4498
TEST_PICTURE_HELP = N_("One of MNIST's 10,000 test pictures, numbered from 0. No model was trained on them.")

DRAWN, UPLOADED = "drawn", "uploaded"
"""Where a picture comes from that is no test picture."""

SOURCE_KEY = "source"
"""The key of how the page Dark knowledge chooses its picture."""

_LAST = "last_picture"


@dataclass(frozen=True)
class Given:
    """A picture as the models see it, and what is known of it."""

    picture: np.ndarray  # (28, 28) in [0, 1]
    origin: str  # a sentence
    label: int | None = None
    source: str | None = None  # one of the two above, for what the person gave
    number: int | None = None  # of a test picture
    problem: str = ""  # why another picture is shown than what the person gave, in a sentence


def test_picture(number: int) -> tuple[np.ndarray, int]:
    """Returns a test picture (28, 28) in [0, 1] and its label."""
    mnist = load_mnist()
    return to_model_input(mnist.x_test[number : number + 1])[0, :, :, 0], int(mnist.y_test[number])


def drawn(tools: DeltaGenerator | None = None) -> Given:
    """Draws a canvas with pen and eraser, below it or in tools; returns the drawing, or a test picture."""
    task = _("Draw one large digit.")
    st.html(f'<p class="kd kd-quiet kd-above-canvas">{escape(task)}</p>')
    place = st.container(key="canvas_frame")
    with tools or st.container():
        width = st.slider(
            _("Pen width"),
            min_value=8,
            max_value=40,
            value=22,
            key="pen",
            persist_state="session",
            help=_(
                "In pixels; the square is {side} pixels wide. A wide pen is most like MNIST's strokes.",
                side=canvas.SIDE,
            ),
        )
        st.button(_("Clear"), on_click=guarded(canvas.clear), width="stretch", help=_("Empties the square."))
    try:
        with place:
            drawing = canvas.canvas(width)
        if drawing is None:
            return _first_picture(
                N_("Nothing is drawn yet, so this is test picture {number}, labelled {label}.")
            )
        content, pixels = drawing
        if canvas.is_a_dot(pixels, width):
            raise ValueError(_(ONLY_A_DOT))
        return _last(prepared(content), _("Your drawing, as the models see it."), DRAWN)
    except ValueError as error:
        return _instead(str(error))


def chosen(teacher_logits: np.ndarray) -> Given:
    """Draws what chooses a test picture: by number, at random, or one that the teacher is unsure about."""
    given = numbered()
    random_button(_("A random one"))
    st.button(
        _("An ambiguous one"),
        on_click=guarded(_doubtful),
        args=(teacher_logits,),
        width="stretch",
        help=_("One of the hundred test pictures that the teacher is least sure about."),
    )
    return given


def numbered() -> Given:
    """Draws a field for the number of a test picture; returns that picture."""
    number = st.number_input(
        _("Test picture"),
        min_value=0,
        max_value=TEST_IMAGES - 1,
        key="picture",
        persist_state="session",
        help=_(TEST_PICTURE_HELP),
        on_change=guarded(notices.clear),
    )
    address.keep("picture", PICTURE_PARAMETER, number)
    picture, label = test_picture(number)
    return Given(picture, test_picture_sentence(number, label), label, number=number)


def random_button(label: str) -> None:
    st.button(label, on_click=guarded(_any_picture), width="stretch", help=_("Any test picture."))


def test_picture_sentence(number: int, label: int) -> str:
    return _("Test picture {number}. Its label says {label}.", number=f"{number:,}", label=label)


def uploaded() -> Given:
    """Draws a field for a picture file; returns the digit in it, or a test picture."""
    file = st.file_uploader(
        _("A picture of one digit"),
        key="upload",
        help=_("PNG, JPEG, WebP, BMP or GIF, up to 10 MB. Light on dark or dark on light."),
        max_upload_size=10,
    )
    if file is None:
        return _first_picture(
            N_("Nothing is uploaded yet, so this is test picture {number}, labelled {label}.")
        )
    try:
        return _last(prepared(file.getvalue()), _("Your picture, as the models see it."), UPLOADED)
    except ValueError as error:
        return _instead(str(error))


def _last(picture: np.ndarray, origin: str, source: str) -> Given:
    """Keeps what the person gave, to show again while the next thing that they give cannot be shown."""
    given = st.session_state[_LAST] = Given(picture, origin, source=source)
    return given


def _instead(problem: str) -> Given:
    """Returns the person's last picture, or else a test picture. problem: why not what they gave."""
    last = st.session_state.get(_LAST)
    if last is None:
        message = N_("Until then, the answers are to test picture {number}, labelled {label}.")
        return replace(_first_picture(message), problem=problem)
    origin = _("Until then, the answers are to your last picture.")
    return replace(last, origin=origin, source=None, problem=problem)


def _first_picture(message: str) -> Given:
    """Returns the picture shown before a person gives one. message: with places for number and label."""
    picture, label = test_picture(FIRST_PICTURE)
    origin = _(message, number=f"{FIRST_PICTURE:,}", label=label)
    return Given(picture, origin, label, number=FIRST_PICTURE)


def _any_picture() -> None:
    notices.clear()
    st.session_state["picture"] = int(np.random.default_rng().integers(TEST_IMAGES))


def _doubtful(teacher_logits: np.ndarray) -> None:
    notices.clear()
    candidates = most_ambiguous(load_mnist().y_test, teacher_logits, count=100)["picture"]
    st.session_state["picture"] = int(np.random.default_rng().choice(candidates))


def _picture_number(text: str) -> int:
    if text.isdecimal() and len(text) < 9 and int(text) < TEST_IMAGES:
        return int(text)
    raise ValueError(
        _(
            "There is no test picture “{text}”: they are numbered from 0 to {last}. This is number {shown}.",
            text=notices.cut(text),
            last=f"{TEST_IMAGES - 1:,}",
            shown=f"{FIRST_PICTURE:,}",
        )
    )


WAY_PARAMETER = address.choice(N_("There is no way “{text}” to a picture: use {allowed}."), WAYS)
PICTURE_PARAMETER = address.Parameter(_picture_number, str, FIRST_PICTURE)


_KEPT = "kept_picture"


def keep(picture: np.ndarray, instead_of: Given | None = None) -> None:
    """Shows this picture until another one is given than instead_of, or than what the next page is given."""
    st.session_state[_KEPT] = (picture, instead_of and digest(instead_of.picture))


def let_go() -> None:
    """Shows what is given."""
    st.session_state.pop(_KEPT, None)


def kept_instead_of(given: Given) -> np.ndarray | None:
    """Returns the picture to show instead of what is given, or None."""
    if _KEPT not in st.session_state:
        return None
    picture, replaced = st.session_state[_KEPT]
    if replaced is None:
        keep(picture, given)
    elif replaced != digest(given.picture):
        let_go()
        return None
    return picture


def take_along(shown: Given) -> None:
    """Has the page Dark knowledge show this picture."""
    if shown.number is not None:
        st.session_state[SOURCE_KEY] = "ambiguous"
        if st.session_state.get("picture") != shown.number:
            st.session_state["picture"] = shown.number
        return
    if shown.source == DRAWN:
        let_go()  # it is on the canvas there, too
    else:
        keep(shown.picture)
    st.session_state[SOURCE_KEY] = "draw"


def digest(picture: np.ndarray) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()
