"""Three ways to give the models a picture: draw, choose, upload; and the picture that is kept instead."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kd.analysis.observations import SHOWCASE
from kd.analysis.softening import from_the_surest, most_ambiguous
from kd.base.data_sets import MNIST, known
from kd.base.unusable import Unusable
from kd.charts.thumbnails import thumbnail_rows
from kd.pictures.data_sets import DataSet, data_set
from kd.pictures.drawing import ONLY_A_DOT, prepared
from kd.pictures.mnist import to_model_input
from kd.pictures.picture_file import refuse_without_warnings
from kd.store.drawings import Drawings, DrawingSets
from kd.text.chart_words import pictures_words
from kd.text.translation import N_, _, numeral
from ui.pictures import canvas
from ui.shared import address, notices
from ui.shared.figure import computed, framed, thumbnails
from ui.shared.guard import guarded
from ui.shared.pieces import into_sight

refuse_without_warnings()

# Translators: what one does to give a picture; "Draw" is also the page where three models read it.
WAYS = {"draw": N_("Draw"), "test": N_("Test pictures"), "upload": N_("Upload")}
FIRST_PICTURE = SHOWCASE
TEST_PICTURE_HELP = N_(
    "One of {count} test pictures of {data}, numbered from 0. No model was trained on them."
)

CANVAS = "canvas_frame"
"""The key of the container of the canvas."""

STRIP = 12
"""Pictures in a strip, of which a click chooses one."""

DRAWN, UPLOADED = "drawn", "uploaded"
"""Where a picture comes from that is no test picture."""

_LAST, _AMBIGUOUS, _TO_THE_PICTURE = "last_picture", "ambiguous", "to_the_picture"


@dataclass(frozen=True)
class Given:
    """A picture as the models see it, and what is known of it."""

    picture: np.ndarray  # (28, 28) in [0, 1]
    origin: str  # a sentence
    label: int | None = None
    source: str | None = None  # one of the two above, for what the person gave
    number: int | None = None  # of a test picture
    problem: str = ""  # why another picture is shown than what the person gave, in a sentence


Seen = tuple[Given, DeltaGenerator]
"""What is given, and where on the page it is shown as the models see it."""


def test_picture(number: int, data: DataSet) -> tuple[np.ndarray, int]:
    """Returns a test picture (28, 28) in [0, 1] and the number of its class."""
    return to_model_input(data.x_test[number : number + 1])[0, :, :, 0], int(data.y_test[number])


def test_picture_help(data: DataSet) -> str:
    """Says what test pictures are, for the help of a field."""
    return _(TEST_PICTURE_HELP, count=numeral(data.about.test), data=data.about.name)


def first_picture(data: DataSet) -> int:
    """Returns the number of the test picture that is shown before a person gives one."""
    return FIRST_PICTURE if data.about.id == MNIST else 0


def drawn(tools: DeltaGenerator, data: DataSet) -> Seen:
    """Draws a canvas with Undo and Clear, and the pen in tools; gives the drawing, or a test picture."""
    place = st.container(key=CANVAS)
    with st.container(key="canvas_row", horizontal=True, vertical_alignment="center", gap="small"):
        seen = st.container(key="seen_small", width="content")
        undo_and_clear()
    with tools:
        width = address.kept(
            PEN_PARAMETER,
            st.slider,
            _("Pen width"),
            _THINNEST,
            _THICKEST,
            key="pen",
            help=_("In pixels; the square is {side} pixels wide.", side=canvas.SIDE),
        )
    try:
        with place:
            drawing = canvas.canvas(width)
        if drawing is None:
            is_mnist = data.about.id == MNIST
            hint = escape(_("Draw one large digit here") if is_mnist else _("Draw one picture here, large"))
            place.html(f'<p class="kd-draw-here">{hint}</p>')
            words = N_("Nothing is drawn yet, so this is test picture {number}, labelled {label}.")
            return _first_picture(words, data), seen
        content, pixels = drawing
        if canvas.is_a_dot(pixels, width):
            raise Unusable(ONLY_A_DOT)
        picture = prepared(content, data.about.centred)
        return _last(picture, _("Your drawing, as the models see it."), DRAWN), seen
    except ValueError as error:
        return _instead(str(error), data), seen


def undo_and_clear() -> None:
    """Draws the tools of the canvas in the container CANVAS."""
    st.button(
        _("Undo"),
        key="canvas_undo",
        icon=":material/undo:",
        on_click=guarded(canvas.undo),
        help=_("Takes the last stroke back."),
    )
    st.button(
        _("Clear"),
        key="canvas_clear",
        icon=":material/delete:",
        on_click=guarded(canvas.clear),
        help=_("Empties the square."),
    )
    says = {
        "name": _("Square to draw in"),
        "down": _("Pen down."),
        "up": _("Pen up."),
        "place": _("{x} across, {y} down"),  # of 100; filled by canvas.js
    }
    data = " ".join(f'data-{name}="{escape(words)}"' for name, words in says.items())
    keys = escape(
        _("Arrow keys move the pen, two at once move it aslant. Space puts it down, and lifts it again.")
    )
    st.html(
        f'<p class="kd-unseen kd-canvas-says" role="status" {data}></p>'
        f'<p hidden id="kd-canvas-keys">{keys}</p>'
        f"<script>{_script()}</script>",
        unsafe_allow_javascript=True,
    )


def chosen(
    tools: DeltaGenerator, run_id: str, logits: np.ndarray, drawings: DrawingSets, data: DataSet
) -> Seen:
    """Draws what chooses a test picture: a number, chance, or in tools a strip. logits: (n, classes).

    drawings: of classes, which the strip may show instead; they are of digits.
    """
    seen = st.container(key="seen_large")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        given = _numbered(data)
        st.button(_("Random"), on_click=guarded(lambda: _any_picture(data)), help=_("Any test picture."))
    with tools:
        names = drawings.names() if data.about.id == MNIST else []
        classes = {f"class {name}": name for name in names}
        labels = {str(number): name for number, name in enumerate(data.about.classes)}
        options = [_AMBIGUOUS, *labels, *classes]
        words = {_AMBIGUOUS: _("Ambiguous ones"), **labels}
        words |= {code: _("Class {name}", name=name) for code, name in classes.items()}
        of = address.kept(
            address.choice(N_("There is no strip of “{text}” here."), dict.fromkeys(options, "")),
            st.pills,
            _("Choose from"),
            options,
            required=True,
            wrap=True,
            key="strip_of",
            format_func=lambda of: words.get(of, of),
            help=_(
                "The twelve pictures that the teacher is least sure about; or twelve with one label, from "
                "the surest to the most doubtful; or what a class has drawn and kept."
            ),
        )
        if of in classes:
            _of_a_class(given, classes[of], drawings[classes[of]])
        else:
            _of_tests(str(of), run_id, logits, data)
    if st.session_state.pop(_TO_THE_PICTURE, False):
        into_sight("seen_large")
    return given, seen


def _of_tests(of: str, run_id: str, logits: np.ndarray, data: DataSet) -> None:
    """Draws twelve test pictures; a click chooses one. of: _AMBIGUOUS, or the number of a class."""
    labels = data.y_test

    def offered() -> pd.DataFrame:
        if of == _AMBIGUOUS:
            return most_ambiguous(labels, logits, STRIP)
        return from_the_surest(labels, logits, int(of), STRIP)

    table = computed(run_id, "strip", of, _compute=offered)
    numbers = tuple(table["picture"].astype(int))
    named = [data.about.classes[label] for label in table["true"]]
    is_mnist = data.about.id == MNIST  # longer names leave no room for more
    said = tuple(_("label {label}", label=name) if is_mnist else name for name in named)
    strip(numbers, said, "pictures", _from_strip, data)


def _of_a_class(given: Given, name: str, drawings: Drawings) -> None:
    """Draws what a class has drawn; a click shows a drawing until another picture is chosen."""

    def clicked(number: int) -> None:
        digit = int(drawings.digits[number - 1])
        origin = _("A drawing of class {name}, asked for a {digit}.", name=name, digit=digit)
        keep(to_model_input(drawings.pictures[[number - 1]])[0, :, :, 0], given, origin)
        st.session_state[_TO_THE_PICTURE] = True

    numbers = range(1, len(drawings.digits) + 1)
    captions = [_("asked for {digit}", digit=digit) for digit in drawings.digits]
    _strip(drawings.pictures, numbers, captions, f"drawings-{name}", clicked, count=len(numbers))


def _from_strip(number: int) -> None:
    st.session_state.update({"picture": number, _TO_THE_PICTURE: True})


def _numbered(data: DataSet) -> Given:
    """Draws a field for the number of a test picture; returns that picture."""
    number = picture_number(
        data, st.number_input, _("Test picture"), key="picture", on_change=guarded(notices.clear)
    )
    picture, label = test_picture(number, data)
    said = test_picture_sentence(number, data.about.classes[label])
    return Given(picture, said, label, number=number)


def picture_number(data: DataSet, field: Callable[..., Any], label: str, key: str, **options: Any) -> int:
    """Draws a field for the number of a test picture, which the address keeps; returns the number."""
    address.take({key: PICTURE_PARAMETER})
    asked, first = st.session_state[key], first_picture(data)
    if asked >= data.about.test:  # as for another data set
        if address.all_of(key):
            notices.add(_no_such_picture(str(asked), data.about.test, first))
        st.session_state[key] = first
    options = {"key": key, "help": test_picture_help(data), **options}
    return address.kept(PICTURE_PARAMETER, field, label, 0, data.about.test - 1, **options)


def test_picture_sentence(number: int, label: str | int) -> str:
    return _("Test picture {number}. Its label says {label}.", number=numeral(number), label=label)


def uploaded(data: DataSet) -> Seen:
    """Draws a field for a picture file; gives what is in it, or a test picture."""
    seen = st.container(key="seen_large")
    file = st.file_uploader(
        _("A picture of one digit") if data.about.id == MNIST else _("A picture"),
        key="upload",
        help=_("PNG, JPEG, WebP, BMP or GIF, up to 10 MB. Light on dark or dark on light."),
        max_upload_size=10,
    )
    if file is None:
        words = N_("Nothing is uploaded yet, so this is test picture {number}, labelled {label}.")
        return _first_picture(words, data), seen
    try:
        picture = prepared(file.getvalue(), data.about.centred)
        return _last(picture, _("Your picture, as the models see it."), UPLOADED), seen
    except ValueError as error:
        return _instead(str(error), data), seen


def _last(picture: np.ndarray, origin: str, source: str) -> Given:
    """Keeps what the person gave, to show again while the next thing that they give cannot be shown."""
    given = st.session_state[_LAST] = Given(picture, origin, source=source)
    return given


def _instead(problem: str, data: DataSet) -> Given:
    """Returns the person's last picture, or else a test picture. problem: why not what they gave."""
    last = st.session_state.get(_LAST)
    if last is None:
        message = N_("Until then, the answers are to test picture {number}, labelled {label}.")
        return replace(_first_picture(message, data), problem=problem)
    origin = _("Until then, the answers are to your last picture.")
    return replace(last, origin=origin, source=None, problem=problem)


