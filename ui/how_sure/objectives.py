"""The leaderboard of objectives: which is really better, and which cannot be told apart."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.charts.sure.leaderboard_chart import leaderboard_chart, leaderboard_rows
from kd.config import FIELDS, RunConfig
from kd.studies.in_text.command import sweep_command
from kd.studies.sure.leaderboard import USUAL, leaderboard, leaderboard_study
from kd.studies.verdicts import SCRATCH
from kd.text.sure_words import leaderboard_sentence
from kd.text.translation import N_, _
from ui.shared import address
from ui.shared.along.repeat import show_command
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
    """The sentence, the chart, and what the objectives have in common. over: of OVER."""
    table, spec, default = leaderboard(over), FIELDS["objective"], RunConfig()
    names, other = {name: spec.choice_label(name) for name in spec.choice_labels}, _(OVER.labels[over])
    sentence = leaderboard_sentence(table.to_dict("records"), names, other)
    st.html(f'<p class="kd kd-verdict" role="status">{escape(sentence)}</p>')
    figure(
        "objectives",
        leaderboard_chart,
        leaderboard_rows(table),
        alt=sentence,
        file_note=over,
        names=names,
        over=other,
    )
    words = _(
        "The same student, {images} images, {epochs} epochs, α {alpha} and the same {seeds} seeds for "
        "each. An objective's own fields are at their defaults, and not tuned for this setting: "
        "tuned, the order may be another. Filled: a difference is shown, corrected for {count} "
        "comparisons (Holm 1979); an interval is for its objective alone.",
        images=f"{default.train_size:,}",
        epochs=default.epochs,
        alpha=f"{default.alpha:g}",
        seeds=int(table["seeds"].min()),
        count=int(table["p"].notna().sum()),
    )
    st.html(f'<p class="kd kd-quiet">{escape(words)}</p>')
    show_command(sweep_command(leaderboard_study(over)))
