"""What has become of a claim or a guess, as a small mark with its words (looks: experiments.css)."""

from __future__ import annotations

from html import escape

from kd.text.experiment_words import AGREES, CANNOT_TELL, DISAGREES, NOT_YET, verdict_word

MARKS = {AGREES: "✓", DISAGREES: "✕", CANNOT_TELL: "?", NOT_YET: "…"}


def badge(verdict: str, of_guess: bool = False) -> str:
    """Returns a verdict of `judged` as HTML."""
    return pill(verdict.replace(" ", "-"), MARKS[verdict], verdict_word(verdict, of_guess))


def pill(kind: str, mark: str, words: str) -> str:
    """Returns a mark and words as HTML. kind: as a verdict, with hyphens."""
    return f'<span class="kd-judged kd-{kind}"><span aria-hidden="true">{mark}</span> {escape(words)}</span>'
