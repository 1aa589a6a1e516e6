"""What the included study knows at every setting of its axes, in as few numbers as fit into a page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kd.config import STUDENTS
from kd.studies.over_seeds import gains
from kd.studies.shipped import AXES, is_near, nearest_value, shipped_study
from kd.studies.verdicts import in_blocks


@dataclass(frozen=True)
class Known:
    """One length of the study: its axes, and a cell for each combination of their values.

    axes: field → its values, in ascending order. cells: the gain over scratch, of the mean accuracies as they
    are shown, and its 95 % interval, in points, and scratch's mean accuracy, in percent; the last axis varies
    fastest. seeds: of every cell.
    """

    axes: Mapping[str, Sequence[Any]]
    cells: Sequence[tuple[float, float, float, float]]
    seeds: int

    def place(self, name: str, value: Any) -> int | None:
        """Returns the number of the axis' value that is nearest to another; None if none of them is near."""
        nearest = nearest_value(name, self.axes[name], value)
        return self.axes[name].index(nearest) if is_near(name, nearest, value) else None


@cache
def known(length: str) -> Known:
    """Computes what one length of the included study knows: SHORT or LONG."""
    runs = shipped_study(length)
    axes = {name: sorted(set(runs[name].tolist())) for name in AXES}
    cells = np.zeros(len(runs), int)
    for name, values in axes.items():
        cells = cells * len(values) + np.searchsorted(values, runs[name])
    number = math.prod(map(len, axes.values()))
    differences = in_blocks(runs, "distilled") - in_blocks(runs, "scratch")
    gained = gains(cells, runs["seed"].to_numpy(), differences, number)
    distilled, scratch = (
        (100 * np.bincount(cells, runs[f"{model}_accuracy"], number) / gained.seeds).round(2)
        for model in STUDENTS
    )
    rows = np.column_stack([distilled - scratch, gained.found.low, gained.found.high, scratch]).round(3)
    seeds = set(gained.seeds.tolist())
    assert len(seeds) == 1  # so one number says it for all
    return Known(axes, [tuple(row) for row in rows.tolist()], seeds.pop())
