"""What activities that train have in common: how long it takes on a phone, and what has landed."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from kd.classes.landed import landed_frame
from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.lab.classes import Class, ClassView
from kd.store.classes import LANDED, TRAINING, Answer
from kd.text.translation import _, ngettext
from kd.text.words import duration
from ui.classes.phone import say, thumb
from ui.shared.pieces import acts, takes

T = TypeVar("T")


def landed(lab: Lab, view: ClassView, of: Callable[[pd.DataFrame], T], *axes: str) -> T:
    """Returns what is made of `kd.classes.landed.landed_frame`: computed once for the wall and all phones.

    of: makes it; one a module.
    """
    numbers = tuple(each.number for each in view.answers if each.status == LANDED)
    found: T = _landed(
        of.__module__, str(lab.store.home), view.code, view.created, numbers, axes, of, lab, view
    )
    return found


@st.cache_resource(max_entries=400, show_spinner=False)
def _landed(
    kind: str,
    home: str,
    code: str,
    created: float,
    numbers: tuple[int, ...],
    axes: tuple[str, ...],
    _of: Callable[[pd.DataFrame], Any],
    _lab: Lab,
    _view: ClassView,
) -> Any:
    return _of(landed_frame(_view.answers, _lab.runs.stored, axes, _view.created))


def still_words(view: ClassView) -> str:
    """Says how many students are still being trained; "" where none is."""
    count = sum(each.status == TRAINING for each in view.answers)
    return (
        ngettext("{count} is still training.", "{count} are still training.", count, count=count)
        if count
        else ""
    )


def train_button(lab: Lab, room: Class, person: str, config: RunConfig, label: str, key: str = "") -> None:
    """Draws the large button that trains. key: of the answer that asks for it."""
    seconds = lab.estimates.together([config])
    with thumb():
        st.button(
            f"{label}, {takes(seconds)}" if seconds else label,
            key="class_train",
            help=_("Trains a student with the teacher and one without, and shows which did better."),
            type="primary",
            on_click=acts(room.answer, person, None, key),
            width="stretch",
        )


def under_way(lab: Lab, answer: Answer) -> None:
    """Draws that a student trains, and about how long it will."""
    run = _run(lab, answer.run_id)
    seconds = None if run is None else _seconds_left(lab, run)
    if run is None or seconds is None:
        say(_("Your student is learning. The result appears here by itself."))
        return
    time = duration(max(1.0, seconds))
    if run.status == "queued" and run.queue_place:
        said = _(
            "Your student is number {place} in line. The result appears here in about {time}.",
            place=run.queue_place,
            time=time,
        )
    else:
        said = _("Your student is learning. The result appears here in about {time}.", time=time)
    say(said)
    st.html(
        '<div class="kd kd-soon" aria-hidden="true">'
        f'<b style="animation-duration:{escape(f"{max(1.0, seconds):.1f}")}s"></b></div>'
    )


def _run(lab: Lab, run_id: str) -> RunView | None:
    try:
        return lab.runs.view(run_id)
    except ValueError:
        return None


def _seconds_left(lab: Lab, run: RunView) -> float | None:
    if run.seconds_left is not None:
        return run.seconds_left
    own = (1 - run.progress) * lab.estimates.seconds(run.config)
    if run.status == "queued":
        return None if run.queue_wait is None else run.queue_wait + own
    return own
