"""The numbers of a run on Train: a tile for each model, its repeats as dots, and buttons for more of them."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.parts import places
from kd.config import TEST_IMAGES
from kd.lab import Lab, RunView
from kd.lab.seeds import SeedsView
from kd.text.study_words import signed
from kd.text.translation import _, ngettext
from kd.text.verdicts import seeds_words
from kd.text.words import MODELS, accuracy
from ui.shared.markup import role
from ui.shared.person import person
from ui.shared.pieces import acts

_MORE_SEEDS = (5, 10, 20)


def seeds_of(lab: Lab, view: RunView) -> SeedsView | None:
    """Notes who looks at the run; returns its seeds, None without a result or for equal students."""
    lab.ahead.look_at(view.config, person())
    if view.result is None or view.result["comparison"]["verdict"] == "no teacher":
        return None
    return lab.seeds.view(view.config)


def tiles(view: RunView, seeds: SeedsView | None) -> None:
    """Draws the accuracy of each model, and the difference of each seed."""
    each = "".join(_tile(view, model) for model in MODELS)
    st.html(f'<div class="kd kd-tiles">{each}{_seeds_tile(seeds)}</div>')


def more_seeds(lab: Lab, view: RunView, seeds: SeedsView) -> None:
    """Draws the buttons that ask for more seeds than there will be by themselves."""
    for number in _MORE_SEEDS:
        if max(len(seeds.runs), seeds.wanted) < number:
            st.button(
                _("{count} seeds", count=number),
                key=f"seeds_{number}",
                type="tertiary",
                help=_(
                    "Trains this setting with so many seeds, for another verdict. Verdicts come with 5, 10 "
                    "and 20 seeds. Each seed takes about as long as this run."
                ),
                on_click=acts(lab.seeds.more, view.config, number, person()),
            )


def _tile(view: RunView, model: str) -> str:
    """Returns a model's accuracy as HTML; the latest one known while the run goes on."""
    events = [event for event in view.history if event["model"] == model]
    number, below = "–", "\u00a0"
    if view.result is not None:
        right = view.result[model]["test_accuracy"]
        wrong = round(TEST_IMAGES * (1 - right))
        number = accuracy(right)
        below = ngettext("{count} mistake", "{count} mistakes", wrong, count=f"{wrong:,}")
    elif events:
        below = _("epoch {epoch} of {epochs}", epoch=events[-1]["epoch"], epochs=events[-1]["epochs"])
        known = next((event for event in reversed(events) if event["val_accuracy"] is not None), None)
        if known is not None:
            number = accuracy(known["val_accuracy"])
            below = _("after epoch {epoch} of {epochs}", epoch=known["epoch"], epochs=known["epochs"])
    elif model == "teacher" and view.teacher_accuracy is not None:
        number, below = accuracy(view.teacher_accuracy), _("trained earlier")
    return (
        f'<div class="kd-tile kd-{model}"><p>{role(model)}</p>'
        f'<p class="kd-number">{escape(number)}</p><p class="kd-quiet">{escape(below)}</p></div>'
    )


def _seeds_tile(seeds: SeedsView | None) -> str:
    """Returns the differences of the seeds as dots, as HTML; None leaves the place empty."""
    if seeds is None:
        return '<div class="kd-tile kd-seeds kd-absent"></div>'
    in_points = {seed: 100 * difference for seed, difference in sorted(seeds.differences.items())}
    dots = ""
    for (seed, points), place in zip(in_points.items(), places(list(in_points.values())), strict=True):
        said = _("Seed {seed}: {points} points", seed=seed, points=signed(points))
        dots += f'<span style="left:{100 * place:.1f}%" title="{escape(said)}"></span>'
    have = len(seeds.runs)
    words = ngettext("{count} seed", "{count} seeds", have, count=have)
    if have < seeds.wanted:
        words = _("{count} of {wanted} seeds", count=have, wanted=seeds.wanted)
    if have > 1:
        words = _("{seeds}, mean {points}", seeds=words, points=signed(sum(in_points.values()) / have))
    title, said = _("Seed by seed"), seeds_words(in_points)
    return (
        f'<div class="kd-tile kd-distilled kd-seeds"><p>{escape(title)}</p>'
        f'<div class="kd-dots" role="img" aria-label="{escape(said)}">{dots}</div>'
        f'<p class="kd-quiet">{escape(words)}</p></div>'
    )
