"""A verdict that gets surer: a dot for each seed, and buttons for more of them."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.trail_chart import places
from kd.lab import Lab, RunView
from kd.lab.seeds import SeedsView
from kd.text.study_words import signed
from kd.text.translation import _, ngettext
from kd.text.verdicts import seeds_words
from ui.shared import notices
from ui.shared.guard import guarded
from ui.shared.person import person

_MORE = (5, 10, 20)


def look(lab: Lab, view: RunView) -> SeedsView | None:
    """Say that this person looks at the run, and see what its other seeds say.

    None where that means nothing: before it has a result, or where both students are the same.
    """
    lab.ahead.look_at(view.config, person())
    if view.result is None or view.result["comparison"]["verdict"] == "no teacher":
        return None
    return lab.seeds.view(view.config)


def tile(seeds: SeedsView | None) -> str:
    """The differences of the seeds as dots, from the smallest to the largest, as HTML.

    None leaves the place empty.
    """
    if seeds is None:
        return '<div class="kd-tile kd-seeds kd-absent"></div>'
    in_points = {seed: 100 * difference for seed, difference in sorted(seeds.differences.items())}
    dots = "".join(
        f'<span style="left:{100 * place:.1f}%" title="{escape(_dot(seed, points))}"></span>'
        for (seed, points), place in zip(in_points.items(), places(list(in_points.values())), strict=True)
    )
    have, wanted = len(seeds.runs), seeds.wanted
    words = ngettext("{count} seed", "{count} seeds", have, count=have)
    if have < wanted:
        words = _("{count} of {wanted} seeds", count=have, wanted=wanted)
    if have > 1:
        mean = sum(in_points.values()) / have
        words = _("{seeds}, mean {points}", seeds=words, points=signed(mean))
    title, said = _("Seed by seed"), seeds_words(in_points)
    return (
        f'<div class="kd-tile kd-distilled kd-seeds"><p>{escape(title)}</p>'
        f'<div class="kd-dots" role="img" aria-label="{escape(said)}">{dots}</div>'
        f'<p class="kd-quiet">{escape(words)}</p></div>'
    )


def more(lab: Lab, view: RunView, seeds: SeedsView) -> None:
    """The buttons that ask for more seeds than there will be by themselves."""
    for number in _MORE:
        if max(len(seeds.runs), seeds.wanted) < number:
            st.button(
                _("{count} seeds", count=number),
                key=f"seeds_{number}",
                type="tertiary",
                help=_(
                    "Trains this setting with so many seeds, for another verdict. Verdicts come with 5, 10 "
                    "and 20 seeds. Each seed takes about as long as this run."
                ),
                on_click=guarded(_ask),
                args=(lab, view, number),
            )


def _ask(lab: Lab, view: RunView, number: int) -> None:
    notices.clear()
    try:
        lab.seeds.more(view.config, number, person())
    except (ValueError, OSError) as error:
        notices.add(str(error))


def _dot(seed: int, points: float) -> str:
    return _("Seed {seed}: {points} points", seed=seed, points=signed(points))
