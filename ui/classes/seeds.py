"""Thirty seeds: a button on the phones, a dot a person on the wall."""

from __future__ import annotations

import streamlit as st

from kd.charts.class_charts import MOST_NAMED, course, gain_rows, gain_ticks, swarm
from kd.classes.gains import Gains, first_sentence, gains, own_sentence, sentence, verdict_note
from kd.classes.seeds import Seeds
from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.store.classes import FROZEN, LANDED, OPEN, REVEALED, TRAINING
from kd.text.translation import _
from kd.text.words import accuracy
from ui.classes import training
from ui.classes.phone import among, say
from ui.shared.figure import figure
from ui.shared.pieces import quiet

_FEWEST_IN_COURSE = 10
"""The axis of repeats goes on at least so far: it seldom moves while they land."""


def headline(lab: Lab, room: Class, view: ClassView) -> str:
    """Says what the repeats say together, and the verdict once no more answers are taken."""
    return sentence(_found(lab, view), _is_over(view))


def wall(lab: Lab, room: Class, view: ClassView) -> None:
    """Draws a dot a person, the mean as it gets surer, and what the first dot alone would have said."""
    found = _found(lab, view)
    names = [view.called(each) if view.names else _("one of you") for each in found.people]
    count = len(found.own)
    is_named = view.names and 0 < count <= MOST_NAMED
    rows, ticks = gain_rows(found, names, is_named), gain_ticks(found)
    words, most = sentence(found, _is_over(view)), int(rows["up"].abs().max()) if count else 0
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figure("class-gains", swarm, rows, words, ticks=ticks, most=most, is_named=is_named)
    with right:
        last = max(_FEWEST_IN_COURSE, count)
        figure("class-course", course, rows, words, ticks=ticks, last=last)
    name = view.called(found.people[0]) if view.names and count else ""
    left_over = training.still_words(view)
    said = [left_over, first_sentence(found, name), verdict_note(found, _is_over(view))]
    quiet(" ".join(filter(None, said)), "seed")


def phone(lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the button that trains one's student, then what it gained and where that lies among all."""
    activity, answers = view.activity, view.answers_of(person)
    assert isinstance(activity, Seeds)
    answer = answers[0] if answers else None
    is_open = view.phase == OPEN
    if answer is not None and answer.status == TRAINING:
        training.under_way(lab, answer)
        return
    found = _found(lab, view)
    if answer is not None and answer.status == LANDED and person in found.people:
        _own(found, found.people.index(person))
        if _is_over(view):
            quiet(headline(lab, room, view))
        return
    if answer is None:
        say(
            _(
                "The same setting for all. Only chance differs, by your repeat (seed): which images, "
                "in what order, from which first weights."
            )
            if is_open
            else _("You trained no student this time. Watch the wall.")
        )
        label = _("Train my student")
    else:
        say(_("Your student's training was stopped."))
        label = _("Train again")
    if is_open:
        pupil = view.pupil(person)
        config = activity.config(None, pupil.number if pupil else 0, ())
        training.train_button(lab, room, person, config, label)


def _own(found: Gains, number: int) -> None:
    """Draws one's own result, and all others on a scale."""
    say(own_sentence(found.own[number], found.own))
    low, high = found.low[-1], found.high[-1]
    band = (low, high) if low == low and len(found.own) > 2 else None
    with_teacher, without = map(accuracy, found.right[number])
    quiet(_("{first} with the teacher, {second} without.", first=with_teacher, second=without))
    among(
        "distilled", found.own, band, number, _("The gains of all, in percentage points; yours is outlined.")
    )


def _is_over(view: ClassView) -> bool:
    """Returns whether it is time for the verdict."""
    return view.phase in (FROZEN, REVEALED)


def _found(lab: Lab, view: ClassView) -> Gains:
    return training.landed(lab, view, gains)