def _first_picture(message: str, data: DataSet) -> Given:
    """Returns the picture shown before a person gives one. message: with places for number and label."""
    number = first_picture(data)
    picture, label = test_picture(number, data)
    origin = _(message, number=numeral(number), label=data.about.classes[label])
    return Given(picture, origin, label, number=number)


def _any_picture(data: DataSet) -> None:
    notices.clear()
    st.session_state["picture"] = int(np.random.default_rng().integers(data.about.test))


def _picture_number(text: str) -> int:
    most = max(each.test for each in known())
    if text.isdecimal() and len(text) < 9 and int(text) < most:
        return int(text)
    raise Unusable(_no_such_picture(text, most, FIRST_PICTURE))


def _no_such_picture(text: str, count: int, shown: int) -> str:
    return _(
        "There is no test picture “{text}”: they are numbered from 0 to {last}. This is number {shown}.",
        text=notices.cut(text),
        last=numeral(count - 1),
        shown=numeral(shown),
    )


WAY_PARAMETER = address.choice(N_("There is no way “{text}” to a picture: use {allowed}."), WAYS)
_THINNEST, _THICKEST = 8, 40
PEN_PARAMETER = address.whole("pen", _THINNEST, _THICKEST, 22)
PICTURE_PARAMETER = address.Parameter(_picture_number, str, FIRST_PICTURE)


