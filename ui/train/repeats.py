"""The numbers of a run on Train: a tile for each model, its repeats (seeds) on a scale, and more of them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from kd.base.data_sets import is_here
from kd.base.once import computed_once
from kd.config import RunConfig
from kd.lab import Lab, RunView
from kd.lab.ahead import with_seeds
from kd.lab.seeds import SeedsView
from kd.studies.over_seeds import MOST_SEEDS, next_station
from kd.text.study_words import decimals, difference, repeats_words, rounded, signed, unknown
from kd.text.translation import _, ngettext
from kd.text.verdicts import seeds_words
from kd.text.words import MODELS, STUDENTS, accuracy
from ui.shared.dots import dots
from ui.shared.markup import role
from ui.shared.person import person, script_run
from ui.shared.pieces import acts, takes
from ui.shared.steady_button import steady_button
from ui.shared.terms import explained

# The width of the button, whatever it says.
_BUTTON = 220


def seeds_of(lab: Lab, view: RunView) -> SeedsView | None:
    """Notes who looks at the run; returns its seeds, None without a result or for equal students."""
    lab.ahead.look_at(view.config, script_run().session_id)
    if view.result is None or view.result["comparison"]["verdict"] == "no teacher":
        return None
    return lab.seeds.view(view.config)


def tiles(view: RunView, seeds: SeedsView | None) -> None:
    """Draws the accuracy of each model: of the students the means that the headline is about."""
    history, result = view.history, view.result  # read once: they are looked up each time
    row = None if seeds is None else seeds.verdict
    each = "".join(
        _mean_tile(model, row) if row and model in STUDENTS else _tile(view, model, history, result)
        for model in MODELS
    )
    st.html(f'<div class="kd kd-tiles">{each}</div>')


def repeats(lab: Lab, view: RunView, seeds: SeedsView | None) -> None:
    """Draws the difference of each repeat, and a button that asks for more. seeds: None leaves the place."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="repeats"):
        if seeds is not None:
            st.html(_strip(seeds))
            _more(lab, view, seeds)


def _more(lab: Lab, view: RunView, seeds: SeedsView) -> None:
    """Draws the button for the next number of repeats with a verdict, which is Stop while it works."""
    if not is_here(view.config.data):
        return
    me, have = person(), len(seeds.runs)
    following = next_station(max(have, seeds.wanted))
    draw = partial(steady_button, "more_repeats", type="secondary", width=_BUTTON)
    if have < lab.seeds.asked(view.config, me):
        help = _("Trains no further repeats. Those that are ready stay.")
        draw("stop", _("Stop"), acts(lab.seeds.stop, me), help)
    elif following is not None and following <= MOST_SEEDS:
        time = takes(_seconds(lab, view.config, following, lab.store.runs.version()))
        refusal = lab.offers.refusal(with_seeds(view.config, following))
        draw(
            f"{following}",
            _("{count} repeats, {time}", count=following, time=time),
            acts(lab.seeds.more, view.config, following, me),
            refusal
            or _(
                "Trains this setting with other seeds, {count} in all. Each draws other images, another "
                "order and other first weights, so you see how much is luck.",
                count=following,
            ),
            disabled=bool(refusal),
        )


@computed_once(maxsize=256)
def _seconds(lab: Lab, config: RunConfig, number: int, _version: Any) -> float:
    """Returns how long so many repeats take. _version: of the store, as what is stored takes no time."""
    return lab.estimate(lab.study(config, {}, number))


def _mean_tile(model: str, row: Mapping[str, Any]) -> str:
    repeats = repeats_words(int(row["seeds"]))
    return _as_html(model, accuracy(row[f"{model}_accuracy"]), _("mean of {repeats}", repeats=repeats))


def _tile(view: RunView, model: str, history: list[dict[str, Any]], result: dict[str, Any] | None) -> str:
    """Returns a model's accuracy as HTML; the latest one known while the run goes on."""
    events = [event for event in history if event["model"] == model]
    number, below = "–", "\u00a0"
    if result is not None:
        right = result[model]["test_accuracy"]
        number, below = accuracy(right), _mistakes(view.config, right)
    elif events:
        below = _("epoch {epoch} of {epochs}", epoch=events[-1]["epoch"], epochs=events[-1]["epochs"])
        known = next((event for event in reversed(events) if event["val_accuracy"] is not None), None)
        if known is not None:
            number = accuracy(known["val_accuracy"])
            below = _("after epoch {epoch} of {epochs}", epoch=known["epoch"], epochs=known["epochs"])
    elif model == "teacher" and view.teacher_accuracy is not None:
        number, below = accuracy(view.teacher_accuracy), _("trained earlier")
    return _as_html(model, number, below)


def _mistakes(config: RunConfig, right: float) -> str:
    """Says how many test pictures a model gets wrong, if its data set is here."""
    with contextlib.suppress(ValueError):
        wrong = round(config.about_data.test * (1 - right))
        return ngettext("{count} mistake", "{count} mistakes", wrong)
    return "\u00a0"


def _as_html(model: str, number: str, below: str) -> str:
    return (
        f'<div class="kd-tile kd-{model}"><p>{role(model)}</p>'
        f'<p class="kd-number">{escape(number)}</p><p class="kd-quiet">{escape(below)}</p></div>'
    )


def _strip(seeds: SeedsView) -> str:
    """Returns a dot for each repeat's difference, in points on a scale with 0, as HTML."""
    points = {seed: 100 * difference for seed, difference in sorted(seeds.differences.items())}
    row, mean = seeds.verdict, sum(points.values()) / len(points)
    mean = mean if row is None else difference(row)
    known = row is not None and not unknown(row["low"])
    band = (row["low"], row["high"]) if row is not None and known else None
    named = [
        _("Seed {seed}: {points} points", seed=seed, points=signed(value)) for seed, value in points.items()
    ]
    shown = dots([*points.values()], named, band, seeds_words(points))
    title = _("Distilled − scratch in each repeat (seed), in percentage points")
    return (
        f'<div class="kd kd-distilled"><p>{explained(title, "seed", "points")}</p>'
        f'{shown}<p class="kd-quiet">{escape(_in_words(seeds, mean))}</p></div>'
    )


def _in_words(seeds: SeedsView, mean: float) -> str:
    """Returns how many repeats there are, their mean in points, and where it is likely to be."""
    row, have = seeds.verdict, len(seeds.runs)
    digits = 2 if row is None else decimals(row)
    words = repeats_words(have)
    if have < seeds.wanted:
        words = _("{count} of {wanted} repeats", count=have, wanted=seeds.wanted)
    if have > 1:
        words = _("{repeats}, mean {points}", repeats=words, points=signed(mean, digits))
    if row is None or unknown(row["low"]) or row["judged_seeds"] != have:
        return words
    low, high = rounded(row["low"], digits), rounded(row["high"], digits)
    return _("{mean}, likely {low} to {high}", mean=words, low=low, high=high)
