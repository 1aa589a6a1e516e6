"""Whose seeds are looked at: a setting of an included study, or that of the run a person looked at last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from html import escape

import pandas as pd
import streamlit as st

from kd.config import FIELDS, RunConfig
from kd.lab import Lab
from kd.studies.over_seeds import MOST_SEEDS
from kd.studies.shipped import objectives_study, shipped_study
from kd.text.study_words import length_note
from kd.text.translation import N_, _
from kd.text.words import plain
from ui.shared import address
from ui.shared.address import Parameter
from ui.shared.markup import literal
from ui.shared.run_words import setting
from ui.shared.shown import shown_run

OF = address.choice(
    N_("There are no seeds of “{text}”: use {allowed}."),
    {
        "study": N_("Included study"),
        "objective": N_("One objective"),
        "run": N_("The run on Train"),
    },
)


# At first a setting where seeds disagree.
_FIRST = {"train_size": 10_000, "alpha": 0.1, "temperature": 10.0}
_KEYS = {"train_size": "of_images", "alpha": "of_alpha", "temperature": "of_T"}
_REFUSALS = {
    "train_size": N_("The study has no “{text}” images: use {allowed}."),
    "alpha": N_("The study has no α of “{text}”: use {allowed}."),
    "temperature": N_("The study has no T of “{text}”: use {allowed}."),
}
SQUARED = address.choice(
    N_("T² is with or without, not “{text}”: use {allowed}."),
    {"with": N_("with T²"), "without": N_("without T²")},
)
OBJECTIVE = address.choice(
    N_("There is no objective “{text}”: use {allowed}."),
    FIELDS["objective"].choice_labels,
)


@cache
def _values() -> dict[str, Parameter]:
    """Field → its values in the included study, in order."""
    found = {}
    for name, refusal in _REFUSALS.items():
        values = {plain(value): f"{value:,g}" for value in sorted(shipped_study()[name].unique().tolist())}
        found[name] = replace(address.choice(refusal, values), default=plain(_FIRST[name]))
    return found


def parameters() -> dict[str, Parameter]:
    """What the address says of whose seeds are looked at.

    Raises:
        ValueError: when the study cannot be read.
    """
    of_fields = {_KEYS[name]: values for name, values in _values().items()}
    return {"of": OF, **of_fields, "of_squared": SQUARED, "of_objective": OBJECTIVE}


@dataclass(frozen=True)
class Chosen:
    """Runs of one setting with several seeds. key: names them, also after one has been added."""

    runs: pd.DataFrame
    key: str


def choose(lab: Lab) -> Chosen | None:
    """Draw the choices; None where there are no two seeds."""
    of = address.choose(
        st.selectbox,
        _("Whose seeds"),
        OF,
        key="of",
        help=_("Stored runs that differ in their seed alone: of the included studies, or of a run of yours."),
    )
    if of == "run":
        return _of_run(lab)
    return _of_objective() if of == "objective" else _of_cell()


def _of_cell() -> Chosen:
    runs, parts = shipped_study(), []
    for name, values in _values().items():
        chosen = address.choose(
            st.select_slider,
            _(FIELDS[name].label),
            values,
            key=_KEYS[name],
            help=_("A value of the included study."),
        )
        runs = runs[runs[name] == float(chosen)]
        parts.append(chosen)
    squared = address.choose(
        st.segmented_control,
        _(FIELDS["temperature_squared"].label),
        SQUARED,
        key="of_squared",
        required=True,
        help=_("A value of the included study."),
    )
    runs = runs[runs["temperature_squared"] == (squared == "with")]
    _note_length(runs)
    return Chosen(runs, "-".join([*parts, squared]))


def _of_objective() -> Chosen:
    objective = address.choose(
        st.selectbox,
        _(FIELDS["objective"].label),
        OBJECTIVE,
        key="of_objective",
        help=_("At the default setting, with its own fields at their defaults."),
    )
    runs = objectives_study()
    _note_length(runs)
    return Chosen(runs[runs["objective"] == objective], objective)


def _note_length(runs: pd.DataFrame) -> None:
    first = runs.iloc[0]
    config = RunConfig(train_size=int(first["train_size"]), epochs=int(first["epochs"]))
    st.html(f'<p class="kd kd-quiet">{escape(length_note(config))}</p>')


def _of_run(lab: Lab) -> Chosen | None:
    view = shown_run(lab)
    if view is None:
        st.write(_("There is no run yet."))
        return None
    # from the first seed there is, or for one far from it, from its own
    first = view.config.replace(seed=0) if view.config.seed < MOST_SEEDS else view.config
    runs = lab.seeds.frame(first)
    st.markdown(literal(setting(first)))
    if len(runs) > 1:
        return Chosen(runs, "-".join(runs["run"]))
    st.write(_("Fewer than two seeds of this setting are stored. Train has buttons for more."))
    st.page_link("pages/train.py", label=_("Train more seeds"), icon=":material/model_training:")
    return None
