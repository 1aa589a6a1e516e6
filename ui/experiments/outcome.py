"""What an experiment comes to: the guess, the finding, the paper's figure, and the gauges of a mistake."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from html import escape

import pandas as pd
import streamlit as st

from kd.charts.experiment_plan import INCLUDED, line_of, number
from kd.lab.experiments import ExperimentView
from kd.studies.experiments import Experiment
from kd.studies.experiments.experiment import Findings
from kd.studies.experiments.judging import judged, judged_curve
from kd.studies.experiments.rows import late_gain, points
from kd.studies.measures import value
from kd.studies.mistakes import Gauges, MistakeExperiment
from kd.text.experiment_words import (
    before_words,
    curve_words,
    finding_words,
    guess_words,
    late_words,
    paper_words,
    told,
    verdict_word,
)
from kd.text.mistake_words import gradient_words, loss_words, noticed_words
from kd.text.translation import _
from kd.text.words import sentence_case
from ui.experiments import asked as state
from ui.experiments.asked import Asked, when
from ui.shared.pieces import quiet

_MARKS = {"agrees": "✓", "disagrees": "✕", "cannot tell": "?", "not judged yet": "…"}
# In points: where the scale of accuracies ends.
_FURTHEST = 10.0


def sentence(asked: Asked, view: ExperimentView | None) -> str:
    """Returns what has come out so far, at each length, as HTML."""
    found, findings = asked.experiment, asked.findings(view)
    if view is not None and view.active:  # what one seed says may change with the next
        findings = {
            length: {code: each for code, each in known.items() if each.is_known}
            for length, known in findings.items()
        }
    if said := told(found.outcomes, findings):
        parts = (f"{_eyebrow(found, length)}{escape(text)}" for length, text in said.items())
        return "".join(f'<span class="kd-told">{part}</span>' for part in parts)
    training = view is not None and view.active
    return escape(_("The first networks are training.") if training else _("Nothing is known yet."))


def _eyebrow(found: Experiment, length: str) -> str:
    """Returns a length as HTML, as it stands above what is said of it."""
    words = when(found, length)
    return f'<span class="kd-when">{escape(sentence_case(words))}</span> ' if words else ""


def draw(asked: Asked, view: ExperimentView | None) -> None:
    """Draws guess, result and paper side by side, and below them what the result means."""
    found, findings = asked.experiment, asked.findings(view)
    st.html(f'<div class="kd kd-outcome">{_guess(asked, view)}{"".join(_claims(found, findings))}</div>')
    st.html(f'<div class="kd">{_came_out(asked, view)}</div>')
    is_mistake = found.kind == "mistake"
    differs = _("What differs from the thread") if is_mistake else _("Why the paper may differ")
    parts = [
        f"<div><h3>{escape(title)}</h3><p>{escape(_(words))}</p></div>"
        for title, words in ((_("What it means"), found.means), (differs, found.differs))
        if words
    ]
    st.html(f'<div class="kd kd-meaning">{"".join(parts)}</div>')


def _guess(asked: Asked, view: ExperimentView | None) -> str:
    """Sets the guess against the long training, and says what it would have been after the short one."""
    found, guess = asked.experiment, asked.experiment.guess
    if asked.guess is None:
        return _block(_("Your guess"), [_("You made no guess. “Guess again” lets you make one.")])
    judge = _judged_choice if isinstance(asked.guess, str) else _judged_curve
    known = [(length, each) for length in found.lengths if (each := judge(asked, view, length)) is not None]
    if not known:
        return ""
    length, (verdict, said) = known[-1]
    at = when(found, length)
    lines = [_("{when}: {said}", when=sentence_case(at), said=said) if at else said]
    for earlier, (before, _said) in known[:-1]:
        finding = asked.findings(view)[earlier].get(guess.measured)
        came_out = "" if finding is None else finding_words(finding)
        lines.append(before_words(when(found, earlier), before, came_out))
    return _block(_("Your guess"), lines, verdict)


def _judged_choice(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """Returns the verdict on a chosen answer, and says it; None where nothing is known yet."""
    found, guess = asked.experiment, asked.experiment.guess
    finding, choice = asked.findings(view)[length][guess.measured], guess.choices[str(asked.guess)]
    if not finding.seeds:
        return None
    verdict = judged(finding, choice.expected)
    return verdict, guess_words(_(choice.label), found.label(guess.measured), finding, verdict)


def _judged_curve(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """Returns the verdict on a drawn curve, and says it; None where nothing is known yet."""
    found, guess, runs = asked.experiment, asked.experiment.guess, asked.rows(view)
    plan = state.plan_of(found)
    line = next(one for one in plan.series if one.value == guess.drawn)
    curve = dict(zip(plan.places or (), asked.guess or (), strict=True))
    known = points(runs[runs["length"] == length], found)
    verdict, places = judged_curve(line_of(line, known), curve, guess.tolerance)
    if not places:
        return None
    in_words = [{**place, "x": plan.in_words(place["x"])} for place in places]
    return verdict, curve_words(verdict, in_words, guess.tolerance, value(line.value).unit)


def _claims(found: Experiment, findings: Mapping[str, Findings]) -> Iterable[str]:
    """Yields what the paper says in its own words, with the verdict at each length."""
    for claim in found.claims:
        rows = []
        for length, known in findings.items():
            finding = known[claim.measured]
            badge = _badge(judged(finding, claim.expected))
            words = _said(finding_words(finding))
            rows.append(f'<div class="kd-at">{_eyebrow(found, length)}{badge}{words}</div>')
        label = escape(sentence_case(found.label(claim.measured)))
        section = claim.section or found.paper.section
        own = paper_words(claim.quote, _(section), _(claim.figure))
        more = f'<p class="kd-quiet">{label}</p><div class="kd-ats">{"".join(rows)}</div>'
        yield _block(_(found.paper.authors), [_(claim.text), sentence_case(own)], more=more)


def _came_out(asked: Asked, view: ExperimentView | None) -> str:
    """Lists all findings, a column for each length; beside a visitor's own stand the included ones."""
    found, findings = asked.experiment, asked.findings(view)
    beside = view is not None and state.is_included(found)
    included = state.included_findings(found.name) if beside else {}
    heads = [f'<th scope="col">{escape(sentence_case(when(found, each)))}</th>' for each in findings]
    rows = []
    for code in next(iter(findings.values())):
        cells = []
        for length, known in findings.items():
            words = _said(finding_words(known[code]))
            if length in included and included[length][code].seeds:
                also = _("included: {finding}", finding=finding_words(included[length][code]))
                words += f'<p class="kd-quiet">{escape(also)}</p>'
            cells.append(f"<td>{words}</td>")
        label = escape(sentence_case(found.label(code)))
        rows.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    head = f"<thead><tr><td></td>{''.join(heads)}</tr></thead>" if len(findings) > 1 else ""
    late = late_words(late_gain(found, asked.rows(view)))
    more = f'<table class="kd-findings">{head}<tbody>{"".join(rows)}</tbody></table>'
    more += f'<p class="kd-quiet">{escape(late)}</p>' if late else ""
    return _block(_("What came out"), more=f'<div class="kd-scrolls">{more}</div>')


