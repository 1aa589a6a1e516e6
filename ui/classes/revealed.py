"""A class's guesses on the wall, once they are revealed: over what came out, beside what the paper says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.experiment_charts import experiment_lines, line_labels
from kd.charts.experiment_plan import INCLUDED, guess_rows, number, values_axis
from kd.charts.guess_charts import bar_rows, curve_rows, dot_rows, guess_bars, guess_dots, guess_ticks
from kd.classes.guess import Guess, closest, counted, drawn, found, median, right_answers
from kd.lab.classes import ClassView
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.judging import judged
from kd.studies.experiments.rows import shipped_findings
from kd.text.experiment_words import finding_words
from kd.text.experiment_words import headline as told
from kd.text.study_words import signed
from kd.text.translation import _, ngettext, numeral
from kd.text.words import listing, sentence_case
from ui.shared.experiment_charts import chart_rows, included_runs, plan_of
from ui.shared.figure import figure
from ui.shared.judged import badge

_HEIGHT, _MOST_NAMED = 215, 3


def came_out(view: ClassView, activity: Guess) -> str:
    """Says in one sentence what came out, and beside one number the median guess."""
    experiment = activity.experiment
    if experiment is None:
        result = finding_words(found(activity))
        if not view.answers:
            return _("It is {found}.", found=result)
        middle = float(median([each.value for each in view.answers]))
        return _("It is {found}; the median guess is {middle}.", found=result, middle=signed(middle, 1))
    code = experiment.headline
    known = {length: each[code] for length, each in shipped_findings(activity.about).items()}
    return next(iter(told(experiment.outcomes[code], known).values()), _("Nothing is known yet."))


def draw(view: ClassView, activity: Guess) -> None:
    """Draws everybody's guesses over what came out."""
    if activity.experiment is None:
        _numbers(view, activity)
    elif activity.experiment.guess.drawn:
        guesses = _named(view)
        close = _closest(view, drawn(activity.about))
        curves(activity, guesses, median([*guesses.values()]).tolist() if guesses else (), close=close)
        st.html(f'<div class="kd kd-beside kd-below"><p>{escape(close)}</p>{_paper(activity)}</div>')
    else:
        _answers(view, activity)


def curves(
    activity: Guess,
    guesses: Mapping[str, Sequence[float]],
    middle: Sequence[float],
    is_known: bool = True,
    close: str = "",
) -> None:
    """Draws everybody's curve thin, the median guess (middle), and what came out, unless it is not known."""
    _chart(activity, curve_rows(plan_of(EXPERIMENTS[activity.about]), guesses, middle), is_known, close)


def own_curve(activity: Guess, guess: Sequence[float]) -> None:
    """Draws one guess over what came out."""
    _chart(activity, guess_rows(plan_of(EXPERIMENTS[activity.about]), guess), True, "")


def _chart(activity: Guess, guessed: pd.DataFrame, is_known: bool, more: str) -> None:
    experiment = EXPERIMENTS[activity.about]
    plan, words, parts = plan_of(experiment), "", [guessed]
    if is_known:
        longest = [*experiment.lengths][-1]
        known = chart_rows(experiment, longest, INCLUDED, INCLUDED, included_runs(experiment.name))
        values = ", ".join(f"{number(row.value, plan.signed)} ({row.setting})" for row in known.itertuples())
        parts, words = [known, *parts], f"{values}. {more}"
    rows = pd.concat([each for each in parts if len(each)] or parts, ignore_index=True)
    if is_known:  # nothing is given away any more: the axis is tight around what is drawn
        plan = replace(plan, axis=values_axis([0.0, *rows["value"]], plan.unit))
    rows = line_labels(rows, plan.axis, _HEIGHT)
    key = "class-curves" if is_known else "class-empty"
    figure(key, experiment_lines, rows, f"{plan.title}: {words}", plan=plan, height=_HEIGHT)


