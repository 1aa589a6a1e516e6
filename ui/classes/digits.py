"""Digits of the class: a canvas on the phones, the drawings and who reads them on the wall."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from kd.charts.drawing_charts import drawing_chart, drawing_rows, reading_chart, reading_rows
from kd.classes.digits import Digits, Reading, concluded, hardest, readings, said
from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.pictures.drawing import ONLY_A_DOT, prepared
from kd.store.classes import OPEN, REVEALED
from kd.text.translation import _, ngettext
from kd.text.words import MODELS
from ui.classes.phone import say, thumb
from ui.pictures import canvas
from ui.pictures.ways_in import CANVAS, undo_and_clear
from ui.shared import notices
from ui.shared.figure import figure
from ui.shared.guard import guarded
from ui.shared.markup import literal, pixels, role
from ui.shared.person import script_run
from ui.shared.pieces import acts, quiet

_PEN = 24
_PICKED, _AGAIN = "class_picked", "class_again"
# What stands on the wall: lines by the number of drawings, and of the hardest when all is revealed.
_MOST = 36
_COLUMNS = {3: 1, 8: 2, 30: 3, _MOST: 4}
_HARDEST = 8


class _Drawn(NamedTuple):
    """All drawings so far, in their order."""

    numbers: list[int]
    people: list[str]
    asked: np.ndarray
    pictures: np.ndarray
    logits: dict[str, np.ndarray]
    found: dict[str, Reading]


def headline(_lab: Lab, room: Class, view: ClassView) -> str:
    """Says how well the models read the class so far; when it is revealed, what that tells."""
    drawn = _drawn(room, view)
    if drawn is None:
        return _("Draw the digit that your phone asks for.")
    if view.phase == REVEALED:
        return concluded(drawn.found, drawn.people)
    done = sum(view.activity.is_done(view.answers_of(each.person)) for each in view.pupils)
    return said(drawn.found, done, len(view.pupils) - done)


def wall(_lab: Lab, room: Class, view: ClassView) -> None:
    """Draws the drawings with the models' answers; when revealed, the hardest, and how many each reads."""
    drawn = _drawn(room, view)
    if drawn is None:
        quiet(_("The drawings appear here, and under each what the three models say."))
        return
    count = len(drawn.numbers)
    words = headline(_lab, room, view)
    if view.phase != REVEALED:
        _pictures(view, drawn, range(max(0, count - _MOST), count), words)
    else:
        left, right = st.columns([2, 3], gap="medium")
        with left:
            figure("class-reading", reading_chart, reading_rows(drawn.found), words)
        with right:
            order = hardest(drawn.asked, drawn.logits)
            _pictures(view, drawn, order[:_HARDEST], words)
    with st.container(horizontal=True, vertical_alignment="center", key="class_drawings"):
        _remove(room, view, drawn)
        st.space("stretch")
        _keep(room)


