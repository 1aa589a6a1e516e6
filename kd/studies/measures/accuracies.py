"""What follows from the accuracies of a run, and its numbers of parameters."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from kd.config import MODELS
from kd.studies.measures.measure import Measure, MeasuredRun, Value
from kd.text.translation import N_
from kd.text.words import NAMES

FROM_ACCURACIES = {
    **{f"{model}_right": Value(NAMES[model], "percent") for model in MODELS},
    "gain": Value(N_("Gain over scratch"), "points"),
}
"""What every experiment's rows have: the test pictures that each model gets right, and what is gained."""


def with_gains(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs as `kd.studies.frame.study_frame` has them, with the columns FROM_ACCURACIES."""
    right = {f"{model}_right": 100 * runs[f"{model}_accuracy"].astype(float) for model in MODELS}
    return runs.assign(**right, gain=right["distilled_right"] - right["scratch_right"])


def _parameters(model: str, run: MeasuredRun) -> float:
    return float(run.result[model]["parameters"])


def _ensemble_right(run: MeasuredRun) -> float:
    """Of two teachers together, by the mean of their logits; NaN where there is one."""
    if "second_teacher" not in run.logits:
        return math.nan
    said = (run.logits["teacher"] + run.logits["second_teacher"]).argmax(axis=1)
    return 100 * float((said == run.labels).mean())


MEASURES = {
    "parameters": Measure(N_("Parameters of a student"), "parameters", partial(_parameters, "distilled")),
    "teacher_parameters": Measure(
        N_("Parameters of the teacher"), "parameters", partial(_parameters, "teacher")
    ),
    "ensemble_right": Measure(N_("Both teachers together"), "percent", _ensemble_right),
}
