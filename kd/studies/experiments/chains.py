"""Studies whose teachers are students of an earlier stage, with the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kd.config import RunConfig
from kd.studies.experiments.experiment import Part
from kd.studies.study import Study


def at_each_seed(base: RunConfig, seeds: int) -> list[RunConfig]:
    """A setting with each of so many seeds."""
    return [config for _cell, config in Study(base, {}, seeds).runs()]


def taught_by(
    students: list[RunConfig], base: RunConfig, labels: Mapping[str, Any]
) -> Iterator[tuple[RunConfig, Part]]:
    """A setting taught by the distilled students of earlier runs, each with its teacher's seed.

    Args:
        base: what does not follow from the teacher.
        labels: of the parts.

    Returns:
        The runs, each with the part that it is: a study of its own, since each has another teacher.
    """
    for earlier in students:
        config = base.replace(teacher=earlier.model_ids["distilled"], seed=earlier.seed)
        yield config, Part(Study(config, {}), labels)