def _badge(verdict: str) -> str:
    return (
        f'<span class="kd-judged kd-{verdict.replace(" ", "-")}"><span aria-hidden="true">'
        f"{_MARKS[verdict]}</span> {escape(verdict_word(verdict))}</span>"
    )


def _block(title: str, lines: Iterable[str] = (), verdict: str = "", more: str = "") -> str:
    """Returns a block as HTML; more: HTML below its lines."""
    badge = f" {_badge(verdict)}" if verdict else ""
    said = "".join(map(_said, lines))
    return f'<section class="kd-block"><h3>{escape(title)}{badge}</h3>{said}{more}</section>'


def alternative(asked: Asked, rows: pd.DataFrame) -> str:
    """Says the chart in words: each line with its values, what is included as well, and the guess."""
    plan = state.plan_of(asked.experiment)
    words = [f"{plan.title}."]
    for (source, name), part in rows.groupby(["source", "name"], sort=False):
        called = _("{name}, included", name=name) if source == INCLUDED else name
        values = ", ".join(
            _("{value} at {place}", value=number(row["value"], plan.signed), place=row["setting"])
            for row in part.to_dict("records")
        )
        words.append(f"{called}: {values}.")
    if not len(rows):
        words.append(_("Nothing is on it yet."))
    return " ".join(words)


def mistaken_lines(found: Experiment) -> None:
    """Draws the right line of a mistake beside the wrong ones, and what the thread about it says."""
    if not isinstance(found, MistakeExperiment):
        return
    mistake = found.mistake
    right = ("mistake_right", "agrees", "✓", _("Right"), mistake.right)
    wrong = (
        (f"mistake_wrong_{code}", "disagrees", "✕", _called(found, code), line)
        for code, line in mistake.wrong.items()
    )
    with st.container(key="mistake_lines"):
        for key, verdict, mark, title, line in (right, *wrong):
            with st.container(key=key, gap=None):
                st.html(f'<p class="kd kd-judged-line kd-{verdict}">{mark} {escape(title)}</p>')
                st.code(line, language="python", wrap_lines=True)
    quiet(_(mistake.thread.says))


def _called(found: MistakeExperiment, code: str) -> str:
    words = found.chart.names.get(code)
    if len(found.mistake.wrong) == 1 or words is None:
        return _("Wrong")
    return _("Wrong: {what}", what=_(words))


