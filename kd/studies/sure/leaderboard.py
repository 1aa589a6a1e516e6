"""Every objective at equal budget: which is better, and which cannot be told apart, at which length."""

from __future__ import annotations

from functools import cache

import pandas as pd

from kd.config import FIELDS, RunConfig
from kd.studies.shipped import SHORT, TIMES, objectives_study
from kd.studies.study import SCRATCH, Study
from kd.studies.verdicts import verdicts

USUAL = "soft_targets"
SEEDS = 10


def leaderboard_study(baseline: str = USUAL, length: str = SHORT) -> Study:
    """Returns the study behind `leaderboard`, with the same arguments."""
    against = SCRATCH if baseline == SCRATCH else {"objective": baseline}
    base = RunConfig(epochs=TIMES[length] * RunConfig().epochs)
    return Study(base, {"objective": FIELDS["objective"].choices}, SEEDS, against)


@cache
def leaderboard(baseline: str = USUAL, length: str = SHORT) -> pd.DataFrame:
    """Compares every objective at the default setting with ten seeds, from the included study.

    baseline: what each is compared with: another objective's student with the same seed, or "scratch".
    Returns rows of `kd.studies.verdicts.verdicts` with the axis objective, the best first.
    """
    study = leaderboard_study(baseline, length)
    found = verdicts(objectives_study(length), list(study.axes), study.baseline)
    return found.sort_values("difference", ascending=False, kind="stable", ignore_index=True)
