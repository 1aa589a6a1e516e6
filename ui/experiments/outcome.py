"""What an experiment comes to: the guess, the finding and the paper's figure, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from kd.text.translation import _
from kd.text.words import sentence_case
from ui.experiments import stored
from ui.experiments.stored import Asked

_MARKS = {"agrees": "✓", "disagrees": "✕", "cannot tell": "?", "not judged yet": "…"}


def sentence(asked: Asked, view: ExperimentView | None) -> str:
    """What has come out so far, as HTML: trained out, and whether it was so after the short training."""
    found, findings = asked.experiment, findings_of(asked, view)
    if view is not None and view.active:  # what one seed says may change with the next
        findings = {
            length: {code: each for code, each in known.items() if each.is_known}
            for length, known in findings.items()
        }
    said = told(found.says, findings, found.label)
    if not said:
        return escape(
            _("The first networks are training.") if view and view.active else _("Nothing is known yet.")
        )
    return "".join(
        f'<span class="kd-told">{_eyebrow(found, length)}{escape(text)}</span>'
        for length, text in said.items()
    )


def _eyebrow(found: Experiment, length: str) -> str:
    """A length as it stands above what is said of it."""
    when = stored.when(found, length)
    return f'<span class="kd-when">{escape(sentence_case(when))}</span> ' if when else ""


def findings_of(asked: Asked, view: ExperimentView | None) -> dict[str, Findings]:
    """The findings of what is looked at, at each length."""
    return stored.included_findings(asked.experiment.name) if view is None else view.findings


def runs_of(asked: Asked, view: ExperimentView | None) -> pd.DataFrame:
    """The runs of what is looked at."""
    return stored.included_runs(asked.experiment.name) if view is None else view.rows


def trained_out(asked: Asked, runs: pd.DataFrame) -> pd.DataFrame:
    """Those of some runs that were trained longest."""
    return runs[runs["length"] == [*asked.experiment.lengths][-1]]


def draw(asked: Asked, view: ExperimentView | None) -> None:
    """The guess, what came out, and the paper, beside each other; below, what that means."""
    found, findings = asked.experiment, findings_of(asked, view)
    blocks = [_guess(asked, view), *_claims(found, findings)]
    st.html(f'<div class="kd kd-outcome">{"".join(filter(None, blocks))}</div>')
    st.html(f'<div class="kd">{_came_out(asked, view)}</div>')
    is_mistake = found.kind == "mistake"
    differs = _("What differs from the thread") if is_mistake else _("Why the paper may differ")
    meaning = [(_("What it means"), found.means), (differs, found.differs)]
    parts = [
        f"<div><h3>{escape(title)}</h3><p>{escape(_(words))}</p></div>" for title, words in meaning if words
    ]
    st.html(f'<div class="kd kd-meaning">{"".join(parts)}</div>')


def _guess(asked: Asked, view: ExperimentView | None) -> str:
    """The guess against the long training, and what it would have been after the short one."""
    found, guess = asked.experiment, asked.experiment.guess
    if asked.guess is None:
        return _block(_("Your guess"), [_("You made no guess. “Guess again” lets you make one.")])
    judge = _judged_choice if isinstance(asked.guess, str) else _judged_curve
    known = [(length, each) for length in found.lengths if (each := judge(asked, view, length)) is not None]
    if not known:
        return ""
    length, (verdict, said) = known[-1]
    when = stored.when(found, length)
    lines = [_("{when}: {said}", when=sentence_case(when), said=said) if when else said]
    for earlier, (before, _said) in known[:-1]:
        finding = findings_of(asked, view)[earlier].get(guess.measured)
        came_out = "" if finding is None else finding_words(finding)
        lines.append(before_words(stored.when(found, earlier), before, came_out))
    return _block(_("Your guess"), lines, verdict)


def _judged_choice(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """The verdict on an answer that was chosen, and the same in words; None where nothing is known yet."""
    found, guess = asked.experiment, asked.experiment.guess
    finding, choice = findings_of(asked, view)[length][guess.measured], guess.choices[str(asked.guess)]
    if not finding.seeds:
        return None
    verdict = judged(finding, choice.expected)
    return verdict, guess_words(_(choice.label), found.label(guess.measured), finding, verdict)


def _judged_curve(asked: Asked, view: ExperimentView | None, length: str) -> tuple[str, str] | None:
    """The same of a curve that was drawn."""
    found, guess, runs = asked.experiment, asked.experiment.guess, runs_of(asked, view)
    plan = stored.plan_of(found)
    line = next(one for one in plan.series if one.value == guess.drawn)
    curve = dict(zip(plan.places or (), asked.guess or (), strict=True))
    known = points(runs[runs["length"] == length], found)
    verdict, places = judged_curve(line_of(line, known), curve, guess.tolerance)
    if not places:
        return None
    in_words = [{**place, "x": plan.in_words(place["x"])} for place in places]
    return verdict, curve_words(verdict, in_words, guess.tolerance, value(line.value).unit)


def _claims(found: Experiment, findings: Mapping[str, Findings]) -> Iterable[str]:
    """What the paper says in its own words, and the verdict at each length."""
    for claim in found.claims:
        section = claim.section or found.paper.section
        own = paper_words(claim.quote, _(section), _(claim.figure))
        rows = []
        for length, known in findings.items():
            finding = known[claim.measured]
            verdict = judged(finding, claim.expected)
            rows.append(
                f'<div class="kd-at">{_eyebrow(found, length)}{_badge(verdict)}'
                f"<p>{escape(finding_words(finding))}</p></div>"
            )
        label = escape(sentence_case(found.label(claim.measured)))
        more = f'<p class="kd-quiet">{label}</p><div class="kd-ats">{"".join(rows)}</div>'
        yield _block(_(found.paper.authors), [_(claim.text), sentence_case(own)], more=more)


def _came_out(asked: Asked, view: ExperimentView | None) -> str:
    """All findings, a column for each length; in a visitor's own, the included ones beside them."""
    found, findings = asked.experiment, findings_of(asked, view)
    included: Mapping[str, Findings] = {}
    if view is not None and stored.is_included(found):
        included = stored.included_findings(found.name)
    heads = [f'<th scope="col">{escape(sentence_case(stored.when(found, each)))}</th>' for each in findings]
    rows = []
    for code in next(iter(findings.values())):
        cells = []
        for length, known in findings.items():
            words = [f"<p>{escape(finding_words(known[code]))}</p>"]
            if length in included and included[length][code].seeds:
                beside = _("included: {finding}", finding=finding_words(included[length][code]))
                words.append(f'<p class="kd-quiet">{escape(beside)}</p>')
            cells.append(f"<td>{''.join(words)}</td>")
        label = escape(sentence_case(found.label(code)))
        rows.append(f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>')
    head = f"<thead><tr><td></td>{''.join(heads)}</tr></thead>" if len(findings) > 1 else ""
    late = late_words(late_gain(found, runs_of(asked, view)))
    more = f'<table class="kd-findings">{head}<tbody>{"".join(rows)}</tbody></table>'
    more += f'<p class="kd-quiet">{escape(late)}</p>' if late else ""
    return _block(_("What came out"), [], more=f'<div class="kd-scrolls">{more}</div>')


def _badge(verdict: str) -> str:
    """A verdict's mark and word as HTML."""
    mark, code = _MARKS[verdict], verdict.replace(" ", "-")
    return (
        f'<span class="kd-judged kd-{code}"><span aria-hidden="true">{mark}</span> '
        f"{escape(verdict_word(verdict))}</span>"
    )


def _block(title: str, lines: Iterable[str], verdict: str = "", more: str = "") -> str:
    """A block as HTML. more: HTML below its lines."""
    badge = _badge(verdict) if verdict else ""
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<section class="kd-block"><h3>{escape(title)} {badge}</h3>{said}{more}</section>'


def alternative(asked: Asked, rows: pd.DataFrame) -> str:
    """The chart in words: each line with its values, what is included as well, and the guess."""
    plan = stored.plan_of(asked.experiment)
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
