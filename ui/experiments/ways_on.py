"""Where an experiment leads to: Sweep and Train, its numbers, its command, and the next experiments."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

import streamlit as st

from kd.config import RunConfig
from kd.export.numbers.long_form import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.experiments import EXPERIMENTS
from kd.studies.in_text.command import experiment_command
from kd.studies.study import Study
from kd.text.translation import _
from ui.experiments import stored
from ui.experiments.asked import INCLUDED, Asked
from ui.experiments.shelf import card
from ui.shared.along.numbers import numbers_along
from ui.shared.along.repeat import show_command


class Ways(NamedTuple):
    """Callbacks that open other pages."""

    to_sweep: Callable[[Study], None]
    to_train: Callable[[RunConfig], None]


def draw(lab: Lab, asked: Asked, ways: Ways) -> None:
    """Draw the buttons, and the cards of what to try next."""
    found = asked.experiment
    with st.container(horizontal=True, key="experiment_ways"):
        if found.sweep is not None and st.button(
            _("Open in Sweep"),
            key="experiment_sweep",
            icon=":material/grid_on:",
            help=_("A study that goes on from here, ready to be changed and started."),
        ):
            ways.to_sweep(found.sweep)
        if st.button(
            _("Open in Train"),
            key="experiment_train",
            icon=":material/model_training:",
            help=_("One run of this experiment, to look into, or to change."),
        ):
            ways.to_train(found.setting)
        is_included = asked.seen == INCLUDED
        runs = stored.included_runs(found.name) if is_included else stored.running(lab, asked).view().rows
        if len(runs):
            numbers_along(found.name, lambda: accuracies_in_long_form(runs))
        seeds = None if asked.seeds == found.seeds else asked.seeds
        show_command(experiment_command(found.name, seeds, found.chosen))
    following = [EXPERIMENTS[name] for name in found.next if name in EXPERIMENTS]
    if following:
        title = _("Try next")
        st.html(f'<h3 class="kd kd-next">{escape(title)}</h3>')
        with st.container(key="experiment_next"):
            for each in following:
                card(lab, each, key="_next")
