"""What is known of an experiment: read, and put into rows and words, once for everybody who looks."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from kd.charts.experiment_plan import COLUMNS, INCLUDED, Plan, planned, result_rows
from kd.lab import Lab
from kd.lab.experiments import ExperimentRun, ExperimentView
from kd.studies.experiments import EXPERIMENTS, Experiment
from kd.studies.experiments.experiment import Findings
from kd.studies.experiments.rows import has_shipped, shipped_rows, steps
from kd.text.experiment_words import when_words
from kd.text.translation import language


@dataclass(frozen=True)
class Asked:
    """One experiment as this visitor has it. guess: a code of its choices, or a value for each place."""

    experiment: Experiment
    seeds: int
    seen: str = ""
    guess: str | tuple[float, ...] | None = None

    @property
    def key(self) -> str:
        """A name for caches: what is asked, without the guess."""
        chosen = ",".join(f"{name}={value}" for name, value in sorted(self.experiment.chosen.items()))
        return f"{self.experiment.name}-{self.seeds}-{chosen}"


def running(lab: Lab, asked: Asked) -> ExperimentRun:
    """The experiment in this lab, started or not."""
    return _running(asked.key, str(lab.store.home), lab, asked)


@st.cache_resource(max_entries=200, show_spinner=False)
def _running(key: str, home: str, _lab: Lab, _asked: Asked) -> ExperimentRun:
    """The lab's own, for which it would put together all settings each time it is asked."""
    return _lab.experiment(_asked.experiment.name, _asked.seeds, **_asked.experiment.chosen)


@st.cache_resource(max_entries=200, show_spinner=False)
def run_ids(key: str, _asked: Asked) -> list[str]:
    """The ids of all its runs."""
    return [config.run_id for config in _asked.experiment.runs(_asked.seeds)]


def plan_of(found: Experiment) -> Plan:
    """Its chart without results."""
    return _plan(found.name, str(sorted(found.chosen.items())), language(), found)


@st.cache_resource(max_entries=200, show_spinner=False)
def _plan(name: str, chosen: str, language: str, _found: Experiment) -> Plan:
    return planned(_found, included_runs(_found.name))


@st.cache_resource(max_entries=100, show_spinner=False)
def included_runs(name: str) -> pd.DataFrame:
    """The runs that came with the app; none where no result did."""
    return shipped_rows(name) if has_shipped(name) else pd.DataFrame()


def is_included(found: Experiment) -> bool:
    """Whether a result of exactly this came with the app."""
    return not found.chosen and has_shipped(found.name)


@st.cache_resource(max_entries=100, show_spinner=False)
def included_findings(name: str) -> dict[str, Findings]:
    """What these come to at each length."""
    return EXPERIMENTS[name].findings(included_runs(name))


def when(found: Experiment, length: str) -> str:
    """What a length is called, within a sentence; empty where there is one alone."""
    if len(found.lengths) == 1:
        return ""
    return when_words(length, _steps(found.name, str(sorted(found.chosen.items())), length, found))


@st.cache_resource(max_entries=200, show_spinner=False)
def _steps(name: str, chosen: str, length: str, _found: Experiment) -> tuple[int, int]:
    return steps(_found, length)


@st.cache_resource(max_entries=300, show_spinner=False)
def rows(
    key: str, done: int, language: str, source: str, length: str, _found: Experiment, _runs: pd.DataFrame
) -> pd.DataFrame:
    """The rows of its chart at a length. key, done: name what the runs are of and how many there are."""
    return result_rows(plan_of(_found), _found, _runs[_runs["length"] == length], source)


def shown_rows(asked: Asked, view: ExperimentView, length: str) -> pd.DataFrame:
    """The rows of what the lab here has."""
    return rows(asked.key, view.done, language(), "yours", length, asked.experiment, view.rows)


def included_rows(found: Experiment, length: str) -> pd.DataFrame:
    """The rows of what came with the app, if it is of exactly this."""
    if not is_included(found):
        return no_rows()
    return rows(found.name, -1, language(), INCLUDED, length, found, included_runs(found.name))


def no_rows() -> pd.DataFrame:
    """A chart's rows before there are any."""
    return pd.DataFrame(columns=list(COLUMNS))


@st.cache_data(ttl=20, max_entries=200, show_spinner=False)
def seconds(key: str, _lab: Lab, _asked: Asked) -> float:
    """About how long it takes in this lab."""
    return running(_lab, _asked).estimate()
