"""Guess: the question on the phones, everybody's guesses on the wall, over what comes out."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import streamlit as st

from kd.classes.guess import MOST_POINTS, Guess, closer, drawn, found, off
from kd.lab import Lab
from kd.lab.classes import Class, ClassView
from kd.store.classes import OPEN, REVEALED, WAITING
from kd.studies.experiments.judging import judged
from kd.text.experiment_words import guess_words
from kd.text.study_words import signed
from kd.text.translation import _, ngettext, number_marks, numeral
from kd.text.words import plain
from ui.classes import revealed
from ui.classes.phone import among, say, thumb
from ui.live import guessing
from ui.shared.experiment_charts import plan_of
from ui.shared.judged import badge
from ui.shared.mistaken import mistaken_lines
from ui.shared.pieces import acts, quiet

_STEP = 0.5


def headline(lab: Lab, room: Class, view: ClassView) -> str:
    """Counts the guesses while they come in; then says what came out."""
    activity = _activity(view)
    if view.phase == WAITING:
        return _("Guess first. The result is shown once everybody has guessed.")
    if view.phase != REVEALED:
        return _("{count} of {all} have guessed.", count=len(view.answers), all=len(view.pupils))
    return revealed.came_out(view, activity)


def wall(lab: Lab, room: Class, view: ClassView) -> None:
    """Draws what is guessed about, and in the end everybody's guesses over what came out."""
    if view.phase == REVEALED:
        revealed.draw(view, _activity(view))
    else:
        _question(_activity(view), large=True)


def phone(lab: Lab, room: Class, view: ClassView, person: str) -> None:
    """Draws the control to guess with, then one's guess; after the reveal, how near it was."""
    activity, answers = _activity(view), view.answers_of(person)
    guess = answers[0].value if answers else None
    if view.phase == OPEN:
        _ask(room, view, activity, person, guess)
    elif view.phase == REVEALED:
        _own(view, activity, person, guess)
    else:
        say(guessed(activity, guess))
        quiet(_("Guessing is over. Watch the wall."))


def _activity(view: ClassView) -> Guess:
    assert isinstance(view.activity, Guess)
    return view.activity


def _question(activity: Guess, large: bool) -> None:
    """Draws what is guessed about. large: for the wall, with the answers or the empty chart."""
    experiment, config = activity.experiment, activity.setting
    if experiment is None:
        squared = _("with T²") if config.temperature_squared else _("without T²")
        say(
            _(
                "Two students learn from the same {images} images. One also learns from a teacher, at "
                "α = {alpha} and T = {temperature}, {squared}. How much better is it?",
                images=numeral(config.train_size),
                alpha=plain(config.alpha),
                temperature=plain(config.temperature),
                squared=squared,
            )
        )
        return
    say(_(experiment.question))
    if large and experiment.guess.choices:
        items = "".join(f"<li>{escape(_(each.label))}</li>" for each in experiment.guess.choices.values())
        st.html(f'<ul class="kd kd-answers">{items}</ul>')
        mistaken_lines(experiment)
    elif large:
        revealed.curves(activity, {}, (), is_known=False)


def _ask(room: Class, view: ClassView, activity: Guess, person: str, guess: Any) -> None:
    """Draws the control. Whatever is chosen, drawn or let go is sent at once, and can be changed."""
    experiment, key = activity.experiment, f"class_guess_{view.place}_{view.round}"

    def send(value: Any) -> None:
        if value is not None:
            room.answer(person, list(value) if isinstance(value, tuple) else value)

    _question(activity, large=False)
    if experiment is None:
        _ask_number(key, guess, send)
    elif experiment.guess.drawn:
        plan = plan_of(experiment)
        guessing.draw(activity.about, plan, guess, lambda heights: acts(send, heights)())
    else:
        with thumb():
            words = _("Your guess counts as soon as you choose. You may change it until guessing is over.")
            guessing.choose(experiment.guess, key, guess, words, send)
    quiet(
        _("Choose what you expect. Nobody sees it before the reveal.")
        if guess is None
        else _("Your guess is in. You may still change it.")
    )


def _ask_number(key: str, guess: float | None, send: Callable[[Any], None]) -> None:
    usual, is_new = guess or 0.0, key not in st.session_state
    with thumb():
        value = st.slider(
            _("Percentage points that the teacher adds"),
            -MOST_POINTS / 3,
            MOST_POINTS,
            usual,
            _STEP,
            key=key,
            format="localized" if number_marks() else "%+.1f",
            help=_("Below 0, the teacher hurts. Your guess counts when you let go."),
            on_change=acts(lambda: send(st.session_state[key])),
        )
        if is_new and value != usual:  # brought along to a server that was started again
            acts(send, value)()
        st.button(
            _("Guess {points} points", points=signed(value, 1))
            if value != guess
            else _("Your guess: {points} points", points=signed(value, 1)),
            key="class_guess_send",
            type="primary",
            width="stretch",
            disabled=value == guess,
            help=_("Sends this guess. You may change it until your host stops taking guesses."),
            on_click=acts(send, value),
        )


def guessed(activity: Guess, guess: Any) -> str:
    """Says what one has guessed."""
    if guess is None:
        return _("You have not guessed.")
    if activity.experiment is None:
        return _("You guessed {points} points.", points=signed(guess, 1))
    if activity.experiment.guess.drawn:
        return _("You have drawn a guess.")
    return _("You guessed “{guess}”.", guess=_(activity.experiment.guess.choices[guess].label))


def _own(view: ClassView, activity: Guess, person: str, guess: Any) -> None:
    """Draws one's guess against what came out, and how many were closer."""
    experiment = activity.experiment
    if guess is None:
        say(revealed.came_out(view, activity))
    elif experiment is not None and experiment.guess.choices:
        choice, result = experiment.guess.choices[guess], found(activity)
        say(guess_words(_(choice.label), result))
        st.html(f'<p class="kd">{badge(judged(result, choice.expected), of_guess=True)}</p>')
        same = sum(each.value == guess for each in view.answers) - 1
        quiet(ngettext("{count} other chose the same.", "{count} others chose the same.", same))
    elif experiment is None:
        result = found(activity)
        away = off(guess, result.mean)
        say(f"{guessed(activity, guess)} {revealed.came_out(view, activity)}")
        quiet(_place(view, guess, result.mean, away))
        values, own = [each.value for each in view.answers], view.answers.index(view.answers_of(person)[0])
        words = _("Everybody's guesses, in percentage points; the band is what came out. Yours is outlined.")
        among("guessed", values, (result.low, result.high), own, words)
    else:
        truth = drawn(activity.about)
        say(revealed.came_out(view, activity))
        quiet(_place(view, guess, truth, off(guess, truth)))
        revealed.own_curve(activity, guess)


def _place(view: ClassView, guess: Any, truth: Any, away: float) -> str:
    """Says how far off one's guess is, and how many were closer."""
    nearer = closer(guess, [each.value for each in view.answers], truth)
    said = _("Your guess is off by {away} points.", away=numeral(away, ".1f"))
    if not nearer:
        return _("{said} Nobody came closer.", said=said)
    others = ngettext("{count} other was closer.", "{count} others were closer.", nearer)
    return f"{said} {others}"
