"""The shelf: three experiments to begin with, and the others by what they are about, a card each."""

from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from kd.charts.experiment_plan import Plan
from kd.studies.experiments import EXPERIMENTS, FIRST, MISTAKES, TOPICS, Experiment
from kd.text.translation import N_, _
from ui.experiments.asked import EXPERIMENT, guessed, made_once
from ui.shared import address
from ui.shared.experiment_charts import plan_of
from ui.shared.lesson import section

PAGE = "pages/experiments.py"
ALL = "all"
TOPIC = address.choice(
    N_("No experiments are about “{text}”: use {allowed}."),
    {
        "images": N_("Images and labels"),
        "temperature": N_("Temperature and loss"),
        "teachers": N_("Other teachers"),
        "students": N_("Size and time"),
        "mistakes": N_("Mistakes"),
        ALL: N_("All"),
    },
)
_NAMES = {**TOPICS, "mistakes": MISTAKES, ALL: tuple(name for name in EXPERIMENTS if name not in FIRST)}
# Where lines of code begin, and how long they are.
_CODE = ((0.0, 0.55), (0.06, 0.7), (0.06, 0.45), (0.0, 0.3))
_MOST_PLACES, _MOST_LINES, _MOST_ROWS = 7, 3, 5


def shelf() -> None:
    """Draws the first cards, a choice of topics, and the cards of one."""
    words = _("Pick a question, guess the answer, then look. All of them are about MNIST.")
    st.html(f'<p class="kd kd-lead">{escape(words)}</p>')
    section(_("Three to begin with"))
    _cards(FIRST)
    section(_("All the others"))
    address.take({"topic": TOPIC})
    topic = address.choose(
        _("About"),
        TOPIC,
        key="topic",
        label_visibility="collapsed",
        help=_("Each mistake was found in somebody's code."),
    )
    _cards(_NAMES[topic])


def keep_place(name: str) -> None:
    """Has an experiment open at its top, and the shelf, whose name is empty, where it was left."""
    st.html(f"<script>{_script()}({name!r});</script>", unsafe_allow_javascript=True)


@cache
def _script() -> str:
    return Path(__file__).with_name("place.js").read_text(encoding="utf-8")


def _cards(names: Sequence[str]) -> None:
    with st.container(key=f"shelf_{names[0]}"):
        for name in names:
            card(EXPERIMENTS[name])


def card(found: Experiment, key: str = "") -> None:
    """Draws a card, all of which is a link; key: tells apart several cards of one experiment."""
    with st.container(key=f"card_{found.name}{key}", gap=None):
        st.page_link(PAGE, label=_(found.title), query_params={EXPERIMENT: found.name})
        st.html(_card(found, guessed(found)))


@made_once
def _card(found: Experiment, guess: str) -> str:
    picture = _code_shape() if found.kind == "mistake" else _shape(plan_of(found))
    below = guess or _(found.paper.authors)
    return (
        f'<div class="kd kd-card">{picture}<div><p class="kd-question">{escape(_(found.question))}</p>'
        f'<p class="kd-quiet">{escape(below)}</p></div></div>'
    )


def _code_shape() -> str:
    """Returns lines of code as HTML, without saying which of them is wrong."""
    marks = "".join(f'<i style="--at: {at}; --long: {long}"></i>' for at, long in _CODE)
    return f'<div class="kd-shape kd-shape-code" aria-hidden="true">{marks}<b>?</b></div>'


def _shape(plan: Plan) -> str:
    """Returns level lines with a mark at each place, or a row for each thing that is compared, as HTML."""
    marks, kind = (_lines(plan), "lines") if plan.is_line else (_rows(plan), "rows")
    return f'<div class="kd-shape kd-shape-{kind}" aria-hidden="true">{"".join(marks)}<b>?</b></div>'


def _lines(plan: Plan) -> list[str]:
    roles = [one.role for one in plan.series[:_MOST_LINES]]
    count = min(len(plan.places or range(5)), _MOST_PLACES)
    found = []
    for number, role in enumerate(roles):
        up = 0.5 + 0.16 * ((len(roles) - 1) / 2 - number)
        found.append(f'<s class="kd-{role}" style="--up: {up:.2f}"></s>')
        found += [
            f'<i class="kd-{role}" style="--at: {at / max(count - 1, 1):.3f}; --up: {up:.2f}"></i>'
            for at in range(count)
        ]
    return found


def _rows(plan: Plan) -> list[str]:
    roles = [one.role for _place in plan.places or (0, 1, 2) for one in plan.series][:_MOST_ROWS]
    room = 1 / len(roles)
    return [
        f'<s class="kd-{role}" style="--up: {1 - (at + 0.5) * room:.3f}"></s>'
        f'<i class="kd-{role}" style="--at: 0.5; --up: {1 - (at + 0.5) * room:.3f}"></i>'
        for at, role in enumerate(roles)
    ]
