"""Which study the page shows, and what is stored of it: read once for everybody who looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from kd.config import FIELDS, RunConfig
from kd.lab import Lab
from kd.studies.address import STUDY
from kd.studies.shipped import shipped_study
from kd.studies.study import Study
from kd.studies.verdicts import verdicts
from kd.studies.view import StudyView
from kd.text.study_words import epochs_words, steps_words, trained
from kd.text.translation import _
from ui.shared import address, notices

_KEY = "sweep_shown"
_SECONDS_BETWEEN_READINGS = 1.0
# so that readings of a very large study, too, take a twentieth of a core
_SHARE_OF_TIME = 20
_STEPS_DEPEND_ON = {"train_size", "batch_size", "labelled", "omitted_digits"}
_MOST_READINGS, _MOST_STORED = 50, 200
SHIPPED = ""
"""What stands for the study that comes with the app, where others have an id."""


@dataclass(frozen=True)
class Shown:
    """A study with what is stored of it.

    view: None for the one that comes with the app. frame: its finished runs. table: its verdicts. failed:
    number of a cell → why a run of it failed.
    """

    study: Study
    view: StudyView | None
    frame: pd.DataFrame
    table: pd.DataFrame
    failed: Mapping[int, str]

    @property
    def name(self) -> str:
        """A key for caches: it changes with what is stored."""
        return (
            "shipped" if self.view is None else f"{self.view.study_id}-{len(self.frame)}-{len(self.failed)}"
        )

    def row(self, cell: int) -> dict[str, Any] | None:
        """The verdict on a cell, None where there is none."""
        return self.rows.get(tuple(cells(self.study)[cell].values()))

    @property
    def rows(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """The verdicts by the values of their cells."""
        return _rows(self.name, self.table, list(self.study.axes))

    def config(self, cell: int) -> RunConfig:
        """The setting of a cell, with its first seed."""
        config = self.study.config(cells(self.study)[cell])
        if self.view is None:  # its epochs follow the images
            of_size = self.frame.loc[self.frame["train_size"] == config.train_size, "epochs"]
            config = config.replace(epochs=int(of_size.iloc[0]))
        return config

    @property
    def length(self) -> str:
        """How long its students are trained, in words: from the shortest cell to the longest."""
        configs = [self.config(number) for number in range(len(cells(self.study)))]
        lengths = dict.fromkeys(map(trained, configs))
        return next(iter(lengths)) if len(lengths) == 1 else steps_words(configs)


def named(cell: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The fields of a cell → what each is called, and its value in words."""
    return {name: (_(FIELDS[name].label), FIELDS[name].in_words(value)) for name, value in cell.items()}


def in_steps(study: Study, cell: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The same; of epochs how long the training is: in steps, as far as the cell decides them."""
    words = named(cell)
    if "epochs" in words:
        decided = _STEPS_DEPEND_ON & study.axes.keys() <= cell.keys()
        length = trained(study.config(dict(cell))) if decided else epochs_words(cell["epochs"])
        words["epochs"] = (words["epochs"][0], length)
    return words


def cells(study: Study) -> list[dict[str, Any]]:
    """The cells of a study in their order."""
    return list(study.cells())


def shown_id(lab: Lab) -> str:
    """The study in the address, else the one that this session looked at last, else the app's own."""
    asked = st.query_params.get(STUDY)
    for study_id in (asked, st.session_state.get(_KEY)):
        if study_id:
            try:
                lab.studies.view(study_id)
            except ValueError:
                if study_id == asked:
                    notices.add(
                        _(
                            "There is no study “{name}” here. If its address says what it varies, that is "
                            "ready to start.",
                            name=notices.cut(study_id),
                        )
                    )
                    address.rewrite({STUDY: None})
                continue
            show(study_id)
            return study_id
    return SHIPPED


def show(study_id: str) -> None:
    """Show this study from now on, here and in the address."""
    st.session_state[_KEY] = study_id
    if st.query_params.get(STUDY, SHIPPED) != study_id:
        address.rewrite({STUDY: study_id or None})


def moves(view: StudyView) -> bool:
    """Whether there is news of a study by itself."""
    return view.status in ("running", "waiting for room")


def read(lab: Lab, study_id: str) -> Shown:
    """A study with what is stored of it now; of one that fills, its runs of a second ago.

    Raises:
        ValueError: when there is no such study.
    """
    if study_id == SHIPPED:
        return _shipped()
    view = lab.studies.view(study_id)
    frame, table = _read(lab, view)
    failed = {}
    if view.failed:
        numbers = _numbers(study_id, view.study)
        failed = {numbers[run_id]: str(ending) for run_id, ending in view.failed.items()}
    return Shown(view.study, view, frame, table, failed)


@st.cache_resource(show_spinner=False)
def _shipped() -> Shown:
    runs, default = shipped_study(), RunConfig()
    kept = (runs["alpha"] == default.alpha) & (runs["temperature_squared"] == default.temperature_squared)
    frame = runs[kept].reset_index(drop=True)
    axes = {name: frame[name].drop_duplicates().tolist() for name in ("train_size", "temperature")}
    study = Study(default, axes, seeds=int(frame["seed"].nunique()))
    return Shown(study, None, frame, verdicts(frame, list(axes)), {})


@dataclass
class _Reading:
    """The finished runs of a study and its verdicts, as they were read last; due: when to read them anew."""

    frame: pd.DataFrame
    table: pd.DataFrame
    due: float


_readings: dict[str, _Reading] = {}
"""Of each study that was seen to fill, by its id; the oldest goes first."""


def _read(lab: Lab, view: StudyView) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The finished runs of a study and its verdicts: while it fills, as they were a second ago at most."""
    if not moves(view):
        _readings.pop(view.study_id, None)
        return _stored(view.study_id, view.done, lambda: lab.studies.frame(view), view.study)
    known, now = _readings.get(view.study_id), time.monotonic()
    if known is not None and now < known.due:
        return known.frame, known.table
    if known is not None:
        known.due = now + _SECONDS_BETWEEN_READINGS  # whoever looks meanwhile need not wait for this
    frame, table = _stored(view.study_id, view.done, lambda: lab.studies.frame(view), view.study)
    apart = max(_SECONDS_BETWEEN_READINGS, _SHARE_OF_TIME * (time.monotonic() - now))
    _readings[view.study_id] = _Reading(frame, table, time.monotonic() + apart)
    for study_id in list(_readings)[:-_MOST_READINGS]:
        _readings.pop(study_id, None)
    return frame, table


@st.cache_resource(max_entries=_MOST_STORED, show_spinner=False)
def _stored(
    study_id: str, done: int, _frame: Callable[[], pd.DataFrame], _study: Study
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The finished runs of a study and its verdicts; done: how many have finished."""
    frame = _frame()
    return frame, verdicts(frame, list(_study.axes), _study.baseline)


@st.cache_resource(max_entries=50, show_spinner=False)
def _rows(name: str, _table: pd.DataFrame, _axes: list[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[axis] for axis in _axes): row for row in _table.to_dict("records")}


@st.cache_resource(max_entries=50, show_spinner=False)
def _numbers(study_id: str, _study: Study) -> dict[str, int]:
    """Run → the number of its cell."""
    size = _study.size // _study.seeds
    return {config.run_id: at % size for at, (_cell, config) in enumerate(_study.runs())}
