"""A small picture of what an experiment's chart is like: what is compared, and nothing of the result."""

from __future__ import annotations

from kd.charts.experiments.plan import Plan

_MOST_PLACES, _MOST_LINES, _MOST_ROWS = 7, 3, 5


_CODE = ((0.0, 0.55), (0.06, 0.7), (0.06, 0.45), (0.0, 0.3))
"""Where lines of code begin, and how long they are."""


def code_shape() -> str:
    """Lines of code, one of which is wrong; which one, nobody knows yet."""
    marks = "".join(f'<i style="--at: {at}; --long: {long}"></i>' for at, long in _CODE)
    return f'<div class="kd-shape kd-shape-code" aria-hidden="true">{marks}<b>?</b></div>'


def shape(plan: Plan) -> str:
    """Level lines with a mark at each place, or a row for each thing that is compared, all in the middle."""
    marks = _lines(plan) if plan.is_line else _rows(plan)
    kind = "lines" if plan.is_line else "rows"
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
