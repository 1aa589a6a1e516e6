"""Every objective at equal budget: which is better, and which cannot be told apart, at which length."""

from __future__ import annotations

from functools import cache

import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.studies.shipped import SHORT, TIMES, objectives_study
from kd.studies.study import SCRATCH, Study
from kd.studies.verdicts import verdicts

USUAL = "soft_targets"
BASELINES = (USUAL, SCRATCH)
SEEDS = 10


def leaderboard_study(baseline: str = USUAL, length: str = SHORT) -> Study:
    """The study behind the leaderboard: every objective at the default setting. Arguments: as there."""
    against = SCRATCH if baseline == SCRATCH else {"objective": baseline}
    base = RunConfig(epochs=TIMES[length] * RunConfig().epochs)
    return Study(base, {"objective": FIELDS["objective"].choices}, SEEDS, against)


@cache
def _leaderboard(baseline: str, length: str) -> pd.DataFrame:
    study = leaderboard_study(baseline, length)
    found = verdicts(objectives_study(length), list(study.axes), study.baseline)
    return found.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def leaderboard(baseline: str = USUAL, length: str = SHORT) -> pd.DataFrame:
    """Every objective at the default setting with ten seeds, from the included study, the best first.

    Args:
        baseline: what each is compared with: another objective's student with the same seed, or "scratch".
        length: SHORT, as many epochs as by default, or LONG, five times as many.

    Returns:
        Rows of `kd.studies.verdicts.verdicts` with the axis objective: the verdicts are corrected (Holm 1979)
        for all objectives that are compared at this length. No rows where the study has none of this length.

    Raises:
        ValueError: when the study cannot be read.
    """
    return _leaderboard(baseline, length).copy()
