"""What most plans of experiments are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def at_each_seed(base: RunConfig, seeds: int) -> list[RunConfig]:
    """A setting with each of so many seeds."""
    return [config for _cell, config in Study(base, {}, seeds).runs()]


def taught_by(
    runs: list[RunConfig], base: RunConfig, labels: Mapping[str, Any], role: str = "distilled"
) -> Iterator[tuple[RunConfig, Part]]:
    """A setting taught by models of earlier runs, each with its teacher's seed.

    Of the same size and generation, a student starts from its teacher's first weights.

    Args:
        base: what does not follow from the teacher.
        labels: of the parts.
        role: which model of a run is the teacher: "distilled" or "teacher".

    Returns:
        The runs, each with the part that it is: a study of its own, since each has another teacher.
    """
    for earlier in runs:
        config = base.replace(teacher=earlier.model_ids[role], seed=earlier.seed)
        yield config, Part(Study(config, {}), labels)