_KEPT = "kept_picture"


def keep(picture: np.ndarray, instead_of: Given, origin: str) -> None:
    """Shows this picture until another one is given than instead_of. origin: where it comes from."""
    st.session_state[_KEPT] = (Given(picture, origin), digest(instead_of.picture))


def let_go() -> None:
    """Shows what is given."""
    st.session_state.pop(_KEPT, None)


def kept_instead_of(given: Given) -> Given | None:
    """Returns what to show instead of what is given, or None."""
    if _KEPT not in st.session_state:
        return None
    kept, replaced = st.session_state[_KEPT]
    if replaced != digest(given.picture):
        let_go()
        return None
    return kept


def digest(picture: np.ndarray) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


@cache
def _script() -> str:
    return Path(__file__).with_name("canvas.js").read_text(encoding="utf-8")


def strip(
    numbers: Sequence[int],
    captions: Sequence[str],
    name: str,
    pick: Callable[[int], None],
    data: DataSet | None = None,
) -> None:
    """Draws test pictures; pick gets the number of a click. name: of the file they are saved in."""
    data = data_set(MNIST) if data is None else data
    _strip(data.x_test[list(numbers)], numbers, captions, name, pick, STRIP)


def _strip(
    pictures: np.ndarray,
    numbers: Sequence[int],
    captions: Sequence[str],
    name: str,
    pick: Callable[[int], None],
    count: int,
) -> None:
    """Draws pictures to click, with room for so many."""

    def clicked(number: int) -> None:
        notices.clear()
        pick(number)

    rows = thumbnail_rows(pictures, numbers, captions)
    with framed(name, titled=False):
        words = pictures_words(numbers, captions)
        thumbnails(name, f"strip-{name}", rows, words, clicked, columns=4, count=count)
