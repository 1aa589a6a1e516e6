"""A study as an address: what it varies, over how many seeds, and whatever is not as by default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from kd.config import FIELD_TYPES, FIELDS, OFFERED, RunConfig, not_a_field
from kd.studies.study import Study
from kd.text.study_words import plain_value
from kd.text.translation import _
from kd.text.words import quoted

VARY, SEEDS, STUDY = "vary", "seeds", "study"
PARAMETERS = (STUDY, VARY, SEEDS, *OFFERED)
"""Everything that the address of a study may say."""


def address_of(study: Study) -> str:
    """The address of a study: 'sweep?study=…&vary=temperature:1,4&seeds=3'.

    Where the study is known, it opens that; elsewhere its setting, ready to start.
    """
    return f"sweep?{urlencode({STUDY: study.study_id, **query_of(study)})}"


def query_of(study: Study) -> dict[str, str]:
    """What an address says of a study, by parameter.

    Of hidden fields it says nothing: a study that has some is found by its id alone.
    """
    default = RunConfig()
    own = {
        name: plain_value(getattr(study.base, name))
        for name in OFFERED
        if name not in study.axes and getattr(study.base, name) != getattr(default, name)
    }
    axes = (
        f"{name}:{','.join(map(plain_value, values))}"
        for name, values in study.axes.items()
        if name in OFFERED
    )
    return {VARY: ";".join(axes), SEEDS: str(study.seeds), **own}


def study_of(query: Mapping[str, str]) -> Study:
    """The inverse of `query_of`.

    Raises:
        ValueError: as Study; also when an axis is there twice.
    """
    base = RunConfig.from_mapping({name: query[name] for name in OFFERED if name in query})
    return Study(base, axes_of(query.get(VARY, "")), seeds_of(query.get(SEEDS, "1")))


def axes_of(text: str) -> dict[str, tuple[str, ...]]:
    """The axes in 'temperature:1,4;alpha:0.1,0.5', their values as text.

    Raises:
        ValueError: when an axis is there twice, or is hidden.
    """
    axes: dict[str, tuple[str, ...]] = {}
    for part in filter(None, text.split(";")):
        name, _colon, values = (each.strip() for each in part.partition(":"))
        if name in FIELDS and FIELDS[name].hidden:
            raise not_a_field(name)
        add_axis(axes, name, [value.strip() for value in values.split(",")] if values else [])
    return axes


def add_axis(axes: dict[str, tuple[str, ...]], name: str, values: list[str]) -> None:
    """Add an axis to others.

    Raises:
        ValueError: when it is among them already.
    """
    if name in axes:
        raise ValueError(_("The axis {name} is there twice: choose another one.", name=quoted(name)))
    axes[name] = tuple(values)


def seeds_of(text: str) -> Any:
    """A number of seeds, or the text itself, which a Study then refuses."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def value_of(name: str, text: str) -> Any:
    """A value on an axis from its text.

    Raises:
        ValueError: when the field does not allow it.
    """
    return FIELDS[name].checked(name, text, FIELD_TYPES[name])