def gauges(asked: Asked, view: ExperimentView | None) -> None:
    """Draws what loss, gradient and accuracy say of each wrong line, and whether one would have noticed."""
    if isinstance(asked.experiment, MistakeExperiment):
        runs = asked.rows(view)
        st.html(_gauges(asked.experiment, f"{asked.key}-{asked.seen}-{len(runs)}", runs))


@state.made_once
def _gauges(found: MistakeExperiment, name: str, _runs: pd.DataFrame) -> str:
    """Returns the gauges as HTML; name: of the runs."""
    several, parts = len(found.mistake.wrong) > 1, []
    of_length = {
        sentence_case(when(found, length)): found.mistake.gauges(_runs[_runs["length"] == length])
        for length in found.lengths
    }
    for code in found.mistake.wrong:
        title = f"<h3>{escape(sentence_case(_called(found, code)))}</h3>" if several else ""
        each = {at: gauges[code] for at, gauges in of_length.items() if gauges[code].difference.seeds}
        if not each:
            continue
        last = [*each.values()][-1]
        blocks = [
            _block(
                _("The loss says"), more=_at_each(each, lambda one: _loss_picture(one) + _said(_loss(one)))
            ),
            _block(_("The gradient says"), more=_gradient_picture(last) + _said(_gradient(last))),
            _block(_("The accuracy says"), more=_at_each(each, _accuracy)),
        ]
        noticed = _at_each(each, lambda one: _said(noticed_words(one.difference, one.gain)))
        parts.append(
            f'{title}<div class="kd-gauges">{"".join(blocks)}</div><div class="kd-noticed">{noticed}</div>'
        )
    return f'<div class="kd kd-mistaken">{"".join(parts)}</div>'


def _at_each(gauges: Mapping[str, Gauges], html: Callable[[Gauges], str]) -> str:
    """Returns a gauge at each length as HTML, below when that is."""
    whens = {at: f'<span class="kd-when">{escape(at)}</span>' if at else "" for at in gauges}
    parts = (f"<div>{whens[at]}{html(each)}</div>" for at, each in gauges.items())
    return f'<div class="kd-ats">{"".join(parts)}</div>'


def _said(words: str) -> str:
    return f"<p>{escape(words)}</p>"


def _loss(each: Gauges) -> str:
    said = loss_words(each.loss, each.right_loss) if each.loss and each.right_loss else ""
    return said or _("Nothing: it is the loss of the right students.")


def _gradient(each: Gauges) -> str:
    return gradient_words(each.gradient) if each.gradient else _("Nothing: it is the right one.")


def _accuracy(each: Gauges) -> str:
    """Returns the difference with its interval on a scale around 0, and says it, as HTML."""
    found = each.difference
    marks = '<i class="kd-zero"></i>'
    if not math.isnan(found.low):
        low, mean, high = (_share(end, -_FURTHEST, _FURTHEST) for end in (found.low, found.mean, found.high))
        marks += f'<i class="kd-interval" style="--from: {low}; --to: {high}"></i>'
        marks += f'<i class="kd-dot" style="--from: {mean}"></i>'
    return _picture(marks) + _said(_("Against the right line: {finding}.", finding=finding_words(found)))


def _loss_picture(each: Gauges) -> str:
    """Draws two lines that fall, the right one and the wrong one, on one scale."""
    courses = {"right": each.right_loss, "wrong": each.loss}
    known = {kind: one for kind, one in courses.items() if one and not math.isnan(one.first + one.last)}
    if len(known) < 2:
        return _picture("")
    values = [value for course in known.values() for value in course]
    low, high = min(0.0, *values), max(values)
    falls = (
        f'<i class="kd-fall kd-{kind}" style="--from: {_share(course.first, low, high)}; '
        f'--to: {_share(course.last, low, high)}"></i>'
        for kind, course in known.items()
    )
    return _picture("".join(falls))


def _gradient_picture(each: Gauges) -> str:
    """Draws two arrows: the right one, and the wrong one with its direction and length."""
    if each.gradient is None:
        return _picture('<i class="kd-arrow kd-right" style="--turn: 0deg; --long: 0.7"></i>')
    size, cosine = each.gradient.size, each.gradient.cosine
    turn = 0.0 if math.isnan(cosine) else math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    # the longer of the two has the whole length
    longest = max(1.0, size)
    return _picture(
        f'<i class="kd-arrow kd-right" style="--turn: 0deg; --long: {1 / longest:.3f}"></i>'
        f'<i class="kd-arrow kd-wrong" style="--turn: {turn:.0f}deg; --long: {size / longest:.3f}"></i>'
    )


def _share(value: float, low: float, high: float) -> str:
    return f"{min(1.0, max(0.0, (value - low) / (high - low or 1.0))):.3f}"


def _picture(marks: str) -> str:
    return f'<div class="kd-gauge" aria-hidden="true">{marks}</div>'
