"""The trap of stopping when it helps: the controls, the sentence and the figure."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from kd.charts.sure_charts import stopping_chart
from kd.studies.sure.stopping import AT_STATIONS, LOOKS, MOST_SEEDS, USUAL, stopping, stopping_sentence
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.figure import figure

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
    """After how many seeds one looks again, and up to how many."""
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
    """The sentence, and how many methods without effect have got a verdict by then."""
    rows = stopping(every, most)
    by_rule = rows.groupby("rule")["share"].max()
    said = stopping_sentence(every, most, float(by_rule[USUAL]), float(by_rule[AT_STATIONS]))
    st.html(f'<p class="kd kd-verdict" role="status">{escape(said)}</p>')
    figure("stopping", stopping_chart, rows, alt=said, file_note=f"{every}-{most}", most=most)
    words = _(
        "20,000 simulated methods: each seed's difference is drawn from a normal distribution around 0. A "
        "verdict at every look takes p < 0.05. The lab's take p < 0.01 with 5, 10 and 20 seeds, and "
        "p < 0.003 with 40 and more."
    )
    st.html(f'<p class="kd kd-quiet">{escape(words)}</p>')
