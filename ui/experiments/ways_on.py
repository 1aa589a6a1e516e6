"""Where an experiment leads to: Sweep and Train, its numbers, its command, and the next experiments."""

from __future__ import annotations

from html import escape

import streamlit as st

from kd.config import RunConfig
from kd.export.tables import accuracies_in_long_form
from kd.lab import Lab
from kd.studies.address import experiment_command, query_of
from kd.studies.experiments import EXPERIMENTS
from kd.studies.experiments.rows import varied
from kd.studies.shipped import differs
from kd.text.study_words import plain_value
from kd.text.translation import _
from ui.experiments import stored
from ui.experiments.asked import INCLUDED
from ui.experiments.shelf import card
from ui.experiments.stored import Asked
from ui.shared.along import numbers_along, show_command


def draw(lab: Lab, asked: Asked) -> None:
    """Draw the links and buttons, and the cards of what to try next."""
    found = asked.experiment
    with st.container(horizontal=True, vertical_alignment="center", key="experiment_ways"):
        if found.sweep is not None:
            st.page_link(
                "pages/sweep.py",
                label=_("Open in Sweep"),
                icon=":material/grid_on:",
                query_params=query_of(found.sweep),
                help=_("A study that goes on from here, ready to be changed and started."),
            )
        st.page_link(
            "pages/train.py",
            label=_("Open in Train"),
            icon=":material/model_training:",
            query_params=_to_train(lab, found.setting),
            help=_("One run of this experiment, to look into, or to change."),
        )
        is_included = asked.seen == INCLUDED
        runs = stored.included_runs(found.name) if is_included else stored.running(lab, asked).view().rows
        if len(runs):
            numbers_along(found.name, lambda: accuracies_in_long_form(runs, varied(found)))
        seeds = None if asked.seeds == found.seeds else asked.seeds
        show_command(experiment_command(found.name, seeds, found.chosen))
    following = [EXPERIMENTS[name] for name in found.next if name in EXPERIMENTS]
    if following:
        title = _("Try next")
        st.html(f'<h3 class="kd kd-next">{escape(title)}</h3>')
        with st.container(key="experiment_next"):
            for each in following:
                card(lab, each, key="_next")


def _to_train(lab: Lab, config: RunConfig) -> dict[str, str]:
    """What the address of Train says of a run, or of a setting that has not been trained here."""
    if lab.store.runs.has(config.run_id):
        return {"run": config.run_id}
    return {name: plain_value(getattr(config, name)) for name in differs(config)}
