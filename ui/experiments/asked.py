"""What a visitor asks, kept in the address, and what is known of it, made once for everybody who looks."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from kd.base.unusable import Unusable
from kd.charts.experiment_plan import COLUMNS, INCLUDED
from kd.config import RunConfig
from kd.lab import Lab
from kd.lab.experiments import ExperimentRun, ExperimentView
from kd.studies.address import seeds_of
from kd.studies.experiments import EXPERIMENTS, Experiment, experiment
from kd.studies.experiments.experiment import Findings
from kd.studies.experiments.rows import has_shipped, shipped_findings, steps
from kd.studies.study import checked_seeds
from kd.text.experiment_words import when_words
from kd.text.study_words import plain_value
from kd.text.translation import _
from ui.shared import address, notices
from ui.shared.experiment_charts import KEYS, included_runs, plan_of

EXPERIMENT, GUESS, SEEN, SEEDS = "experiment", "guess", "seen", "seeds"
RUN = "run"
"""What is looked at: what the lab here has computed, or the result that came with the app; "" before."""

_KEPT, _TAKEN = "experiments_kept", "experiments_taken"


@dataclass(frozen=True)
class Asked:
    """One experiment as this visitor has it. guess: a code of its choices, or a value for each place."""

    experiment: Experiment
    seeds: int
    seen: str = ""
    guess: str | tuple[float, ...] | None = None

    @property
    def key(self) -> str:
        """Names what is asked, without the guess."""
        chosen = ",".join(f"{name}={value}" for name, value in sorted(self.experiment.chosen.items()))
        return f"{self.experiment.name}-{self.seeds}-{chosen}"

    def running(self, lab: Lab) -> ExperimentRun:
        """Returns the experiment in this lab, started or not."""
        return lab.experiment(self.experiment.name, self.seeds, **self.experiment.chosen)

    def findings(self, view: ExperimentView | None) -> dict[str, Findings]:
        """Returns the findings of what is looked at, at each length; view: None for what is included."""
        return shipped_findings(self.experiment.name) if view is None else view.findings

    def rows(self, view: ExperimentView | None) -> pd.DataFrame:
        """Returns the runs of what is looked at."""
        return included_runs(self.experiment.name) if view is None else view.rows


_KEYS = {**KEYS, Asked: lambda asked: asked.key}
made_once = st.cache_resource(max_entries=300, show_spinner=False, hash_funcs=_KEYS)
"""Decorates what is made once for an experiment, its options and the language, whoever looks."""


@made_once
def runs(asked: Asked) -> list[RunConfig]:
    """Returns all its runs."""
    return list(asked.experiment.runs(asked.seeds))


def is_included(found: Experiment) -> bool:
    """Returns whether a result of exactly this came with the app."""
    return not found.chosen and has_shipped(found.name)


@made_once
def when(found: Experiment, length: str) -> str:
    """Returns what a length is called within a sentence; empty where the experiment has only one."""
    return when_words(length, steps(found, length)) if len(found.lengths) > 1 else ""


def no_rows() -> pd.DataFrame:
    """Returns a chart's rows before there are any."""
    return pd.DataFrame(columns=list(COLUMNS))


@st.cache_data(ttl=20, max_entries=200, show_spinner=False, hash_funcs=_KEYS)
def seconds(asked: Asked, done: int, _lab: Lab) -> float:
    """Returns about how long it takes in this lab; done: how many runs are stored."""
    return asked.running(_lab).estimate()


def heading() -> str:
    """Returns the title of the experiment in the address, marked for translation; empty on the shelf."""
    name = address.now().get(EXPERIMENT, "")
    return EXPERIMENTS[name].title if name in EXPERIMENTS else ""


def parameters() -> tuple[str, ...]:
    """Names everything that the address may say."""
    options = {name: None for each in EXPERIMENTS.values() for name in each.options}
    return (EXPERIMENT, SEEDS, SEEN, GUESS, *options)


