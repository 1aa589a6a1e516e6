"""An experiment's chart and what it shows, made once for everybody who looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from kd.charts.experiment_plan import Plan, planned, result_rows
from kd.studies.experiments import Experiment
from kd.studies.experiments.rows import has_shipped, shipped_rows
from kd.studies.mistakes import MistakeExperiment
from kd.text.translation import language


def _key(found: Experiment) -> tuple[str, str, str]:
    return found.name, str(sorted(found.chosen.items())), language()


KEYS: dict[str | type[Any], Callable[[Any], Any]] = {Experiment: _key, MistakeExperiment: _key}
"""By what Streamlit's caches tell experiments apart: name, options, and the reader's language."""

_made_once = st.cache_resource(max_entries=300, show_spinner=False, hash_funcs=KEYS)


@_made_once
def plan_of(found: Experiment) -> Plan:
    """Returns its chart without results."""
    return planned(found, included_runs(found.name))


def included_runs(name: str) -> pd.DataFrame:
    """Returns the runs that came with the app; none where no result did."""
    return shipped_rows(name) if has_shipped(name) else pd.DataFrame()


@_made_once
def chart_rows(found: Experiment, length: str, source: str, name: str, _runs: pd.DataFrame) -> pd.DataFrame:
    """Returns the rows of its chart at a length; name: of these runs, another once more have finished."""
    return result_rows(plan_of(found), found, _runs[_runs["length"] == length], source)
