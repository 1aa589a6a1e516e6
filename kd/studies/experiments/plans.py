"""What most plans of experiments are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kd.config import RunConfig
from kd.studies.experiments.experiment import Part
from kd.studies.study import Study


def longer(config: RunConfig, times: int, *names: str) -> RunConfig:
    """A setting whose students train so many times as long. names: other fields of epochs that grow, too."""
    return config.replace(**{name: times * getattr(config, name) for name in ("epochs", *names)})


def cells(
    base: RunConfig, kinds: Mapping[Any, Mapping[str, Any]], column: str, seeds: int, times: int
) -> list[Part]:
    """A part for each kind: the base with the fields that this kind changes, trained so many times as long.

    Args:
        kinds: what is in the column → the fields.
        column: of the rows, in which the kinds differ.
    """
    return [
        Part(Study(longer(base.replace(**fields), times), {}, seeds), {column: kind})
        for kind, fields in kinds.items()
    ]
