"""What an experiment comes to: the guess, the finding and the paper's figure, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd
import streamlit as st

from kd.charts.experiments.rows import INCLUDED, line_of, number
from kd.studies.experiments import Experiment
from kd.studies.experiments.experiment import SHORT, Findings
from kd.studies.experiments.judging import judged, judged_curve
from kd.studies.experiments.rows import points
from kd.studies.experiments.running import ExperimentView
from kd.studies.measures import value
from kd.text.experiment_words import (
    claim_words,
    curve_words,
    finding_words,
    guess_words,
    saying,
    verdict_word,
)
from kd.text.translation import _
from kd.text.words import sentence_case
from ui.experiments import stored
from ui.experiments.asked import Asked

_MARKS = {"agrees": "✓", "disagrees": "✕", "cannot tell": "?"}


def sentence(asked: Asked, view: ExperimentView | None) -> str:
    """What has come out so far."""
    found, findings = asked.experiment, findings_of(asked, view)
    told = [(says, findings[says.measured]) for says in found.says if says.measured in findings]
    if view is not None and view.active:  # what one seed says may change with the next
        told = [(says, finding) for says, finding in told if finding.is_known]
    said = [saying(says, finding, found.label(says.measured)) for says, finding in told]
    if not any(said):
        return _("The first networks are training.") if view and view.active else _("Nothing is known yet.")
    return " ".join(filter(None, said))


def findings_of(asked: Asked, view: ExperimentView | None) -> Findings:
    """The findings of what is looked at."""
    return stored.included_findings(asked.experiment.name) if view is None else view.findings[SHORT]


def runs_of(asked: Asked, view: ExperimentView | None) -> pd.DataFrame:
    """The runs of what is looked at."""
    return stored.included_runs(asked.experiment.name) if view is None else view.rows


def draw(asked: Asked, view: ExperimentView | None) -> None:
    """The guess, what came out, and the paper, beside each other; below, what that means."""
    found, findings = asked.experiment, findings_of(asked, view)
    blocks = [_guess(asked, view), _came_out(asked, view), *_claims(found, findings)]
    st.html(f'<div class="kd kd-outcome">{"".join(filter(None, blocks))}</div>')
    is_mistake = found.kind == "mistake"
    differs = _("What differs from the thread") if is_mistake else _("Why the paper may differ")
    meaning = [(_("What it means"), found.means), (differs, found.differs)]
    parts = [
        f"<div><h3>{escape(title)}</h3><p>{escape(_(words))}</p></div>" for title, words in meaning if words
    ]
    st.html(f'<div class="kd kd-meaning">{"".join(parts)}</div>')


def _guess(asked: Asked, view: ExperimentView | None) -> str:
    found, guess = asked.experiment, asked.experiment.guess
    if asked.guess is None:
        return _block(_("Your guess"), [_("You made no guess. “Guess again” lets you make one.")])
    if isinstance(asked.guess, str):
        finding, choice = findings_of(asked, view)[guess.measured], guess.choices[asked.guess]
        verdict = judged(finding, choice.expected)
        said = guess_words(_(choice.label), found.label(guess.measured), finding, verdict)
        return _block(_("Your guess"), [said], verdict)
    plan, runs = stored.plan_of(found), runs_of(asked, view)
    line = next(one for one in plan.series if one.value == guess.drawn)
    curve = dict(zip(plan.places or (), asked.guess, strict=True))
    verdict, places = judged_curve(
        line_of(line, points(runs[runs["length"] == SHORT], found)), curve, guess.tolerance
    )
    if not places:
        return ""
    said = curve_words(
        verdict,
        [{**place, "x": plan.in_words(place["x"])} for place in places],
        guess.tolerance,
        value(line.value).unit,
    )
    return _block(_("Your guess"), [said], verdict)


def _came_out(asked: Asked, view: ExperimentView | None) -> str:
    """The findings that were guessed or claimed, and folded away the others."""
    found, findings = asked.experiment, findings_of(asked, view)
    also = view is not None and stored.is_included(found)
    included = stored.included_findings(found.name) if also else {}
    asked_for = {found.guess.measured, *(claim.measured for claim in found.claims)}
    first = [code for code in findings if code in asked_for]
    others = [code for code in findings if code not in asked_for]

    def listed(codes: Iterable[str]) -> str:
        lines = []
        for code in codes:
            label = escape(sentence_case(found.label(code)))
            lines.append(f"<dt>{label}</dt><dd>{escape(finding_words(findings[code]))}</dd>")
            if code in included:
                words = _("included: {finding}", finding=finding_words(included[code]))
                lines.append(f'<dd class="kd-quiet">{escape(words)}</dd>')
        return f"<dl>{''.join(lines)}</dl>"

    more = listed(first)
    if others:
        summary = escape(_("What else came out"))
        more += f"<details><summary>{summary}</summary>{listed(others)}</details>"
    return _block(_("What came out"), [], more=more)


def _claims(found: Experiment, findings: Findings) -> Iterable[str]:
    for claim in found.claims:
        finding = findings[claim.measured]
        verdict = judged(finding, claim.expected)
        said = claim_words(_(claim.figure), finding, verdict, "")
        yield _block(_(found.paper.authors), [_(claim.text), said], verdict)


def _block(title: str, lines: Iterable[str], verdict: str = "", more: str = "") -> str:
    """A block as HTML. more: HTML below its lines."""
    badge = ""
    if verdict:
        mark, code = _MARKS[verdict], verdict.replace(" ", "-")
        badge = (
            f'<span class="kd-judged kd-{code}"><span aria-hidden="true">{mark}</span> '
            f"{escape(verdict_word(verdict))}</span>"
        )
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
