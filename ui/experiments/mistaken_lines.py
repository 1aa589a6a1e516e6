"""A mistake on the screen: the right line beside the wrong ones, and what three gauges say of each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from html import escape

import pandas as pd
import streamlit as st

from kd.studies.experiments.experiment import Experiment
from kd.studies.mistakes.mistake import Gauges, MistakeExperiment
from kd.text.experiment_words import finding_words
from kd.text.mistake_words import gradient_words, loss_words, noticed_words
from kd.text.translation import _, language
from kd.text.words import sentence_case
from ui.experiments import stored

# In points: where the scale of accuracies ends.
_FURTHEST = 10.0


def lines(found: Experiment) -> None:
    """The right line and the wrong ones, and what the thread says where somebody met them."""
    if not isinstance(found, MistakeExperiment):
        return
    mistake = found.mistake
    with st.container(key="mistake_lines"):
        with st.container(key="mistake_right", gap=None):
            st.html(f'<p class="kd kd-judged-line kd-agrees">✓ {escape(_right())}</p>')
            st.code(mistake.right, language="python", wrap_lines=True)
        for code, line in mistake.wrong.items():
            with st.container(key=f"mistake_wrong_{code}", gap=None):
                st.html(f'<p class="kd kd-judged-line kd-disagrees">✕ {escape(_called(found, code))}</p>')
                st.code(line, language="python", wrap_lines=True)
    st.html(f'<p class="kd kd-quiet">{escape(_(mistake.thread.says))}</p>')


def _right() -> str:
    return _("Right")


def _called(found: MistakeExperiment, code: str) -> str:
    words = found.chart.names.get(code)
    if len(found.mistake.wrong) == 1 or words is None:
        return _("Wrong")
    return _("Wrong: {what}", what=_(words))


def gauges(found: Experiment, key: str, runs: pd.DataFrame) -> None:
    """What loss, gradient and accuracy say of each wrong line, and whether anybody would have noticed.

    key: names the runs.
    """
    if isinstance(found, MistakeExperiment):
        st.html(_gauges(key, len(runs), language(), found, runs))


@st.cache_data(max_entries=100, show_spinner=False)
def _gauges(key: str, count: int, language: str, _found: MistakeExperiment, _runs: pd.DataFrame) -> str:
    several, parts = len(_found.mistake.wrong) > 1, []
    of_length = {
        sentence_case(stored.when(_found, length)): _found.mistake.gauges(_runs[_runs["length"] == length])
        for length in _found.lengths
    }
    for code in _found.mistake.wrong:
        title = f"<h3>{escape(sentence_case(_called(_found, code)))}</h3>" if several else ""
        each = {when: gauges[code] for when, gauges in of_length.items() if gauges[code].difference.seeds}
        if not each:
            continue
        blocks = [
            _block(_("The loss says"), _at_each(each, _loss_picture, _loss)),
            _block(_("The gradient says"), _gradient_picture(last := [*each.values()][-1]), _gradient(last)),
            _block(_("The accuracy says"), _at_each(each, _accuracy_picture, _accuracy)),
        ]
        noticed = _at_each(each, lambda _each: "", lambda each: noticed_words(each.difference, each.gain))
        parts.append(
            f'{title}<div class="kd-gauges">{"".join(blocks)}</div><div class="kd-noticed">{noticed}</div>'
        )
    return f'<div class="kd kd-mistaken">{"".join(parts)}</div>'


def _at_each(
    gauges: Mapping[str, Gauges], picture: Callable[[Gauges], str], words: Callable[[Gauges], str]
) -> str:
    """A gauge at each length as HTML: when that is, its picture and its words."""
    parts = []
    for when, each in gauges.items():
        eyebrow = f'<span class="kd-when">{escape(when)}</span>' if when else ""
        parts.append(f"<div>{eyebrow}{picture(each)}<p>{escape(words(each))}</p></div>")
    return f'<div class="kd-ats">{"".join(parts)}</div>'


def _block(title: str, html: str, words: str = "") -> str:
    said = f"<p>{escape(words)}</p>" if words else ""
    return f'<section class="kd-block"><h3>{escape(title)}</h3>{html}{said}</section>'


def _loss(each: Gauges) -> str:
    said = loss_words(each.loss, each.right_loss) if each.loss and each.right_loss else ""
    return said or _("Nothing: it is the loss of the right students.")


def _gradient(each: Gauges) -> str:
    return gradient_words(each.gradient) if each.gradient else _("Nothing: it is the right one.")


def _accuracy(each: Gauges) -> str:
    return _("Against the right line: {finding}.", finding=finding_words(each.difference))


def _loss_picture(each: Gauges) -> str:
    """Two lines that fall, the right one and the wrong one, on one scale."""
    courses = [("right", each.right_loss), ("wrong", each.loss)]
    known = [
        (kind, course) for kind, course in courses if course and not math.isnan(course.first + course.last)
    ]
    if len(known) < 2:
        return _picture("")
    values = [value for _kind, course in known for value in course]
    low, high = min(0.0, *values), max(values)
    falls = "".join(
        f'<i class="kd-fall kd-{kind}" style="--from: {_share(course.first, low, high)}; '
        f'--to: {_share(course.last, low, high)}"></i>'
        for kind, course in known
    )
    return _picture(falls)


def _gradient_picture(each: Gauges) -> str:
    """Two arrows: the right one, and the wrong one with its direction and length."""
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


def _accuracy_picture(each: Gauges) -> str:
    """The difference with its interval on a scale around 0."""
    found = each.difference
    if math.isnan(found.low):
        return _picture('<i class="kd-zero"></i>')
    low, mean, high = (_share(end, -_FURTHEST, _FURTHEST) for end in (found.low, found.mean, found.high))
    return _picture(
        f'<i class="kd-zero"></i><i class="kd-interval" style="--from: {low}; --to: {high}"></i>'
        f'<i class="kd-dot" style="--from: {mean}"></i>'
    )


def _share(value: float, low: float, high: float) -> str:
    return f"{min(1.0, max(0.0, (value - low) / (high - low or 1.0))):.3f}"


def _picture(marks: str) -> str:
    return f'<div class="kd-gauge" aria-hidden="true">{marks}</div>'
