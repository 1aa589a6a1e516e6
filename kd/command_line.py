"""A run as flags of the command line, from the preset that leaves least to say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection
from typing import Any

from kd.config import PRESETS, RunConfig
from kd.text.study_words import flag


def train_command(config: RunConfig) -> str:
    """The command that trains this run."""
    return " ".join(["python -m kd train", *flags(config, _train_flag)])


def sweep_flag(name: str, value: Any) -> str:
    """A field's flag as `python -m kd sweep` takes it; the values of an axis come as a list."""
    values = value if isinstance(value, list) else [value]
    return f"--{flag(name)} {','.join(map(_typed, values))}"


def flags(
    config: RunConfig, as_flag: Callable[[str, Any], str] = sweep_flag, without: Collection[str] = ()
) -> list[str]:
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
    return sweep_flag(name, value)


def _typed(value: Any) -> str:
    """The value itself, to the last digit, as a shell takes it."""
    text = str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")
    return shlex.quote(text)


def _changes(config: RunConfig, preset: RunConfig, without: Collection[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in config.to_dict().items()
        if name not in without and value != getattr(preset, name)
    }
