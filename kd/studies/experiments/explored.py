"""What measures come to as an option of an experiment moves, over runs that are there already."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kd.studies.experiments.experiment import Option
from kd.studies.measures import MeasuredRun, measured


def explored(option: Option, runs: Sequence[MeasuredRun]) -> dict[str, np.ndarray]:
    """The mean over some runs, at each value that the option moves over.

    Args:
        runs: at least one.

    Returns:
        Measure → (len(option.moves),), in the measure's unit.
    """
    return {
        name: np.array(
            [np.mean([measured(f"{name}:{value:g}", run) for run in runs]) for value in option.moves]
        )
        for name in option.explores
    }
