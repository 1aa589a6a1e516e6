"""The repeats of a cell, one by one: the interval that shrinks, and what each alone would have said."""

import math

import pandas as pd
import streamlit as st

from kd.charts.study_charts import gain_ticks, stopping_chart
from kd.lab import Lab
from kd.studies.over_seeds import MOST_SEEDS
from kd.studies.shipped import nearest
from kd.studies.sure.single_seeds import (
    ORDERS,
    AddingSeeds,
    adding_seeds,
    alone_sentence,
    step_sentences,
    stopping,
    stopping_sentence,
)
from kd.studies.verdicts import HELPS, HURTS, NOT_SHOWN
from kd.text.study_words import signed, verdict_word
from kd.text.translation import N_, _, ngettext
from kd.text.verdicts import seeds_words
from ui.live import controls, views
from ui.live.live import live
from ui.live.views import View
from ui.shared import address, run_words
from ui.shared.address import Parameter
from ui.shared.figure import figure
from ui.shared.markup import literal, unseen
from ui.shared.pieces import quiet, verdict
from ui.shared.shown import shown_run
from ui.sweep import cell as one_cell
from ui.sweep import map as study_map
from ui.sweep.studies import Shown, choose_slice

_ROLES = {HELPS: "helps", NOT_SHOWN: "nothing", HURTS: "hurts"}

OF = address.choice(
    N_("There are no repeats of “{text}”: use {allowed}."),
    {"study": N_("A cell of the study"), "run": N_("The run on Train")},
)
ORDER = address.choice(
    N_("Repeats are not added by “{text}”: use {allowed}."),
    {
        "by_number": N_("As they are numbered"),
        "largest_first": N_("Largest gain first"),
        "smallest_first": N_("Smallest gain first"),
    },
)


_COUNT = address.number("of_seeds", 1, MOST_SEEDS, 1)
# the control counts from 0 on
NUMBER = Parameter(lambda text: int(_COUNT.read(text)) - 1, lambda value: str(value + 1), 0)
ADDRESS = {"of": OF, "of_seeds": NUMBER, "of_order": ORDER}


def draw(lab: Lab, shown: Shown) -> None:
    """Draws the repeats of a setting one by one, which setting, and what comes of looking too often."""
    place, cell = st.container(), one_cell.chosen(shown)
    with st.container(horizontal=True, vertical_alignment="bottom", key="sweep_of"):
        whose = _("Stored runs that differ in their seed alone: of a cell, or of the run on Train.")
        of = address.choose(_("Of"), OF, key="of", help=whose)
        if of == "study":
            one_cell.choice(shown, cell)
            if shown.view is None:
                choose_slice()
    with place:
        runs = _of_run(lab) if of == "run" else _of_cell(shown, cell)
        if len(runs) > 1:
            one = _("the run on Train") if of == "run" else study_map.labels(shown.study)[cell or 0]
            _one_by_one(runs, one)
        elif of == "study":
            few = _("Fewer than two repeats of this cell are stored.")
            quiet(_("Choose a cell to see its repeats.") if cell is None else few)
    with st.expander(
        _("Why not stop as soon as it helps?"), key="sweep_peeking", bind="query-params"
    ) as fold:
        if fold.open:
            said = stopping_sentence(stopping())
            verdict(said)
            figure("stopping", stopping_chart, stopping(), alt=said)
            quiet(
                _(
                    "20,000 simulated methods without any effect. The lab gives verdicts with 5, 10 and 20 "
                    "repeats only, each at p < 0.01, and beyond at p < 0.003."
                )
            )


def _of_cell(shown: Shown, cell: int | None) -> pd.DataFrame:
    """Returns the repeats of a cell: of the study that came with the app, the study with most of them."""
    if cell is None:
        return shown.frame.head(0)
    found = nearest(shown.config(cell)) if shown.view is None else None
    return shown.repeats(cell) if found is None else found[1]


def _of_run(lab: Lab) -> pd.DataFrame:
    """Returns the stored repeats of the run on Train; says so where there are fewer than two."""
    view = shown_run(lab)
    if view is None:
        st.write(_("There is no run yet."))
        return pd.DataFrame()
    # from the first seed there is, or for one far from it, from its own
    first = view.config.replace(seed=0) if view.config.seed < MOST_SEEDS else view.config
    runs = lab.seeds.frame(first)
    st.markdown(literal(run_words.setting(first)))
    if len(runs) < 2:
        st.write(_("Fewer than two repeats of this setting are stored. Train has a button for more."))
        st.page_link("pages/train.py", label=_("Train more repeats"), icon=":material/model_training:")
    return runs


@st.cache_data(max_entries=400, show_spinner=False)
def _added(runs: pd.DataFrame) -> AddingSeeds:
    return adding_seeds(runs)


def _one_by_one(runs: pd.DataFrame, setting: str) -> None:
    """Draws the sentence on single repeats, the controls, and the figure that follows them."""
    added = _added(runs)
    seeds = len(added.single.alone)
    verdict(alone_sentence(added.single))
    number = controls.points(
        "of_seeds",
        [ngettext("{count} repeat", "{count} repeats", at) for at in range(1, seeds + 1)],
        _("Repeats (seeds)"),
        _("Adds one repeat after the other, and shows your verdict, had you stopped there."),
        NUMBER,
    )
    order = controls.choice(
        "order",
        "of_order",
        {code: _(name) for code, name in ORDER.labels.items()},
        _("Order"),
        _("Pick those that suit you first, and watch the interval stay narrow around what you wanted."),
        ORDER,
    )
    rows = views.saved(_seed_rows(added, setting), "adding-seeds-{at}")
    said = {order: step_sentences(steps, order) for order, steps in added.steps.items()}
    live("adding-seeds", [number, order], [{"kind": "sentence", "of": "seeds", "says": said}, rows])
    st.html(unseen(seeds_words({step.seed: step.own for step in added.steps[ORDERS[0]]})))


def _seed_rows(adding: AddingSeeds, setting: str) -> View:
    """Returns each repeat's gain, the mean of the first ones, and the 95 % interval of the last verdict."""
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
    decimals = 2 if any(round(tick, 1) != tick for tick in ticks) else 1
    axis = [[tick, signed(tick, decimals)] for tick in ticks]
    return {
        "kind": "seeds",
        "title": _("Gain over scratch, in percentage points: {setting}", setting=setting),
        "models": [
            {"role": "distilled", "name": _("mean, and where it likely is")},
            {"role": "one", "name": _("one repeat")},
        ],
        "seeds": len(adding.single.alone),
        "xTitle": _("Repeats"),
        "y": {"scale": "linear", "from": ticks[0], "to": ticks[-1], "ticks": axis},
        "orders": orders,
    }
