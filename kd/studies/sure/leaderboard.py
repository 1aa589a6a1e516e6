"""Every objective at equal budget: which is really better, and which cannot be told apart."""

from __future__ import annotations

from functools import cache

import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.studies.shipped import objectives_study
from kd.studies.study import Study
from kd.studies.verdicts import SCRATCH, verdicts

USUAL = "soft_targets"
BASELINES = (USUAL, SCRATCH)
SEEDS = 10


def leaderboard_study(baseline: str = USUAL) -> Study:
    """The study behind the leaderboard: every objective at the default setting. baseline: as there."""
    against = SCRATCH if baseline == SCRATCH else {"objective": baseline}
    return Study(RunConfig(), {"objective": FIELDS["objective"].choices}, SEEDS, against)


@cache
def _leaderboard(baseline: str) -> pd.DataFrame:
    study = leaderboard_study(baseline)
    found = verdicts(objectives_study(), list(study.axes), study.baseline)
    return found.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def leaderboard(baseline: str = USUAL) -> pd.DataFrame:
    """Every objective at the default setting with ten seeds, from the included study, the best first.

    Args:
        baseline: what each is compared with: another objective's student with the same seed, or "scratch".

    Returns:
        Rows of `kd.studies.verdicts.verdicts` with the axis objective: the verdicts are corrected (Holm 1979)
        for all objectives that are compared.

    Raises:
        ValueError: when the study cannot be read.
    """
    return _leaderboard(baseline).copy()
