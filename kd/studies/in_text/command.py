"""A run or a study as the command that repeats it, from the preset that leaves least to say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from kd.config import FIELDS, PRESETS, RunConfig
from kd.studies.study import MOST_SEEDS, Study
from kd.text.study_words import flag

_USUAL = RunConfig()


def train_command(config: RunConfig) -> str:
    """The command that trains this run; of one with what no flag sets, the experiment that has it."""
    return _experiment_with([config]) or " ".join(["python -m kd train", *_flags(config, _train_flag)])


def sweep_command(study: Study) -> str:
    """The command that carries out this study, or what is missing of it.

    What no flag sets is for experiments alone, so of a study with that it is the command of an experiment.
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
    """The command that carries out an experiment. seeds: None for as many as it has; chosen: its options."""
    parts = [f"python -m kd experiment {name}", *([f"--seeds {seeds}"] if seeds else [])]
    parts += [f"--set {shlex.quote(f'{option}={_typed(value)}')}" for option, value in chosen.items()]
    return " ".join(parts)


def _experiment_with(runs: Iterable[RunConfig]) -> str:
    """The command of the experiment that has the last of these that flags cannot set, or else its mistake.

    Returns:
        "" where flags can set them all, or no experiment is known.
    """
    config = next((run for run in reversed([*runs]) if _has_hidden(run)), None)
    if config is None:
        return ""
    from kd.studies.experiments import EXPERIMENTS
    from kd.studies.mistakes.mistake import MistakeExperiment

    seeds = config.seed + 1
    having = [name for name, each in EXPERIMENTS.items() if config in each.runs(min(seeds, MOST_SEEDS))]
    alike = [
        name
        for name, each in EXPERIMENTS.items()
        if isinstance(each, MistakeExperiment) and config.mistake in each.mistake.wrong
    ]
    having.sort(key=lambda name: name not in alike)
    return next((experiment_command(name, seeds, {}) for name in [*having, *alike]), "")


def _has_hidden(config: RunConfig) -> bool:
    """Whether it has something that no flag sets."""
    hidden = [name for name, spec in FIELDS.items() if spec.hidden and config.counts(name)]
    return any(getattr(config, name) != getattr(_USUAL, name) for name in hidden)


def _sweep_flag(name: str, *values: Any) -> str:
    """A field's flag as `python -m kd sweep` takes it, with one value or several."""
    text = ",".join(map(_typed, values))
    # an empty value in quotes would keep them where a shell knows no single ones
    return f"--{flag(name)} {shlex.quote(text)}" if text else f"--{flag(name)}="


def _flags(config: RunConfig, as_flag: Callable[[str, Any], str], without: Collection[str] = ()) -> list[str]:
    """What this run has otherwise than the preset that is most like it, and the preset.

    Args:
        as_flag: makes a flag of a field's name and value.
        without: fields that are left out.
    """
    changes = {name: _changes(config, preset.config, without) for name, preset in PRESETS.items()}
    preset = min(changes, key=lambda name: len(changes[name]))
    parts = [f"--preset {preset}"] if preset != "default" else []
    return [*parts, *(as_flag(name, value) for name, value in changes[preset].items())]


def _train_flag(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"--{'' if value else 'no-'}{flag(name)}"
    return _sweep_flag(name, value)


def _typed(value: Any) -> str:
    """The value itself, to the last digit."""
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")


def _changes(config: RunConfig, preset: RunConfig, without: Collection[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in config.to_dict().items()
        if name not in without and value != getattr(preset, name)
    }