def take() -> Asked | None:
    """Returns what is asked now, None for the shelf; what the address leaves open is as it was left."""
    name = address.now().get(EXPERIMENT)
    if name is None:
        if st.session_state.pop(_TAKEN, None) is not None:
            address.say()
        return None
    try:
        found = experiment(name)
    except ValueError as error:
        notices.add(str(error))
        address.rewrite(dict.fromkeys(parameters()))
        return None
    said = {each: address.now()[each] for each in parameters() if each in address.now()}
    kept = st.session_state.setdefault(_KEPT, {})
    asked = kept.get(name, Asked(found, found.seeds))
    if said != st.session_state.get(_TAKEN):
        asked = _read(said, Asked(found, found.seeds) if address.went_back() else asked)
        address.say()
    kept[name] = asked
    _tell(asked)
    return asked


def guessed(found: Experiment) -> str:
    """Says what this visitor has guessed of an experiment; empty without a guess."""
    asked = st.session_state.get(_KEPT, {}).get(found.name)
    if asked is None or asked.guess is None:
        return ""
    if isinstance(asked.guess, tuple):
        return _("You have drawn a guess.")
    return _("You guessed “{guess}”.", guess=_(found.guess.choices[asked.guess].label))


def change(**changes: Any) -> Asked:
    """Keeps what has changed of the experiment in the address, and says so there."""
    kept, name = st.session_state[_KEPT], address.now()[EXPERIMENT]
    kept[name] = replace(kept[name], **changes)
    _tell(kept[name])
    return kept[name]


def choose(name: str, value: Any) -> None:
    """Sets an option, and goes back to the question if it had another value.

    A slow browser may report a control that has just left the page, as if it had been moved.

    Raises:
        ValueError: in a sentence, when it is not allowed.
    """
    found = st.session_state[_KEPT][address.now()[EXPERIMENT]].experiment
    changed = found.choose(**{name: value})
    if changed.chosen[name] != found.chosen.get(name, found.options[name].default):
        change(experiment=changed, seen="")


def _guess_of(found: Experiment, text: str) -> str | tuple[float, ...]:
    """Reads a guess: a code, or numbers with commas."""
    if not found.guess.drawn:
        found.guess.choice(text)
        return text
    places, numbers = len(plan_of(found).places or ()), list[float]()
    with contextlib.suppress(ValueError):
        numbers = [float(part) for part in text.split(",")]
    if len(numbers) != places or not all(map(math.isfinite, numbers)):
        raise Unusable(
            "A guess here is {count} numbers with commas between them, not “{text}”.",
            count=places,
            text=notices.cut(text),
        )
    return tuple(numbers)


def _read(said: Mapping[str, str], asked: Asked) -> Asked:
    """Returns what the address says, as far as it is allowed."""
    seen = said.get(SEEN, asked.seen)
    if seen in ("", RUN, INCLUDED):
        asked = replace(asked, seen=seen)
    else:
        notices.add(
            _(
                "There is nothing called “{text}” to look at: use {allowed}.",
                text=notices.cut(seen),
                allowed=f"{RUN}, {INCLUDED}",
            )
        )
    with _said():
        options = {name: said[name] for name in asked.experiment.options if name in said}
        asked = replace(asked, experiment=asked.experiment.choose(**options))
    with _said():
        if SEEDS in said:
            seeds = checked_seeds(seeds_of(said[SEEDS]))
            asked.experiment.stages(seeds)
            asked = replace(asked, seeds=seeds)
    with _said():
        if said.get(GUESS):
            asked = replace(asked, guess=_guess_of(asked.experiment, said[GUESS]))
    return asked


@contextlib.contextmanager
def _said() -> Iterator[None]:
    """Turns what is not allowed into a notice."""
    try:
        yield
    except ValueError as error:
        notices.add(str(error))


def _tell(asked: Asked) -> None:
    """Has the address say what is asked, as far as it is not usual."""
    found, guess = asked.experiment, asked.guess
    said: dict[str, str | None] = dict.fromkeys(parameters())
    said |= {EXPERIMENT: found.name, SEEN: asked.seen or None}
    said[SEEDS] = None if asked.seeds == found.seeds else str(asked.seeds)
    if guess is not None:
        said[GUESS] = guess if isinstance(guess, str) else ",".join(f"{value:g}" for value in guess)
    said |= {name: plain_value(value) for name, value in found.chosen.items()}
    address.rewrite(said)
    st.session_state[_TAKEN] = {name: text for name, text in said.items() if text is not None}
