"""The leaderboard of objectives: which is better, and which cannot be told apart, at both lengths."""

from __future__ import annotations

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
from ui.shared.lesson import lesson
from ui.shared.pieces import quiet, verdict

OVER = address.choice(
    N_("Objectives are not compared with “{text}”: use {allowed}."),
    {USUAL: N_("soft targets"), SCRATCH: N_("labels alone")},
)
ADDRESS = {"over": OVER}


def choose() -> tuple[str]:
    """Draws the choice of what the objectives are compared with, and returns it."""
    over = address.choose(
        st.segmented_control,
        _("Compared with"),
        OVER,
        key="over",
        required=True,
        help=_("The student that learned from soft targets, or the one that learned from labels alone."),
    )
    return (over,)


def draw(over: str) -> None:
    """Draws what holds at both lengths, a chart of each, and what the objectives have in common."""
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
    verdict(said)
    if moved:
        quiet(moved)
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
    quiet(words)


def explain() -> None:
    """Draws the lesson."""
    lesson(
        _("Which of seven is best?"),
        _(
            "Compare enough objectives, and one looks better by luck: of six comparisons with nothing "
            "to find, up to one time in four some interval is without 0. So the verdicts are corrected "
            "together. Holm's method asks most of the smallest p, less of the next, and stops at the first "
            "that fails. What passes may be called better; the rest cannot be told apart with so few seeds, "
            "which does not mean that it is equal."
        ),
        _(
            "Look for an interval that is without 0 and still hollow. Alone, that objective would have been "
            "published."
        ),
        r"p_{(k)} < \frac{0.01}{m - k + 1} \quad \text{for } k = 1, 2, \dots \text{ until one fails}",
        _(
            "$m$: how many comparisons; $p_{(k)}$: the $k$-th smallest p. Holm (1979), *A Simple "
            "Sequentially Rejective Multiple Test Procedure*."
        ),
    )
