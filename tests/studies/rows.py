"""Runs of studies, made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kd.config import OFFERED, RunConfig
from kd.studies.address import SEEDS, VARY, axes_of, seeds_of
from kd.studies.study import Study


def runs(cells: Sequence[tuple[dict[str, Any], Sequence[float], Sequence[float]]]) -> pd.DataFrame:
    """Runs of cells: the values on the axes, and the accuracies of distilled and scratch by seed."""
    return pd.DataFrame(
        [
            {
                **values,
                "seed": seed,
                "distilled_accuracy": distilled,
                "scratch_accuracy": scratch,
                "teacher_accuracy": 0.99,
            }
            for values, *accuracies in cells
            for seed, (distilled, scratch) in enumerate(zip(*accuracies, strict=True))
        ]
    )


def verdict_row(verdict: str = "helps", **values: Any) -> dict[str, Any]:
    """A row of kd.studies.verdicts.verdicts."""
    return {
        "seeds": 5,
        "distilled_accuracy": 0.901,
        "scratch_accuracy": 0.836,
        "teacher_accuracy": 0.99,
        "difference": 6.5,
        "judged_seeds": 5,
        "next_seeds": 10,
        "low": 5.9,
        "high": 7.1,
        "p": 0.001,
        "p_corrected": 0.001,
        "verdict": verdict,
        "seeds_from": 20,
        "seeds_to": 80,
        **values,
    }


def study_of(query: Mapping[str, str]) -> Study:
    """The study that an address describes (kd.studies.address.query_of)."""
    base = RunConfig.from_mapping({name: query[name] for name in OFFERED if name in query})
    return Study(base, axes_of(query.get(VARY, "")), seeds_of(query.get(SEEDS, "1")))
