"""The lines of code that a mistake is about (looks: experiments.css)."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.studies.experiments import Experiment
from kd.studies.mistakes import MistakeExperiment
from kd.text.translation import _


def mistaken_lines(found: Experiment) -> None:
    """Draws the right line of a mistake beside the wrong ones, if it is one."""
    if not isinstance(found, MistakeExperiment):
        return
    mistake = found.mistake
    right = ("mistake_right", "agrees", "✓", _("Right"), mistake.right)
    wrong = (
        (f"mistake_wrong_{code}", "disagrees", "✕", called(found, code), line)
        for code, line in mistake.wrong.items()
    )
    with st.container(key="mistake_lines"):
        for key, verdict, mark, title, line in (right, *wrong):
            with st.container(key=key, gap=None):
                st.html(f'<p class="kd kd-judged-line kd-{verdict}">{mark} {escape(title)}</p>')
                st.code(line, language="python", wrap_lines=True)


def called(found: MistakeExperiment, code: str) -> str:
    """Returns what a wrong line is called."""
    words = found.chart.names.get(code)
    if len(found.mistake.wrong) == 1 or words is None:
        return _("Wrong")
    return _("Wrong: {what}", what=_(words))
