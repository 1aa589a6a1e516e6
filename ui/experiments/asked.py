"""What the address asks for: an experiment, how it is set, the guess, and what is looked at."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from kd.studies.address import seeds_of
from kd.studies.experiments import EXPERIMENTS, Experiment, experiment
from kd.studies.study import checked_seeds
from kd.text.study_words import plain_value
from kd.text.translation import _
from ui.experiments.stored import Asked, plan_of
from ui.shared import address, notices

EXPERIMENT, GUESS, SEEN, SEEDS = "experiment", "guess", "seen", "seeds"
RUN, INCLUDED = "run", "included"
"""What is looked at: what the lab here has computed, or the result that came with the app; "" before."""

_KEPT, _TAKEN = "experiments_kept", "experiments_taken"


def heading() -> str:
    """The title of the experiment in the address, marked for translation; empty where there is none."""
    name = st.query_params.get(EXPERIMENT, "")
    return EXPERIMENTS[name].title if name in EXPERIMENTS else ""


def parameters() -> tuple[str, ...]:
    """Everything that the address may say."""
    options = {name: None for each in EXPERIMENTS.values() for name in each.options}
    return (EXPERIMENT, SEEDS, SEEN, GUESS, *options)


def take() -> Asked | None:
    """What is asked now; None for the shelf. What the address leaves open is as this visitor left it."""
    name = st.query_params.get(EXPERIMENT)
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
    said = {each: st.query_params[each] for each in parameters() if each in st.query_params}
    kept = st.session_state.setdefault(_KEPT, {})
    before = kept.get(name, Asked(found, found.seeds))
    if said != st.session_state.get(_TAKEN):
        if address.went_back():
            before = Asked(found, found.seeds)
        before = _read(said, before)
        address.say()
    kept[name] = before
    _tell(before)
    return before


def change(**changes: Any) -> Asked:
    """Keep what has changed of the experiment in the address, and say so there."""
    kept = st.session_state[_KEPT]
    name = st.query_params[EXPERIMENT]
    kept[name] = replace(kept[name], **changes)
    _tell(kept[name])
    return kept[name]


def choose(name: str, value: Any) -> None:
    """In a callback: set an option; what is not allowed becomes a notice."""
    found = st.session_state[_KEPT][st.query_params[EXPERIMENT]].experiment
    with _said():
        change(experiment=found.choose(**{name: value}), seen="")


def guess_of(found: Experiment, text: str, places: int) -> str | tuple[float, ...]:
    """A guess as the address has it: a code, or numbers with commas.

    Raises:
        ValueError: when it is neither; the message is the sentence to show.
    """
    if not found.guess.drawn:
        found.guess.choice(text)
        return text
    numbers: list[float] = []
    with contextlib.suppress(ValueError):
        numbers = [float(part) for part in text.split(",")]
    if len(numbers) != places or not all(map(math.isfinite, numbers)):
        raise ValueError(
            _(
                "A guess here is {count} numbers with commas between them, not “{text}”.",
                count=places,
                text=notices.cut(text),
            )
        )
    return tuple(numbers)


def _read(said: Mapping[str, str], asked: Asked) -> Asked:
    """What the address says, each part of it that is allowed."""
    options = {name: said[name] for name in asked.experiment.options if name in said}
    seen = said.get(SEEN, asked.seen)
    if seen not in ("", RUN, INCLUDED):
        notices.add(
            _(
                "There is nothing called “{text}” to look at: use {allowed}.",
                text=notices.cut(seen),
                allowed=f"{RUN}, {INCLUDED}",
            )
        )
        seen = asked.seen
    asked = replace(asked, seen=seen)
    with _said():
        asked = replace(asked, experiment=asked.experiment.choose(**options))
    with _said():
        if SEEDS in said:
            seeds = checked_seeds(seeds_of(said[SEEDS]))
            asked.experiment.stages(seeds)
            asked = replace(asked, seeds=seeds)
    with _said():
        if said.get(GUESS):
            asked = replace(asked, guess=guess_of(asked.experiment, said[GUESS], _places(asked.experiment)))
    return asked


@contextlib.contextmanager
def _said() -> Any:
    """What is not allowed becomes a notice."""
    try:
        yield
    except ValueError as error:
        notices.add(str(error))


def _places(found: Experiment) -> int:
    return len(plan_of(found).places or ())


def _tell(asked: Asked) -> None:
    """Have the address say what is asked, as far as it is not usual."""
    found, guess = asked.experiment, asked.guess
    said: dict[str, str | None] = dict.fromkeys(parameters())
    said |= {EXPERIMENT: found.name, SEEN: asked.seen or None}
    said[SEEDS] = None if asked.seeds == found.seeds else str(asked.seeds)
    if guess is not None:
        said[GUESS] = guess if isinstance(guess, str) else ",".join(f"{value:g}" for value in guess)
    said |= {name: plain_value(value) for name, value in found.chosen.items()}
    address.rewrite(said)
    st.session_state[_TAKEN] = {name: text for name, text in said.items() if text is not None}
