"""The trap of stopping when it helps: the controls, the sentence and the figure."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from kd.charts.sure_charts import stopping_chart
from kd.studies.sure.stopping import AT_STATIONS, LOOKS, MOST_SEEDS, USUAL, stopping, stopping_sentence
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.figure import figure
from ui.shared.lesson import lesson
from ui.shared.pieces import quiet, verdict

EVERY = address.choice(
    N_("One cannot look again after “{text}” seeds: use {allowed}."),
    {str(seeds): str(seeds) for seeds in LOOKS},
)
UP_TO = replace(
    address.choice(
        N_("One cannot go on to “{text}” seeds: use {allowed}."),
        {str(seeds): str(seeds) for seeds in (5, 10, 20, MOST_SEEDS)},
    ),
    default="20",
)
ADDRESS = {"look_every": EVERY, "look_up_to": UP_TO}


def choose() -> tuple[int, int]:
    """Draws two choices and returns them: after how many seeds one looks again, and up to how many."""
    every = address.choose(
        st.segmented_control,
        _("Look again after"),
        EVERY,
        key="look_every",
        required=True,
        help=_("After so many more seeds, somebody looks, and stops if a difference is shown."),
    )
    up_to = address.choose(
        st.segmented_control,
        _("Up to, in seeds"),
        UP_TO,
        key="look_up_to",
        required=True,
        help=_("With so many seeds, one gives up at last."),
    )
    return int(every), int(up_to)


def draw(every: int, most: int) -> None:
    """Draws the sentence, and how many methods without effect have got a verdict by then."""
    rows = stopping(every, most)
    by_rule = rows.groupby("rule")["share"].max()
    said = stopping_sentence(every, most, float(by_rule[USUAL]), float(by_rule[AT_STATIONS]))
    verdict(said)
    figure("stopping", stopping_chart, rows, alt=said, file_note=f"{every}-{most}", most=most)
    words = _(
        "20,000 simulated methods: each seed's difference is drawn from a normal distribution around 0. A "
        "verdict at every look takes p < 0.05. The lab's take p < 0.01 with 5, 10 and 20 seeds, and "
        "p < 0.003 with 40 and more."
    )
    quiet(words)


def explain() -> None:
    """Draws the lesson."""
    lesson(
        _("Looking often finds what is not there"),
        _(
            "With p below 0.05, one of twenty methods that do nothing seems to do something. That holds for "
            "one look. Whoever looks after every seed and stops at the first difference has many chances, "
            "and a quarter of such methods gets through by 20 seeds. Nobody cheats; it is enough to go on "
            "while nothing is shown. So the lab gives verdicts at stations only, each at a stricter level, "
            "however often you look in between. Together they stay below 5 %."
        ),
        _(
            "Let somebody look again after 10 seeds in place of every seed, and then go on to 40 seeds. "
            "Fewer looks fool less, and more patience fools more."
        ),
        r"P(\text{any verdict}) \le \sum_k \alpha_k = 3 \cdot 0.01 + 5 \cdot 0.003 = 0.045",
        _(
            r"$\alpha_k$: the level at the stations, 1 % with 5, 10 and 20 seeds and 0.3 % with 40, 80, 160, "
            "320 and 640. Armitage, McPherson and Rowe (1969), *Repeated Significance Tests on Accumulating "
            "Data*."
        ),
    )
