"""Rows of experiments, made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kd.config import STUDENTS
from kd.studies.experiments.experiment import Experiment
from kd.studies.experiments.rows import columns, varied
from kd.studies.measures import with_gains


def cells(experiment: Experiment, seeds: int) -> pd.DataFrame:
    """Every run of an experiment: what varies, and its seed."""
    found = [
        {**cell, **part.labels, "seed": config.seed}
        for part in experiment.parts(seeds)
        for cell, config in part.study.runs()
    ]
    return pd.DataFrame(found)[[*varied(experiment), "seed"]]


def rows(experiment: Experiment, seeds: int = 5) -> pd.DataFrame:
    """Every run of an experiment with random accuracies and measures."""
    random, found = np.random.default_rng(0), cells(experiment, seeds)
    scratch = random.uniform(0.5, 0.8, len(found))
    found = found.assign(
        run=[f"{row:012x}" for row in range(len(found))],
        scratch_accuracy=scratch,
        distilled_accuracy=np.clip(scratch + 0.02 + random.normal(0, 0.002, len(found)), 0, 1),
        only_distilled=0,
        only_scratch=0,
        **{name: random.uniform(1, 99, len(found)) for name in experiment.measured},
    )
    found = found.assign(teacher_accuracy=random.uniform(0.9, 1, len(found)))
    for model in STUDENTS:
        blocks = [random.binomial(500, share, 20) for share in found[f"{model}_accuracy"]]
        found[f"{model}_blocks"] = [" ".join(map(str, each)) for each in blocks]
        found[f"{model}_accuracy"] = [each.sum() / 10_000 for each in blocks]
    assert set(columns(experiment)) <= set(found)
    return with_gains(found)
