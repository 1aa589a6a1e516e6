"""Which study the page shows, and what is stored of it: read once for everybody who looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd
import streamlit as st

from kd.config import FIELDS, RunConfig
from kd.lab import Lab
from kd.studies.address import STUDY
from kd.studies.shipped import shipped_study
from kd.studies.study import Study, StudyView
from kd.studies.verdicts import verdicts
from kd.text.study_words import epochs_words, steps_words, trained
from kd.text.translation import N_, _, language
from kd.text.words import plain, typed
from ui.shared import address, notices
from ui.shared.address import Parameter
from ui.shared.pieces import moves

_KEY = "sweep_shown"
# While it fills, a study is read about so often in all: a large one takes long to judge.
_READINGS = 200
_STEPS_DEPEND_ON = {"train_size", "batch_size", "labelled", "omitted_digits"}
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
        """Names what is stored of it now."""
        if self.view is None:
            return f"shipped-{self.study.study_id}"
        return f"{self.view.study_id}-{len(self.frame)}-{len(self.failed)}"

    def row(self, cell: int) -> dict[str, Any] | None:
        """Returns the verdict on a cell, None where there is none."""
        return rows(self).get(tuple(cells(self.study)[cell].values()))

    def config(self, cell: int) -> RunConfig:
        """Returns the setting of a cell, with its first seed."""
        config = self.study.config(cells(self.study)[cell])
        if self.view is None:  # its epochs follow the images
            of_size = self.frame.loc[self.frame["train_size"] == config.train_size, "epochs"]
            config = config.replace(epochs=int(of_size.iloc[0]))
        return config

    def repeats(self, cell: int) -> pd.DataFrame:
        """Returns the runs of a cell."""
        runs = self.frame
        for name, value in cells(self.study)[cell].items():
            runs = runs[runs[name] == value]
        return runs

    @property
    def length(self) -> str:
        """Says how long its students are trained: from the shortest cell to the longest."""
        configs = [self.config(number) for number in range(len(cells(self.study)))]
        lengths = dict.fromkeys(map(trained, configs))
        return next(iter(lengths)) if len(lengths) == 1 else steps_words(configs)


KEYS: dict[str | type[Any], Callable[[Any], Any]] = {
    Shown: lambda shown: shown.name,
    Study: lambda study: study.study_id,
}
computed_once = st.cache_resource(max_entries=200, show_spinner=False, hash_funcs=KEYS)
"""Decorates what is computed once for a study and what is stored of it, whoever looks."""

made_once = st.cache_resource(
    max_entries=200,
    show_spinner=False,
    hash_funcs={
        Shown: lambda shown: (shown.name, language()),
        Study: lambda study: (study.study_id, language()),
    },
)
"""Decorates the same for what has words, once for each language."""


@computed_once
def rows(shown: Shown) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Returns the verdicts by the values of their cells."""
    return {tuple(row[axis] for axis in shown.study.axes): row for row in shown.table.to_dict("records")}


@computed_once
def _numbers(study: Study) -> dict[str, int]:
    """Returns for each run the number of its cell."""
    return {config.run_id: at % number_of_cells(study) for at, (_cell, config) in enumerate(study.runs())}


def named(cell: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Returns for each field of a cell what it is called, and its value in words."""
    return {name: (_(FIELDS[name].label), FIELDS[name].in_words(value)) for name, value in cell.items()}


def in_steps(study: Study, cell: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Returns the same with the epochs as the steps of the training, as far as the cell decides them."""
    words = named(cell)
    if "epochs" in words:
        decided = _STEPS_DEPEND_ON & study.axes.keys() <= cell.keys()
        length = trained(study.config(dict(cell))) if decided else epochs_words(cell["epochs"])
        words["epochs"] = (words["epochs"][0], length)
    return words


def cells(study: Study) -> list[dict[str, Any]]:
    """Returns the cells of a study in their order."""
    return list(study.cells())


def number_of_cells(study: Study) -> int:
    """Returns how many cells a study has."""
    return study.size // study.seeds


def shown_id(lab: Lab) -> str:
    """Returns the study in the address, else the one this session looked at last, else the app's own."""
    asked = address.now().get(STUDY)
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
    """Shows this study from now on, here and in the address."""
    st.session_state[_KEY] = study_id
    if address.now().get(STUDY, SHIPPED) != study_id:
        address.rewrite({STUDY: study_id or None})


def read(lab: Lab, study_id: str) -> Shown:
    """Returns a study with what is stored of it now; of a large one that fills, as of a few runs ago.

    Raises:
        ValueError: when there is no such study.
    """
    if study_id == SHIPPED:
        state, values = st.session_state, slice_parameters()
        alpha, squared = (state.get(name, values[name].default) for name in (OF_ALPHA, OF_SQUARED))
        return _shipped(float(alpha), squared == "with")
    view = lab.studies.view(study_id)
    step = 1 + view.study.size // _READINGS if moves(view.status) else 1
    frame, table = _stored(view.study, view.done - view.done % step, lab, view)
    failed = {_numbers(view.study)[run_id]: str(ending) for run_id, ending in view.failed.items()}
    return Shown(view.study, view, frame, table, failed)


OF_ALPHA, OF_SQUARED = "of_alpha", "of_squared"


@cache
def slice_parameters() -> dict[str, Parameter]:
    """Returns what an address says of the study that came with the app: its α, and whether with T²."""
    alphas = {typed(value): typed(value) for value in sorted(shipped_study()["alpha"].unique().tolist())}
    alpha = address.choice(N_("The study has no α of “{text}”: use {allowed}."), alphas)
    squared = {"with": N_("with T²"), "without": N_("without T²")}
    return {
        OF_ALPHA: replace(alpha, default=typed(RunConfig().alpha)),
        OF_SQUARED: address.choice(N_("T² is with or without, not “{text}”: use {allowed}."), squared),
    }


def choose_slice() -> None:
    """Draws which part of the study that came with the app is shown."""
    helps = (
        _("The map at another weight of the true labels."),
        _("The map with the teacher's part of the loss multiplied by T², or without."),
    )
    fields = ("alpha", "temperature_squared")
    for (name, values), field, help in zip(slice_parameters().items(), fields, helps, strict=True):
        says = {"format_func": lambda code: plain(float(code))} if name == OF_ALPHA else {}
        address.choose(_(FIELDS[field].label), values, key=name, help=help, **says)


@st.cache_resource(show_spinner=False)
def _shipped(alpha: float, squared: bool) -> Shown:
    runs = shipped_study()
    frame = runs[(runs["alpha"] == alpha) & (runs["temperature_squared"] == squared)].reset_index(drop=True)
    axes = {name: frame[name].drop_duplicates().tolist() for name in ("train_size", "temperature")}
    base = RunConfig(alpha=alpha, temperature_squared=squared)
    study = Study(base, axes, seeds=int(frame["seed"].nunique()))
    return Shown(study, None, frame, verdicts(frame, list(axes)), {})


@computed_once
def _stored(study: Study, done: int, _lab: Lab, _view: StudyView) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns the finished runs of a study and its verdicts; done: about how many have finished."""
    frame = _lab.studies.frame(_view)
    return frame, verdicts(frame, list(study.axes), study.baseline)
