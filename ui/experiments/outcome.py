"""What an experiment comes to: one sentence, and folded below it the guess, all findings and the paper."""

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
from kd.studies.experiments.rows import late_gain, points, shipped_findings
from kd.studies.measures import value
from kd.studies.mistakes import Gauges, MistakeExperiment
from kd.text.experiment_words import (
    AGREES,
    DISAGREES,
    bare,
    curve_words,
    finding_words,
    guess_words,
    headline,
    late_words,
    paper_words,
)
from kd.text.mistake_words import gradient_words, loss_words, noticed_words
from kd.text.translation import _, numeral
from kd.text.words import sentence_case
from ui.experiments import asked as state
from ui.experiments.asked import Asked, when
from ui.shared.experiment_charts import plan_of
from ui.shared.judged import MARKS, badge, pill
from ui.shared.mistaken import called
from ui.shared.terms import explained


def sentence(asked: Asked, view: ExperimentView | None) -> str:
    """Returns what answers the question as HTML: after the long training and, if otherwise, before."""
    found, active = asked.experiment, view is not None and view.active
    code = found.headline
    known = {length: findings[code] for length, findings in asked.findings(view).items()}
    if active:  # what one seed says may change with the next
        known = {length: each for length, each in known.items() if each.is_known}
    if said := headline(found.outcomes[code], known):
        parts = (
            _eyebrow(found, length) + explained(text, "interval", "points", "bias")
            for length, text in said.items()
        )
        return "".join(f'<span class="kd-told">{part}</span>' for part in parts)
    return escape(_("The first networks are training.") if active else _("Nothing is known yet."))


def _eyebrow(found: Experiment, length: str) -> str:
    """Returns a length as HTML, as it stands above what is said of it."""
    words = when(found, length)
    return f'<span class="kd-when">{escape(sentence_case(words))}</span> ' if words else ""


def draw(asked: Asked, view: ExperimentView | None) -> None:
    """Draws what the result means, and folded guess, findings and paper."""
    found, findings = asked.experiment, asked.findings(view)
    st.html(f'<div class="kd kd-meaning">{_said(_(found.means))}</div>')
    parts = [_guess(asked, view), _came_out(asked, view), _paper(found, findings)]
    st.html(f'<div class="kd kd-folded">{"".join(parts)}</div>')


def _guess(asked: Asked, view: ExperimentView | None) -> str:
    """Sets the guess against what came out, at each length, the longest first."""
    found, guess = asked.experiment, asked.guess
    if guess is None:
        return _fold(_("Your guess: none"), _said(_("Press “Guess again” to make one.")))
    judge = _judged_choice if isinstance(guess, str) else _judged_curve
    known = [(length, each) for length in reversed([*found.lengths]) if (each := judge(asked, view, length))]
    if not known:
        return ""
    title = _("Your guess")
    if isinstance(guess, str):
        title = _("Your guess: {guess}", guess=_(found.guess.choices[guess].label))
    first, *others = known
    html = f"{_eyebrow(found, first[0])}{first[1][1]}"
    html += "".join(f"{_eyebrow(found, length)}{badge}{said}" for length, (badge, said) in others)
    return _fold(title, html, first[1][0])


