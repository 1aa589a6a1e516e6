"""Seeds added one by one: the interval that shrinks, and what one seed alone would have said."""

from __future__ import annotations

import math
from html import escape

import pandas as pd
import streamlit as st

from kd.charts.sure_charts import gain_ticks
from kd.studies.over_seeds import MOST_SEEDS
from kd.studies.sure.single_seeds import ORDERS, AddingSeeds, adding_seeds, alone_sentence, step_sentences
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import signed, verdict_word
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import seeds_words
from ui.how_sure import whose_seeds
from ui.how_sure.whose_seeds import Chosen
from ui.live import controls, views
from ui.live.live import live
from ui.live.views import View
from ui.shared import address, notices
from ui.shared.address import Parameter
from ui.shared.markup import unseen

_ROLES = {HELPS: "helps", NOT_SHOWN: "nothing", HURTS: "hurts"}


def so_far_sentence(adding: AddingSeeds) -> View:
    """What the seeds so far say, in each order."""
    says = {order: step_sentences(steps, order) for order, steps in adding.steps.items()}
    return {"kind": "sentence", "of": "seeds", "says": says}


def seed_rows(adding: AddingSeeds) -> View:
    """Each seed's gain, the mean of the first ones, and the 95 % interval of the last verdict."""
    ticks = gain_ticks(adding)
    orders = {
        order: [
            {
                "seed": step.seed,
                "code": step.says,
                "own": step.own,
                "mean": step.difference,
                "low": None if math.isnan(step.low) else step.low,
                "high": None if math.isnan(step.high) else step.high,
                "role": _ROLES[step.says],
                "words": _(
                    "Seed {seed} alone: {points} points, {says}",
                    seed=step.seed,
                    points=signed(step.own),
                    says=verdict_word(step.says),
                ),
            }
            for step in adding.steps[order]
        ]
        for order in ORDERS
    }
    axis = [[tick, signed(tick, _decimals(ticks))] for tick in ticks]
    return {
        "kind": "seeds",
        "title": _("Gain over scratch, in points"),
        "models": [
            {"role": "distilled", "name": _("mean; 95 % interval of the verdict")},
            {"role": "one", "name": _("one seed")},
        ],
        "seeds": len(adding.single.alone),
        "xTitle": _("Number of seeds"),
        "y": {"scale": "linear", "from": ticks[0], "to": ticks[-1], "ticks": axis},
        "orders": orders,
    }


def _decimals(ticks: list[float]) -> int:
    return 2 if any(round(tick, 1) != tick for tick in ticks) else 1


ORDER = address.choice(
    N_("Seeds are not added by “{text}”: use {allowed}."),
    {
        "by_number": N_("As they are numbered"),
        "largest_first": N_("Largest gain first"),
        "smallest_first": N_("Smallest gain first"),
    },
)


def _number(text: str) -> int:
    """How many seeds, as the control counts them: from 0 on."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_SEEDS:
        raise ValueError(
            _(
                "of_seeds must be a whole number between 1 and {most}, not “{text}”. It is set to 1.",
                most=MOST_SEEDS,
                text=notices.cut(text),
            )
        )
    return int(text) - 1


NUMBER = Parameter(_number, lambda value: str(value + 1), 0)


def parameters() -> dict[str, Parameter]:
    """What the address says of the figure.

    Raises:
        ValueError: when the included study cannot be read.
    """
    return {**whose_seeds.parameters(), "of_seeds": NUMBER, "of_order": ORDER}


@st.cache_data(max_entries=400, show_spinner=False)
def _added(key: str, _runs: pd.DataFrame) -> AddingSeeds:
    return adding_seeds(_runs)


def adding(chosen: Chosen) -> None:
    """The sentence on single seeds, the controls, and the figure that follows them."""
    added = _added(chosen.key, chosen.runs)
    seeds = len(added.single.alone)
    st.html(f'<p class="kd kd-verdict">{escape(alone_sentence(added.single))}</p>')
    number = controls.points(
        "of_seeds",
        [ngettext("{count} seed", "{count} seeds", at, count=at) for at in range(1, seeds + 1)],
        _("Number of seeds"),
        _("Adds one seed after the other, and shows what they say by then."),
        NUMBER,
    )
    order = controls.choice(
        "order",
        "of_order",
        {code: _(name) for code, name in ORDER.labels.items()},
        _("Order of the seeds"),
        _("Pick those that suit you first, and watch the interval stay narrow around what you wanted."),
        ORDER,
    )
    figures = [
        so_far_sentence(added),
        views.saved(seed_rows(added), f"adding-seeds-{chosen.key[:40]}-{{at}}"),
    ]
    live("adding-seeds", [number, order], figures)
    st.html(unseen(seeds_words({step.seed: step.own for step in added.steps[ORDERS[0]]})))
