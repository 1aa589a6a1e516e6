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
from kd.text.translation import _
from kd.text.words import a_digit
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
_LINES = {3: 1, 8: 2, 30: 3, 36: 4}
"""So many drawings on the wall → in how many lines they stand."""
_MOST, _HARDEST = 36, 8


class _Drawn(NamedTuple):
    """All drawings so far, in their order. says: model → digits. order: their places, the hardest first."""

    numbers: list[int]
    people: list[str]
    asked: np.ndarray
    pictures: np.ndarray
    says: dict[str, np.ndarray]
    order: list[int]
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
    count, words = len(drawn.numbers), headline(_lab, room, view)
    if view.phase != REVEALED:
        _pictures(view, drawn, range(max(0, count - _MOST), count), words)
    else:
        left, right = st.columns([2, 3], gap="medium")
        with left:
            figure("class-reading", reading_chart, reading_rows(drawn.found), words)
        with right:
            _pictures(view, drawn, drawn.order[:_HARDEST], words)
    with st.container(horizontal=True, vertical_alignment="center", key="class_drawings"):
        _remove(room, view, drawn)
        st.space("stretch")
        _keep(room)


def phone(_lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the canvas for the digit that is asked for; then each drawing with the models' answers."""
    activity, pupil, own = view.activity, view.pupil(person), view.answers_of(person)
    assert isinstance(activity, Digits)
    assert pupil is not None
    sent = [answer.key for answer in own]
    again = st.session_state.get(_AGAIN)
    missing = (each for each in map(str, range(activity.times)) if each not in sent)
    key = again if again in sent else next(missing, None)
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
    words = _("Draw {a_digit}.", a_digit=a_digit(digit))
    turn = _("{place} of {count}", place=int(key) + 1, count=activity.times)
    say(f"{turn}: {words}" if activity.times > 1 else words)
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
            help=_("Puts your drawing on the wall, where the models read it."),
        )
    if pressed:  # not a callback: that would be of a page drawn before the last stroke arrived
        acts(send)()
        st.rerun(scope="fragment" if script_run().fragment_ids_this_run else "app")


def _own(room: Class, view: ClassView, person: str) -> None:
    """Draws what one has sent, with the models' answers, and the way to draw it once more."""
    drawn, keys = _drawn(room, view), {answer.number: answer.key for answer in view.answers_of(person)}
    if drawn is None:
        return
    own = [place for place, who in enumerate(drawn.people) if who == person]
    right = drawn.says["teacher"] == drawn.asked
    for place in own:
        asked, key = int(drawn.asked[place]), keys[drawn.numbers[place]]
        answers = "".join(
            f"<li>{role(model)} <b>{digits[place]}</b> {'✓' if digits[place] == asked else '✗'}</li>"
            for model, digits in drawn.says.items()
        )
        picture = pixels(drawn.pictures[place] / 255, _("Your {digit}.", digit=asked))
        st.html(f'<div class="kd kd-mine">{picture}<ul>{answers}</ul></div>')
        if view.phase == OPEN:
            st.button(
                _("Draw this {digit} again", digit=asked),
                key=f"class_again_{key}",
                type="tertiary",
                help=_("The new drawing takes the place of this one."),
                on_click=acts(st.session_state.update, {_AGAIN: key}),
            )
    if len(own) > 1:
        quiet(_("The teacher read {right} of your {count}.", right=int(right[own].sum()), count=len(own)))


def _pictures(view: ClassView, drawn: _Drawn, places: range | list[int], words: str) -> None:
    """Draws some of the drawings; a click chooses one."""
    at, numbers = list(places), [drawn.numbers[place] for place in places]
    captions = [view.called(drawn.people[place]) if view.names else _("one of you") for place in at]
    says = {model: digits[at] for model, digits in drawn.says.items()}
    rows = drawing_rows(drawn.pictures[at], numbers, captions, drawn.asked[at], says)
    most, lines = next(each for each in _LINES.items() if len(at) <= each[0])
    called = _("The hardest drawings") if view.phase == REVEALED else _("What the models say of each drawing")
    shape: dict[str, Any] = {"columns": -(-most // lines), "lines": lines, "called": called}
    figure("class-drawings", drawing_chart, rows, words, on_select=guarded(_pick), **shape)


def _whose(view: ClassView, digit: int, person: str) -> str:
    """Names a drawing: "the 7 of Ana", or without names "this 7"."""
    if not view.names:
        return _("this {digit}", digit=digit)
    return _("the {digit} of {name}", digit=digit, name=view.called(person))


def _hardest(view: ClassView, drawn: _Drawn) -> str:
    """Says which drawing was the hardest, and what the models took it for."""
    place = drawn.order[0]
    digit, says = int(drawn.asked[place]), {model: int(each[place]) for model, each in drawn.says.items()}
    if set(says.values()) == {digit}:
        return _("Every model reads every drawing.")
    return _(
        "The hardest: {whose}. The teacher says {teacher}, the students {distilled} and {scratch}.",
        whose=_whose(view, digit, drawn.people[place]),
        **says,
    )


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
    whose = literal(_whose(view, answer.value, answer.person))
    st.button(
        _("Remove {whose}", whose=whose),
        key="class_remove_drawing",
        icon=":material/delete:",
        help=_("Takes it off the wall and out of the numbers. Whoever drew it may draw another."),
        on_click=acts(room.remove_answer, answer.number),
    )


def _keep(room: Class) -> None:
    st.button(
        _("Keep the drawings"),
        key="class_keep",
        type="tertiary",
        icon=":material/inventory_2:",
        help=_(
            "Keeps them without names, as test pictures for Draw. Otherwise they are deleted with the class."
        ),
        on_click=acts(
            lambda: notices.add(_("Kept as {name}: Draw and kd predict can use them.", name=room.keep()))
        ),
    )


def _drawn(room: Class, view: ClassView) -> _Drawn | None:
    """Returns all drawings with what the models make of them, once for wall and phones; None if none."""
    return _read(view.code, view.created, view.version, room, view) if view.answers else None


@st.cache_resource(max_entries=50, show_spinner=False)
def _read(code: str, created: float, version: int, _room: Class, _view: ClassView) -> _Drawn | None:
    pictures = _room.pictures(_view.place, _view.round)
    answers = [each for each in _view.answers if each.number in pictures]
    if not answers:  # it was removed meanwhile
        return None
    numbers, people = [each.number for each in answers], [each.person for each in answers]
    asked, stacked = np.array([each.value for each in answers]), [pictures[number] for number in numbers]
    logits = _room.read(stacked)
    says = {model: values.argmax(axis=1) for model, values in logits.items()}
    found, order = readings(asked, people, logits), hardest(asked, logits)
    return _Drawn(numbers, people, asked, np.array(stacked), says, order, found)
