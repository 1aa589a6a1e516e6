"""The shelf: a card for each experiment, with its question, what it is about, and how long it takes."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.experiment_plan import Plan
from kd.lab import Lab
from kd.studies.experiments import EXPERIMENTS, Experiment
from kd.text.translation import N_, _
from ui.experiments.asked import EXPERIMENT, Asked, made_once, plan_of, seconds
from ui.shared.lesson import section
from ui.shared.pieces import takes

PAGE = "pages/experiments.py"
_ROOMS = {
    "classic": (
        N_("The classics"),
        N_(
            "What papers have claimed of distillation, with a network that trains in seconds. Guess first, "
            "then find out whether it holds here, and how sure that is."
        ),
    ),
    "mistake": (
        N_("Mistakes people really make"),
        N_(
            "Each was found in somebody's code. Train the wrong line beside the right one, and see who "
            "notices: the loss, the gradient or the accuracy."
        ),
    ),
}
# Where lines of code begin, and how long they are.
_CODE = ((0.0, 0.55), (0.06, 0.7), (0.06, 0.45), (0.0, 0.3))
_MOST_PLACES, _MOST_LINES, _MOST_ROWS = 7, 3, 5


def shelf(lab: Lab) -> None:
    """Draws all cards."""
    for kind, (title, words) in _ROOMS.items():
        section(_(title))
        st.html(f'<p class="kd kd-lead">{escape(_(words))}</p>')
        with st.container(key=f"shelf_{kind}"):
            for each in EXPERIMENTS.values():
                if each.kind == kind:
                    card(lab, each)


def card(lab: Lab, found: Experiment, key: str = "") -> None:
    """Draws a card, all of which is a link; key: tells apart several cards of one experiment."""
    with st.container(key=f"card_{found.name}{key}", gap=None):
        st.page_link(PAGE, label=_(found.title), query_params={EXPERIMENT: found.name})
        left = seconds(Asked(found, found.seeds), -1, lab)
        st.html(_card(found, takes(left) if left else _("ready")))


@made_once
def _card(found: Experiment, takes: str) -> str:
    picture = _code_shape() if found.kind == "mistake" else _shape(plan_of(found))
    return (
        f'<div class="kd kd-card">{picture}<div><p class="kd-question">{escape(_(found.question))}</p>'
        f'<p class="kd-quiet">{escape(takes)} · {escape(_(found.paper.authors))}</p></div></div>'
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
