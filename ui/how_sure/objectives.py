"""The leaderboard of objectives: which is better, and which cannot be told apart, at both lengths."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.sure_charts import leaderboard_chart, leaderboard_ends, leaderboard_rows
from kd.config import FIELDS, RunConfig
from kd.studies.address import sweep_command
from kd.studies.shipped import SHORT, TIMES
from kd.studies.study import SCRATCH
from kd.studies.sure.leaderboard import (
    USUAL,
    at_both_lengths,
    leaderboard,
    leaderboard_sentence,
    leaderboard_study,
)
from kd.text.study_words import after, steps_words
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.along import show_command
from ui.shared.figure import figure

OVER = address.choice(
    N_("Objectives are not compared with “{text}”: use {allowed}."),
    {USUAL: N_("soft targets"), SCRATCH: N_("labels alone")},
)
ADDRESS = {"over": OVER}


def choose() -> str:
    """What the objectives are compared with."""
    return address.choose(
        st.segmented_control,
        _("Compared with"),
        OVER,
        key="over",
        required=True,
        help=_("The student that learned from soft targets, or the one that learned from labels alone."),
    )


def leaderboard_of(over: str) -> None:
    """What holds at both lengths, a chart of each, and what the objectives have in common. over: of OVER."""
    spec, other = FIELDS["objective"], _(OVER.labels[over])
    names = {name: spec.choice_label(name) for name in spec.choice_labels}
    studies = {length: leaderboard_study(over, length) for length in TIMES}
    tables = {length: leaderboard(over, length) for length in TIMES}
    tables = {length: table for length, table in tables.items() if len(table)}
    steps = {length: steps_words([studies[length].base]) for length in tables}
    rows = {steps[length]: table.to_dict("records") for length, table in tables.items()}
    if len(tables) == 2:
        said, moved = at_both_lengths(rows, names, other)
    else:
        ((only_length, only_rows),) = rows.items()
        said, moved = after(only_length, leaderboard_sentence(only_rows, names, other)), ""
    st.html(f'<p class="kd kd-verdict" role="status">{escape(said)}</p>')
    if moved:
        st.html(f'<p class="kd kd-quiet">{escape(moved)}</p>')
    ends = leaderboard_ends([*tables.values()])
    for place, (length, table) in zip(st.columns(len(tables), gap="large"), tables.items(), strict=True):
        with place:
            figure(
                f"objectives-{length}",
                leaderboard_chart,
                leaderboard_rows(table),
                alt=after(steps[length], leaderboard_sentence(rows[steps[length]], names, other)),
                file_note=over,
                names=names,
                over=other,
                steps=steps[length],
                ends=ends,
            )
            show_command(sweep_command(studies[length]), f"repeat-{length}")
    table, default = tables[SHORT], RunConfig()
    words = _(
        "The same student, {images} images, α {alpha} and the same {seeds} seeds for "
        "each. An objective's own fields are at their defaults, and not tuned for this setting: "
        "tuned, the order may be another. Filled: a difference is shown, corrected for {count} "
        "comparisons of one length (Holm 1979); an interval is for its objective alone.",
        images=f"{default.train_size:,}",
        alpha=f"{default.alpha:g}",
        seeds=int(table["seeds"].min()),
        count=int(table["p"].notna().sum()),
    )
    st.html(f'<p class="kd kd-quiet">{escape(words)}</p>')
