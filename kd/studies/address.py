"""A run or a study as what repeats it: an address with what is not as by default, or a command."""

import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from kd.base.unusable import Unusable
from kd.config import FIELD_TYPES, FIELDS, OFFERED, PRESETS, RunConfig, not_a_field
from kd.studies.study import MOST_SEEDS, Study
from kd.text.study_words import flag, plain_value
from kd.text.words import quoted

VARY, SEEDS, STUDY = "vary", "seeds", "study"
PARAMETERS = (STUDY, VARY, SEEDS, *OFFERED)
"""Everything that the address of a study may say."""

_USUAL = RunConfig()


def address_of(study: Study) -> str:
    """Returns the address of a study: 'sweep?study=…&vary=temperature:1,4&seeds=3'."""
    return f"sweep?{urlencode({STUDY: study.study_id, **query_of(study)})}"


def query_of(study: Study) -> dict[str, str]:
    """Returns what an address says of a study, by parameter; a study with hidden fields has only its id."""
    own = {
        name: plain_value(getattr(study.base, name))
        for name in OFFERED
        if name not in study.axes and getattr(study.base, name) != getattr(_USUAL, name)
    }
    axes = (
        f"{name}:{','.join(map(plain_value, values))}"
        for name, values in study.axes.items()
        if name in OFFERED
    )
    return {VARY: ";".join(axes), SEEDS: str(study.seeds), **own}


def axes_of(text: str) -> dict[str, tuple[str, ...]]:
    """Returns the axes in 'temperature:1,4;alpha:0.1'; raises ValueError for one that is twice or hidden."""
    axes: dict[str, tuple[str, ...]] = {}
    for part in filter(None, text.split(";")):
        name, _colon, values = (each.strip() for each in part.partition(":"))
        if name in FIELDS and FIELDS[name].hidden:
            raise not_a_field(name)
        add_axis(axes, name, [value.strip() for value in values.split(",")] if values else [])
    return axes


def add_axis(axes: dict[str, tuple[str, ...]], name: str, values: list[str]) -> None:
    """Adds an axis to others; raises ValueError when it is among them already."""
    if name in axes:
        raise Unusable("The axis {name} is there twice: choose another one.", name=quoted(name))
    axes[name] = tuple(values)


def seeds_of(text: str) -> Any:
    """Returns a number of seeds, or the text itself, which a Study then refuses."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def value_of(name: str, text: str) -> Any:
    """Returns a value on an axis from its text; raises ValueError when the field does not allow it."""
    return FIELDS[name].checked(name, text, FIELD_TYPES[name])


@lru_cache(maxsize=512)
def train_command(config: RunConfig) -> str:
    """Returns the command that trains a run; of one with fields that no flag sets, its experiment's."""
    return _experiment_with([config]) or " ".join(["python -m kd train", *_flags(config, _train_flag)])


def sweep_command(study: Study) -> str:
    """Returns the command that repeats a study, or its experiment where no flag sets one of its fields.

    An axis of one value is written as a setting: the runs and what they are compared with are the same.
    """
    experiment = _experiment_with([config for _cell, config in study.runs()])
    if experiment:
        return experiment
    axes = {name: values for name, values in study.axes.items() if len(values) > 1}
    parts = _flags(study.base, _sweep_flag, without=axes)
    parts += [_sweep_flag(name, *values) for name, values in axes.items()]
    parts += [f"--seeds {study.seeds}"]
    if not isinstance(study.baseline, str):
        cell = ",".join(f"{name}={_typed(study.baseline[name])}" for name in axes)
        parts += [f"--against {shlex.quote(cell)}"]
    return " ".join(["python -m kd sweep", *parts])


def experiment_command(name: str, seeds: int | None, chosen: Mapping[str, Any]) -> str:
    """Returns the command of an experiment. seeds: None for as many as it has; chosen: its options."""
    parts = [f"python -m kd experiment {name}", *([f"--seeds {seeds}"] if seeds else [])]
    parts += [f"--set {shlex.quote(f'{option}={_typed(value)}')}" for option, value in chosen.items()]
    return " ".join(parts)


def _experiment_with(runs: Iterable[RunConfig]) -> str:
    """Returns the command of the experiment that has the last run with fields that no flag sets; "" if none.

    An experiment that has the run comes before one that is about its mistake.
    """
    config = next((run for run in reversed([*runs]) if _has_hidden(run)), None)
    if config is None:
        return ""
    from kd.studies.experiments import EXPERIMENTS
    from kd.studies.mistakes import MistakeExperiment

    seeds = config.seed + 1
    alike = [
        name
        for name, each in EXPERIMENTS.items()
        if isinstance(each, MistakeExperiment) and config.mistake in each.mistake.wrong
    ]
    order = sorted(EXPERIMENTS, key=lambda name: name not in alike)
    having = (name for name in order if config in EXPERIMENTS[name].runs(min(seeds, MOST_SEEDS)))
    name = next(having, next(iter(alike), ""))
    return experiment_command(name, seeds, {}) if name else ""


def _has_hidden(config: RunConfig) -> bool:
    hidden = [name for name, spec in FIELDS.items() if spec.hidden and config.counts(name)]
    return any(getattr(config, name) != getattr(_USUAL, name) for name in hidden)


def _flags(config: RunConfig, as_flag: Callable[[str, Any], str], without: Collection[str] = ()) -> list[str]:
    """Returns the preset that is most like a run, and the flags of what is different from it."""
    changes = {
        name: {
            field: value
            for field, value in config.to_dict().items()
            if field not in without and value != getattr(preset.config, field)
        }
        for name, preset in PRESETS.items()
    }
    preset = min(changes, key=lambda name: len(changes[name]))
    parts = [f"--preset {preset}"] if preset != "default" else []
    return [*parts, *(as_flag(name, value) for name, value in changes[preset].items())]


def _sweep_flag(name: str, *values: Any) -> str:
    text = ",".join(map(_typed, values))
    # an empty value in quotes would keep them where a shell knows no single ones
    return f"--{flag(name)} {shlex.quote(text)}" if text else f"--{flag(name)}="


def _train_flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{'' if value else 'no-'}{flag(name)}"
    return _sweep_flag(name, value)


def _typed(value: Any) -> str:
    """Returns the value itself, to the last digit."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
