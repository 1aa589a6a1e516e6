"""Runs of studies, made up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd


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