def _judged_choice(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """Returns the badge of a chosen answer and what it says, as HTML; None where nothing is known yet."""
    guess = asked.experiment.guess
    finding, choice = asked.findings(view)[length][guess.measured], guess.choices[str(asked.guess)]
    if not finding.seeds:
        return None
    verdict = judged(finding, choice.expected)
    return badge(verdict, of_guess=True), _said(guess_words(_(choice.label), finding))


def _judged_curve(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """Returns the badge of a drawn curve and its table, as HTML; None where nothing is known yet."""
    found, guess, runs = asked.experiment, asked.experiment.guess, asked.rows(view)
    plan = plan_of(found)
    line = next(one for one in plan.series if one.value == guess.drawn)
    curve = dict(zip(plan.places or (), asked.guess or (), strict=True))
    known = points(runs[runs["length"] == length], found)
    places = judged_curve(line_of(line, known), curve, guess.tolerance)
    if not places:
        return None
    unit, right = value(line.value).unit, sum(place["is_near"] for place in places)
    score = _("{right} of {count}", right=right, count=len(places))
    words = curve_words([{**place, "x": plan.in_words(place["x"])} for place in places], unit)
    percent = numeral(100 * places[0]["found"].confidence, "g")
    likely = _("Likely between ({percent}\u00a0%)", percent=percent)
    heads = (plan.x_title, _("Your guess"), _("What came out"), likely, "")
    rows = []
    for place in places:
        each = place["found"]
        low, high = (bare(end, unit, 1) for end in each.sure)
        likely = _("{low} and {high}", low=low, high=high) if each.is_known else "–"
        cells = bare(place["drawn"], unit, 1), bare(each.mean, unit, 1), likely
        rows.append([plan.in_words(place["x"]), *cells, "✓" if place["is_near"] else "✕"])
    mark = MARKS[AGREES] if right else MARKS[DISAGREES]
    score_badge = pill("agrees" if right == len(places) else "cannot-tell", mark, score)
    table = _table(heads, rows) if length == [*found.lengths][-1] else ""
    return score_badge, f"{_said(words)}{table}"


def _paper(found: Experiment, findings: Mapping[str, Findings]) -> str:
    """Returns what the paper says in its own words, with the verdict at each length, and what differs."""
    parts, verdicts = [], []
    for claim in found.claims:
        rows = []
        for length, known in findings.items():
            finding = known[claim.measured]
            mark, words = badge(judged(finding, claim.expected)), _said(finding_words(finding))
            rows.append(f'<div class="kd-at">{_eyebrow(found, length)}{mark}{words}</div>')
        verdicts.append(mark)
        label = escape(sentence_case(found.label(claim.measured)))
        section = claim.section or found.paper.section
        own = sentence_case(paper_words(_(claim.quote), _(section), _(claim.figure)))
        parts.append(
            f'<section class="kd-block"><h4>{escape(_(claim.text))}</h4>{_said(own)}'
            f'<p class="kd-quiet">{label}</p><div class="kd-ats">{"".join(rows)}</div></section>'
        )
    title = _("The paper: {authors}", authors=_(found.paper.authors))
    if isinstance(found, MistakeExperiment):
        title = _("The thread: {place}", place=found.paper.authors)
        parts.append(_said(_(found.mistake.thread.says)))
    heading, differs = _("What differs"), _said(_(found.differs))
    html = f'<div class="kd-outcome">{"".join(parts)}</div><h4>{escape(heading)}</h4>{differs}'
    return _fold(title, html, " ".join(verdicts))


def _came_out(asked: Asked, view: ExperimentView | None) -> str:
    """Lists all findings, a column for each length; beside a visitor's own stand the included ones."""
    found, findings = asked.experiment, asked.findings(view)
    beside = view is not None and state.is_included(found)
    included = shipped_findings(found.name) if beside else {}
    heads = ["", *(sentence_case(when(found, each)) for each in findings)]
    rows = []
    for code in found.outcomes:
        cells = [sentence_case(found.label(code))]
        for length, known in findings.items():
            words = finding_words(known[code])
            if length in included and included[length][code].seeds:
                also = _("included: {finding}", finding=finding_words(included[length][code]))
                words = f"{words}; {also}"
            cells.append(words)
        rows.append(cells)
    late = late_words(late_gain(found, asked.rows(view)))
    more = f'<p class="kd-quiet">{escape(late)}</p>' if late else ""
    title = _("What came out: {count} findings", count=len(rows))
    return _fold(title, _table(heads if len(findings) > 1 else (), rows) + more)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Returns a table as HTML, whose first column names the rows."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' if each else "<td></td>" for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(map(_cell, others))}</tr>'
        for first, *others in rows
    )
    head = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<div class="kd-scrolls"><table class="kd-findings">{head}<tbody>{body}</tbody></table></div>'


def _cell(words: str) -> str:
    return f"<td>{escape(words)}</td>"


def _fold(title: str, html: str, badge: str = "") -> str:
    """Returns a section as HTML that opens below its heading. badge: beside the heading."""
    return f"<details><summary><h3>{escape(title)}</h3>{badge}</summary>{html}</details>"


def alternative(asked: Asked, rows: pd.DataFrame) -> str:
    """Says the chart in words: each line with its values, what is included as well, and the guess."""
    plan = plan_of(asked.experiment)
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
        title = f"<h3>{escape(sentence_case(called(found, code)))}</h3>" if several else ""
        each = {at: gauges[code] for at, gauges in of_length.items() if gauges[code].difference.seeds}
        if not each:
            continue
        last = [*each.values()][-1]
        blocks = [
            (_("The loss says"), _at_each(each, lambda one: _loss_picture(one) + _said(_loss(one)))),
            (_("The gradient says"), _gradient_picture(last) + _said(_gradient(last))),
            (_("The accuracy says"), _at_each(each, _accuracy)),
        ]
        html = "".join(
            f'<section class="kd-block"><h3>{escape(title)}</h3>{says}</section>' for title, says in blocks
        )
        parts.append(f'{title}<div class="kd-gauges">{html}</div>')
    return f'<div class="kd kd-mistaken">{"".join(parts)}</div>'


def _at_each(gauges: Mapping[str, Gauges], html: Callable[[Gauges], str]) -> str:
    """Returns a gauge at each length as HTML, below when that is."""
    whens = {at: f'<span class="kd-when">{escape(at)}</span>' if at else "" for at in gauges}
    parts = (f"<div>{whens[at]}{html(each)}</div>" for at, each in gauges.items())
    return f'<div class="kd-ats">{"".join(parts)}</div>'


def _said(words: str) -> str:
    return f"<p>{explained(words, 'bias', 'logit', 'alpha', 'temperature_squared')}</p>"


def _loss(each: Gauges) -> str:
    said = loss_words(each.loss, each.right_loss) if each.loss and each.right_loss else ""
    return said or _("Nothing: it is the loss of the right students.")


def _gradient(each: Gauges) -> str:
    return gradient_words(each.gradient) if each.gradient else _("Nothing: it is the right one.")


def _accuracy(each: Gauges) -> str:
    """Returns the difference from the right line, and whether one would have noticed, as HTML."""
    against = _("Against the right line: {finding}.", finding=finding_words(each.difference))
    return _said(against) + _said(noticed_words(each.difference, each.gain))


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
