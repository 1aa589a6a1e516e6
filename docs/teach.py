"""Writes the pages for whoever teaches, in English and in Portuguese: two plans, a worksheet and its answers.

python -m docs.teach

The plan of 45 minutes is the app's own (kd/text/paths.py). Figures are of what comes with the project, names
are those that the app shows, and docs/teach_words.py has the rest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from docs import teach_words as words
from docs.teach_words import FREE, LONG, NAMES, QUESTIONS, SLIDERS, Part, Said
from kd.analysis.logits import softmax
from kd.analysis.observations import SHOWCASE
from kd.classes.guess import gain_at
from kd.config import RunConfig
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.rows import shipped_findings
from kd.studies.shipped import SHORT, nearest, shipped_study
from kd.studies.sure.single_seeds import ORDERS, adding_seeds
from kd.studies.verdicts import verdicts
from kd.teachers.shipped import shipped_logits
from kd.text.experiment_words import finding_words, saying
from kd.text.paths import PATHS, STEPS
from kd.text.study_words import signed
from kd.text.translation import ENGLISH, _, in_language, numeral
from kd.text.words import percent

FOLDER = Path(__file__).resolve().parent
PLACES = {ENGLISH: "", "pt_BR": "pt/"}
"""A language → where its pages are in this folder."""

APP = "http://localhost:8501/"
EXAMPLE = "train?train_size=100&hide=alpha&lock=temperature&present=true"
BRIEF = tuple(Part(STEPS[name].minutes, name) for name in PATHS["lesson"].names)
"""The plan of 45 minutes, each step as the app has it."""


def link_of(part: Part) -> str:
    """Returns the end of an address that opens a part of a plan for a projector; empty where none does."""
    link = STEPS[part.step].link if part.link is None else part.link
    if not link and part.link is not None:
        return ""
    said = ["present=true"]
    if part.link is None and part.step in FREE:
        said.insert(0, f"lock={','.join(name for name in SLIDERS if name != FREE[part.step])}")
    return f"{link}{'&' if '?' in link else '?'}{'&'.join(said)}"


def pages(language: str) -> dict[str, str]:
    """Returns the pages in a language: their paths in this folder → what they say."""
    with in_language(language):
        values = (
            figures() | {name: _(label) for name, label in NAMES.items()} | {"app": APP, "example": EXAMPLE}
        )
        plans = {"short_plan": BRIEF, "long_plan": LONG}
        tables = {name: _table(plan, language, values) for name, plan in plans.items()}
        made = {
            "teach.md": _in(words.TEACH, language).format(**values, **tables),
            "worksheet.md": _worksheet(language, values),
            "answers.md": _answers(language, values),
        }
    return {f"{PLACES[language]}{name}": _unbroken(text) for name, text in made.items()}


def figures() -> dict[str, str]:
    """Returns every figure of the pages, in words of the reader's language, by its place in the texts."""
    logits = shipped_logits("strong")["test"][SHOWCASE]
    other, digit = np.argsort(logits)[-2:]
    before, now = softmax(logits), softmax(logits, words.DOUBTS_AT)
    usual = RunConfig()
    balanced = usual.replace(alpha=0.5)
    gains = {
        "gain": usual,
        "gain_many": usual.replace(train_size=10_000),
        "gain_1": usual.replace(temperature=1.0),
        "gain_4": usual.replace(temperature=4.0),
        "gain_with": balanced,
        "gain_without": balanced.replace(temperature_squared=False),
    }
    noise, mistake = (EXPERIMENTS[name] for name in ("wrong_labels", "no_t_squared"))
    noisy = shipped_findings(noise.name)["long"]
    mistaken = shipped_findings(mistake.name)
    found = nearest(usual)
    assert found is not None  # the included study has the default setting
    one_by_one = adding_seeds(found[1]).steps[ORDERS[0]]
    runs = shipped_study(SHORT)
    runs = runs[(runs["alpha"] == usual.alpha) & runs["temperature_squared"]]
    judged = verdicts(runs, ["train_size", "temperature"])["verdict"]
    return {
        "at": str(words.DOUBTS_AT),
        "digit": str(digit),
        "other": str(other),
        "before": percent(float(before[digit])),
        "now": percent(float(now[digit])),
        "doubt": percent(float(now[other])),
        **{name: finding_words(gain_at(setting)) for name, setting in gains.items()},
        "times": numeral(round(usual.temperature**2)),
        "first": signed(one_by_one[0].own),
        "together": finding_words(gain_at(usual)),
        "helps": numeral(int((judged == "helps").sum())),
        "cells": numeral(len(judged)),
        "noise_alone": saying(noise.outcomes["scratch_loses"], noisy["scratch_loses"]),
        "noise_taught": saying(noise.outcomes["distilled_loses"], noisy["distilled_loses"]),
        "mistake_short": finding_words(mistaken["short"]["difference_no_t_squared"]),
        "mistake_long": finding_words(mistaken["long"]["difference_no_t_squared"]),
        "mistake_gain": finding_words(mistaken["long"]["gain_no_t_squared"]),
    }


def _table(plan: Sequence[Part], language: str, values: dict[str, str]) -> str:
    head = _in(words.HEADS, language)
    rows, minute = [head, "|" + " --- |" * (head.count("|") - 1)], 0
    for part in plan:
        step, link = STEPS[part.step], link_of(part)

        def text(own: Said | None, of_app: str) -> str:
            return _(of_app) if own is None else _in(own, language).format(**values)

        title = f"**{text(part.title, step.title)}**"
        title = f"[{title}]({APP}{link})" if link else title
        asks, sees = text(part.ask, step.ask), text(part.see, step.see)
        surprises = f"**{_in(words.SURPRISES, language)}** {text(part.surprise, step.surprise)}"
        cells = (
            f"{minute}–{minute + part.minutes}",
            f"{title}<br>{text(part.do, step.do)}<br>*{asks}*",
            f"{sees}<br>{surprises}",
        )
        rows.append(f"| {' | '.join(cells)} |")
        minute += part.minutes
    return "\n".join(rows)


def _worksheet(language: str, values: dict[str, str]) -> str:
    asked = []
    for number, question in enumerate(QUESTIONS, 1):
        page = question.link.partition("?")[0] or "home"
        link = f"[{values[page]}]({APP}{question.link})"
        last = number == len(QUESTIONS)
        filled = "<130> <130>" if last else _in(words.FILLED, language)
        asks = _in(question.asks, language).format(**values, link=link)
        asked.append(f"{number}. {asks}<br>\n   {filled}")
    return _ruled(_in(words.WORKSHEET, language).format(questions="\n".join(asked)))


def _answers(language: str, values: dict[str, str]) -> str:
    answers = [
        f"{number}. {_in(question.answer, language).format(**values)}"
        for number, question in enumerate(QUESTIONS, 1)
    ]
    return _in(words.ANSWERS, language).format(answers="\n".join(answers))


def _ruled(text: str) -> str:
    """Returns a text with dots to write on for each number in angle brackets, so many of them."""
    return re.sub(r"<(\d+)>", lambda match: "." * int(match[1]), text)


def _in(said: Said, language: str) -> str:
    return str(getattr(said, language))


def _unbroken(text: str) -> str:
    return re.sub(r"(?<=\d) %", "\u00a0%", text)  # no line breaks there


def main() -> int:
    """Writes the pages."""
    for language in PLACES:
        for name, text in pages(language).items():
            page = FOLDER / name
            page.parent.mkdir(exist_ok=True)
            page.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
