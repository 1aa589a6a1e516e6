"""What a step of a path has just shown, in the numbers that its page has: one function for each step."""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean
from typing import Any

import numpy as np
import streamlit as st

from kd.analysis.logits import softmax
from kd.analysis.observations import SHOWCASE
from kd.base.data_sets import MNIST
from kd.config import RunConfig
from kd.lab import RunView
from kd.studies.few_images import few_images
from kd.studies.shipped import AXES, SHORT, known, nearest
from kd.studies.sure.single_seeds import ORDERS, adding_seeds
from kd.text.paths import Step
from kd.text.study_words import decimals, repeats_words, rounded
from kd.text.translation import numeral
from kd.text.words import accuracy, percent, plain, points_between
from ui.shared import address
from ui.shared.server import lab
from ui.shared.shown import example_run, looked_at

Numbers = dict[str, Any]


def value_of(name: str) -> Any:
    """Returns what the session has under a name, or else the address; None where neither has it."""
    found = st.session_state.get(name)
    return address.now().get(name) if found is None else found


def is_done(step: Step) -> bool:
    """Returns whether what a step waits for has come, as far as the session and the address know."""
    awaited, value = step.awaited, value_of(step.awaited.name)
    if awaited.lowest is None:
        return value is not None and value != "" and value != {}
    highest = float("inf") if awaited.highest is None else awaited.highest
    return isinstance(value, bool | int | float) and awaited.lowest <= value <= highest


def numbers(name: str, step: Step) -> Numbers | None:
    """Returns what stands in the places of a step's sentence; None while it is not to be said."""
    if not is_done(step) or (step.awaited.landed and _landed(step.awaited.name) is None):
        return None
    return NUMBERS[name](step)


def _landed(name: str) -> RunView | None:
    """Returns the run that is shown, if it has finished, and has what the control of a field says."""
    run_id = looked_at()
    view = lab().runs.view(run_id) if run_id else None
    fits = view is not None and view.result is not None and getattr(view.config, name) == value_of(name)
    return view if fits else None


def _doubts(step: Step) -> Numbers | None:
    view, temperature = example_run(lab()), float(value_of(step.awaited.name))
    if view is None:
        return None
    logits = lab().runs[view.run_id].test_logits()["teacher"][SHOWCASE]
    other, digit = np.argsort(logits)[-2:]
    before, now = softmax(logits), softmax(logits, temperature)
    shares = {"before": before[digit], "now": now[digit], "doubt": now[other]}
    named = {name: percent(float(share)) for name, share in shares.items()}
    return {"digit": int(digit), "other": int(other), "temperature": plain(temperature), **named}


def _guess(step: Step) -> Numbers:
    found = few_images()
    taught = percent(mean(found.taught), 0)
    said = percent(value_of("guess") / 100, 0)
    repeats = repeats_words(len(found.alone))
    return {"alone": percent(mean(found.alone), 0), "taught": taught, "guess": said, "repeats": repeats}


def _run(step: Step) -> Numbers | None:
    view = _landed(step.awaited.name)
    if view is None or view.result is None:
        return None
    shares = {name: view.result[name]["test_accuracy"] for name in ("distilled", "scratch")}
    points = rounded(points_between(shares["distilled"], shares["scratch"]))
    images = numeral(view.config.train_size)
    return {"images": images, "points": points, **{name: accuracy(each) for name, each in shares.items()}}


def _known(step: Step) -> Numbers | None:
    """Returns the gains of the included study where the step began and where the controls are now."""
    name = step.awaited.name
    if st.session_state.get("data", MNIST) != MNIST:
        return None
    now = {axis: st.session_state.get(axis, getattr(RunConfig(), axis)) for axis in AXES}
    began = step.setting.get(name)
    before = now | {name: True if began is None else float(began)}
    cells = [_cell(each) for each in (before, now)]
    if cells[0] is None or cells[1] is None:
        return None
    gain, (at, found) = _gain(*cells[0][1][:3]), cells[1]
    temperature = at["temperature"]
    value = numeral(at[name]) if isinstance(at[name], int) else plain(at[name])
    times = numeral(round(temperature**2))
    said = {"value": value, "temperature": plain(temperature), "times": times, **_gain(*found[:3])}
    return {"before": gain["points"], "now": said.pop("points"), **said}


def _cell(values: dict[str, Any]) -> tuple[dict[str, Any], tuple[float, ...]] | None:
    """Returns the studied cell that is nearest to a value of each of AXES, and what is known of it."""
    study, index, at = known(SHORT), 0, {}
    for axis in AXES:
        place = study.place(axis, values[axis])
        if place is None:
            return None
        index, at[axis] = index * len(study.axes[axis]) + place, study.axes[axis][place]
    return at, study.cells[index]


def _gain(points: float, low: float, high: float) -> Numbers:
    digits = decimals({"low": low, "high": high})
    ends = {"low": rounded(low, digits), "high": rounded(high, digits)}
    return {"points": rounded(points, digits), **ends, "repeats": repeats_words(known(SHORT).seeds)}


def _map(step: Step) -> Numbers | None:
    images, temperature = map(float, address.now().get("cell", "500,10").split(","))
    usual = {axis: getattr(RunConfig(), axis) for axis in AXES}
    found = _cell(usual | {"train_size": int(images), "temperature": temperature})
    if found is None:
        return None
    where = {"images": numeral(int(images)), "temperature": plain(temperature)}
    return where | _gain(*found[1][:3])


def _sure(step: Step) -> Numbers | None:
    found = nearest(RunConfig())
    count = int(value_of(step.awaited.name)) + 1  # the control counts from 0 on
    if found is None:
        return None
    steps = adding_seeds(found[1]).steps[ORDERS[0]]
    first, last = steps[0], steps[min(count, len(steps)) - 1]
    said = {**_gain(last.difference, last.low, last.high), "count": repeats_words(min(count, len(steps)))}
    return {**said, "first": rounded(first.own), "mean": rounded(last.difference)}  # as the page has them


def _digit(step: Step) -> Numbers | None:
    drawings, run_id = value_of(step.awaited.name), st.session_state.get("asked_run")
    if not run_id:
        return None
    picture = [*drawings.values()][-1][None, :, :, None]
    models = lab().runs[run_id].models()
    return {name: str(int(model.logits(picture)[0].argmax())) for name, model in models.items()}


NUMBERS: dict[str, Callable[[Step], Numbers | None]] = {
    "doubts": _doubts,
    "guess": _guess,
    "few": _run,
    "many": _known,
    "temperature": _known,
    "squared": _known,
    "class": lambda step: {},
    "sure": _sure,
    "map": _map,
    "digit": _digit,
}
