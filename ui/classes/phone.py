"""A phone of a class: who one is, what the class does, and what there is to do now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from types import ModuleType
from typing import Any

import streamlit as st

from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.store.classes import WAITING
from kd.text.study_words import signed
from kd.text.translation import _
from ui.shared.dots import dots
from ui.shared.pieces import acts

_NAME = "class_name"


def draw(
    lab: Lab, room: Class, view: ClassView, person: str, shown: ModuleType, follow: Callable[[], None]
) -> None:
    """Draws it for somebody who has joined.

    shown: the module of the activity's kind. follow: draws what says whether the phone is connected.
    """
    with st.container(key="class_phone"):
        _who(room, view, person)
        follow()
        st.html(f'<h2 class="kd kd-activity">{escape(view.activity.title())}</h2>')
        if view.phase == WAITING:
            say(_("Watch the wall. Your host starts this soon."))
        else:
            shown.phone(lab, room, view, person)


def say(sentence: str) -> None:
    """Draws the one sentence that a phone has to say, which screen readers say when it changes."""
    st.html(f'<p class="kd kd-said" role="status">{escape(sentence)}</p>')


def thumb() -> Any:
    """Returns the place for what is pressed, at the lower end of the screen."""
    return st.container(key="class_thumb")


def among(kind: str, points: Sequence[float], band: tuple[float, float] | None, own: int, words: str) -> None:
    """Draws everybody's percentage points as dots, where one's own stands out. words: what they show."""
    strip = dots(points, [_("{points} points", points=signed(each)) for each in points], band, words, own)
    st.html(f'<div class="kd kd-{kind}">{strip}<p class="kd-quiet">{escape(words)}</p></div>')


def gone(sentence: str, leave: Callable[[], None]) -> None:
    """Draws why there is no class here any more, and the way to another."""
    with st.container(key="class_phone"):
        say(sentence)
        with thumb():
            st.button(
                _("Join another class"),
                key="class_leave",
                help=_("Asks for the code of a class."),
                type="primary",
                on_click=acts(leave),
                width="stretch",
            )


def _who(room: Class, view: ClassView, person: str) -> None:
    """Draws one's name, which opens to be changed."""
    called = view.called(person)
    with st.container(key="class_who", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="kd kd-who">{escape(called)}</p>')
        with st.popover(
            _("Change your name"),
            type="tertiary",
            icon=":material/edit:",
            key="class_rename",
            on_change="rerun",
            help=_("A name for this class alone, or none: then you are an animal."),
        ) as menu:
            if menu.open:
                pupil = view.pupil(person)
                st.session_state.setdefault(_NAME, pupil.name if pupil else "")
                st.text_input(
                    _("Name, if you like"),
                    key=_NAME,
                    help=_("Up to 20 characters. The wall may show it."),
                    on_change=acts(lambda: room.join(person, st.session_state[_NAME])),
                )