def _numbers(view: ClassView, activity: Guess) -> None:
    """Draws everybody's number over what came out."""
    result, guesses = found(activity), _named(view)
    ticks = guess_ticks([*guesses.values()], result.low, result.high)
    middle = float(median([*guesses.values()]))
    rows = dot_rows(guesses, ticks, (result.mean, result.low, result.high), middle)
    close = _closest(view, result.mean)
    words = f"{came_out(view, activity)} {close}"
    most = int(rows["up"].max()) + 1
    figure("class-guesses", guess_dots, rows, words, ticks=ticks, most=most)
    st.html(f'<div class="kd kd-beside"><p>{escape(close)}</p></div>')


def _answers(view: ClassView, activity: Guess) -> None:
    """Draws how many chose each answer, and beside it what came out and what the paper says."""
    experiment, result = EXPERIMENTS[activity.about], found(activity)
    choices, right = experiment.guess.choices, right_answers(experiment, result)
    counts = counted([each.value for each in view.answers], choices)
    called = {code: f"{'✓ ' * (code in right)}{_(each.label)}" for code, each in choices.items()}
    shown = {called[code]: count for code, count in counts.items()}
    words = _("Guesses: {counts}.", counts=listing([f"{name}: {count}" for name, count in shown.items()]))
    left, beside = st.columns([3, 2], gap="medium")
    with left:
        figure(
            "class-guesses", guess_bars, bar_rows(shown), words,
            answers=tuple(shown), most=max(counts.values()),
        )  # fmt: skip
    with beside:
        said = _("Not settled: the likely range covers more than one answer.")
        if right:
            sure = sum(counts[code] for code in right)
            said = ngettext(
                "{right} of {count} guess was right.", "{right} of {count} guesses were right.",
                len(view.answers), right=sure,
            )  # fmt: skip
            said = " ".join(filter(None, (said, _right_ones(view, right))))
        measured, also = experiment.guess.measured, ""
        if measured != experiment.headline:
            label = sentence_case(experiment.label(measured))
            also = _("{label}: {found}.", label=label, found=finding_words(result))
        st.html(
            f'<div class="kd kd-beside"><p><b>{escape(said)}</b></p>'
            f"<p>{escape(also)}</p>{_paper(activity)}</div>"
        )


def _right_ones(view: ClassView, right: Sequence[str]) -> str:
    people = [view.called(each.person) for each in view.answers if each.value in right]
    if not view.names or not 0 < len(people) <= _MOST_NAMED:
        return ""
    return _("Well guessed, {names}.", names=listing(people))


def _paper(activity: Guess) -> str:
    """Returns the paper's claim about what is guessed, and whether it holds here, as HTML."""
    experiment = EXPERIMENTS[activity.about]
    measured = experiment.guess.measured
    claim = next((each for each in experiment.claims if each.measured == measured), None)
    claim = claim or next(iter(experiment.claims), None)
    if claim is None:
        return ""
    finding = [*shipped_findings(activity.about).values()][-1][claim.measured]
    section = claim.section or experiment.paper.section
    source = _("{authors}, {section}", authors=_(experiment.paper.authors), section=_(section))
    return (
        f'<p>{escape(_(claim.text))} <span class="kd-quiet">{escape(source)}</span> '
        f"{badge(judged(finding, claim.expected))}</p>"
    )


def _closest(view: ClassView, truth: Any) -> str:
    """Says who came closest; without names, how close that was."""
    people, away = closest({each.person: each.value for each in view.answers}, truth)
    if not people:
        return ""
    by = _("{points} points", points=numeral(away, ".1f"))
    names = [view.called(person) for person in people]
    if not view.names or len(names) > _MOST_NAMED:
        return _("The closest guess is off by {by}.", by=by)
    return _("Closest: {names}, off by {by}.", names=listing(names), by=by)


def _named(view: ClassView) -> dict[str, Any]:
    """Returns all guesses by their people's names; without names, by numbers."""
    if view.names:
        return {view.called(each.person): each.value for each in view.answers}
    return {_("Guess {number}", number=at): each.value for at, each in enumerate(view.answers, start=1)}