def phone(_lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the canvas for the digit that is asked for; then each drawing with the models' answers."""
    activity, pupil, own = view.activity, view.pupil(person), view.answers_of(person)
    assert isinstance(activity, Digits)
    assert pupil is not None
    sent = {answer.key for answer in own}
    keys = [str(number) for number in range(activity.times)]
    again = st.session_state.get(_AGAIN)
    missing = [key for key in keys if key not in sent]
    key = again if again in sent else next(iter(missing), None)
    if view.phase == OPEN and key is not None:
        _draw(room, person, activity, pupil.number, key)
    elif view.phase != OPEN and not own:
        say(_("You drew nothing this time. Watch the wall."))
    elif view.phase == OPEN:
        say(_("Your drawings are on the wall.") if activity.times > 1 else _("Your drawing is on the wall."))
    _own(room, view, person)


def _draw(room: Class, person: str, activity: Digits, number: int, key: str) -> None:
    """Draws the canvas, and what sends it."""
    digit = activity.digit(number, key)
    words = _("Draw a {digit}.", digit=digit)
    if activity.times > 1:
        words = _(
            "{number} of {count}: draw a {digit}.", number=int(key) + 1, count=activity.times, digit=digit
        )
    say(words)
    place = st.container(key=CANVAS)
    with st.container(key="canvas_row", horizontal=True, vertical_alignment="center", gap="small"):
        undo_and_clear()
    problem, picture = "", None
    try:
        with place:
            drawing = canvas.canvas(_PEN, f"{room.code} {person} {key}")
        if drawing is not None:
            content, ink = drawing
            if canvas.is_a_dot(ink, _PEN):
                raise ValueError(_(ONLY_A_DOT))
            picture = np.round(255 * prepared(content)).astype(np.uint8)
    except ValueError as error:
        problem = str(error)
    if problem:
        quiet(problem)

    def send() -> None:
        if picture is None:
            notices.add(problem or _("Draw first: the square is empty."))
            return
        room.answer(person, key=key, picture=picture)
        st.session_state.pop(_AGAIN, None)
        canvas.clear()

    with thumb():
        pressed = st.button(
            _("Send my {digit}", digit=digit),
            key="class_send",
            type="primary",
            width="stretch",
            help=_("Puts your drawing on the wall; the models read it there."),
        )
    if pressed:  # not a callback: that would be of a page drawn before the last stroke arrived
        acts(send)()
        st.rerun(scope="fragment" if script_run().fragment_ids_this_run else "app")


def _own(room: Class, view: ClassView, person: str) -> None:
    """Draws what one has sent, with the models' answers, and the way to draw it once more."""
    drawn = _drawn(room, view)
    own = [] if drawn is None else [n for n, who in enumerate(drawn.people) if who == person]
    if drawn is None or not own:
        return
    keys = {answer.number: answer.key for answer in view.answers_of(person)}
    for n in own:
        asked = int(drawn.asked[n])
        says = {model: int(drawn.logits[model][n].argmax()) for model in MODELS}
        marks = {model: "✓" if digit == asked else "✗" for model, digit in says.items()}
        answers = "".join(f"<li>{role(model)} <b>{says[model]}</b> {marks[model]}</li>" for model in says)
        picture = pixels(drawn.pictures[n] / 255, _("Your {digit}.", digit=asked))
        st.html(f'<div class="kd kd-mine">{picture}<ul>{answers}</ul></div>')
        if view.phase == OPEN:
            st.button(
                _("Draw this {digit} again", digit=asked),
                key=f"class_again_{keys[drawn.numbers[n]]}",
                type="tertiary",
                help=_("The new drawing takes the place of this one."),
                on_click=acts(st.session_state.update, {_AGAIN: keys[drawn.numbers[n]]}),
            )
    right = sum(int(drawn.logits["teacher"][n].argmax() == drawn.asked[n]) for n in own)
    words = ngettext(
        "The teacher read {right} of your {count}.",
        "The teacher read {right} of your {count}.",
        len(own),
        right=right,
        count=len(own),
    )
    if len(own) > 1:
        quiet(words)


def _pictures(view: ClassView, drawn: _Drawn, places: range | list[int], words: str) -> None:
    """Draws some of the drawings; a click chooses one."""
    at, numbers = list(places), [drawn.numbers[place] for place in places]
    captions = [view.called(drawn.people[place]) if view.names else _("one of you") for place in at]
    says = {model: drawn.logits[model][at].argmax(axis=1) for model in MODELS}
    rows = drawing_rows(drawn.pictures[at], numbers, captions, drawn.asked[at], says)
    lines = next((lines for most, lines in _COLUMNS.items() if len(at) <= most), _COLUMNS[_MOST])
    columns = max(3, -(-max(len(at), 1) // lines)) if view.phase == REVEALED else _columns(lines)
    called = _("The hardest drawings") if view.phase == REVEALED else _("What the models say of each drawing")
    shape: dict[str, Any] = {"columns": columns, "lines": lines, "called": called}
    figure("class-drawings", drawing_chart, rows, words, on_select=guarded(_pick), **shape)


def _hardest(view: ClassView, drawn: _Drawn) -> str:
    """Says which drawing was the hardest, and what the models took it for."""
    place = hardest(drawn.asked, drawn.logits)[0]
    digit = int(drawn.asked[place])
    says = {model: int(drawn.logits[model][place].argmax()) for model in MODELS}
    if set(says.values()) == {digit}:
        return _("Every model reads every drawing.")
    whose = _("the {digit} of {name}", digit=digit, name=view.called(drawn.people[place]))
    return _(
        "The hardest: {whose}. The teacher says {teacher}, the students {distilled} and {scratch}.",
        whose=whose if view.names else _("a {digit}", digit=digit),
        **says,
    )


def _columns(lines: int) -> int:
    """Returns how many drawings stand in a line, the same until there is another line."""
    most = max(most for most, each in _COLUMNS.items() if each == lines)
    return -(-most // lines)


def _pick() -> None:
    points = st.session_state["class-drawings"].selection.picked
    st.session_state[_PICKED] = int(points[0]["picture"]) if points else None


def _remove(room: Class, view: ClassView, drawn: _Drawn) -> None:
    """Draws what removes the drawing that was clicked."""
    number = st.session_state.get(_PICKED)
    answer = next((each for each in view.answers if each.number == number), None)
    if answer is None:
        quiet(_hardest(view, drawn) if view.phase == REVEALED else _("Click a drawing to remove it."))
        return
    whose = _("Remove the {digit} of {name}", digit=answer.value, name=literal(view.called(answer.person)))
    st.button(
        whose if view.names else _("Remove this {digit}", digit=answer.value),
        key="class_remove_drawing",
        icon=":material/delete:",
        help=_("It goes from the wall and from the numbers; its person may draw another."),
        on_click=acts(room.remove_answer, answer.number),
    )


def _keep(room: Class) -> None:
    st.button(
        _("Keep the drawings"),
        key="class_keep",
        type="tertiary",
        icon=":material/inventory_2:",
        help=_("Otherwise they are deleted with the class. Kept without names, as test pictures for Draw."),
        on_click=acts(
            lambda: notices.add(_("Kept as {name}: Draw and kd predict can use them.", name=room.keep()))
        ),
    )


def _drawn(room: Class, view: ClassView) -> _Drawn | None:
    """Returns all drawings with what the models make of them, once for wall and phones; None if none."""
    if not view.answers:
        return None
    return _read(view.code, view.created, view.place, view.round, view.version, room, view)


@st.cache_resource(max_entries=50, show_spinner=False)
def _read(
    code: str, created: float, place: int, round: int, version: int, _room: Class, _view: ClassView
) -> _Drawn | None:
    pictures, answers = _room.pictures(place, round), {each.number: each for each in _view.answers}
    numbers = [number for number in pictures if number in answers]
    if not numbers:
        return None
    logits = {
        model: values[[n in answers for n in pictures]] for model, values in _room.read(place, round).items()
    }
    people, asked = [answers[n].person for n in numbers], np.array([answers[n].value for n in numbers])
    stacked = np.array([pictures[number] for number in numbers])
    return _Drawn(numbers, people, asked, stacked, logits, readings(asked, people, logits))
