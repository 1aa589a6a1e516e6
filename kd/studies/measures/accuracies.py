"""What follows from a run's accuracies, its numbers of parameters, and the course of its training."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from kd.config import MODELS
from kd.studies.measures.measure import Measure, MeasuredRun, Value
from kd.text.translation import N_
from kd.text.words import NAMES, STUDENTS
from kd.training.costs import LATE

FROM_ACCURACIES = {
    **{f"{model}_right": Value(NAMES[model], "percent") for model in MODELS},
    "gain": Value(N_("Gain over scratch"), "points"),
}
"""What every experiment's rows have: the test pictures that each model gets right, and what is gained."""


def with_gains(runs: pd.DataFrame) -> pd.DataFrame:
    """Runs as `kd.studies.verdicts.study_frame` has them, with the columns FROM_ACCURACIES."""
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


# Of the training: looks that are evenly spaced need not fall on it.
_NEAR = 0.05


def _loss(epoch: int, run: MeasuredRun) -> float:
    """The mean loss over the steps of an epoch."""
    losses = [event["loss"] for event in run.history if event["model"] == "distilled"]
    return float(losses[epoch])


def _late_gain(run: MeasuredRun) -> float:
    """The gain at the end less that after four fifths; NaN where nobody looked at both students near there.

    What the last fifth changes is small where training is long enough.
    """
    accuracies = {
        (event["model"], event["epoch"]): event["val_accuracy"]
        for event in run.history
        if event["model"] in STUDENTS and event["val_accuracy"] is not None
    }
    gains = {
        epoch: 100 * (accuracies["distilled", epoch] - accuracies["scratch", epoch])
        for model, epoch in accuracies
        if model == "distilled" and ("scratch", epoch) in accuracies
    }
    last = run.config.epochs
    late = min(gains, key=lambda epoch: abs(epoch - LATE * last), default=last)
    if last not in gains or abs(late - LATE * last) > _NEAR * last:
        return math.nan
    return gains[last] - gains[late]


OF_COURSES = {
    "loss_at_first": Measure(N_("Loss in the first epoch"), "", partial(_loss, 0)),
    "loss_at_last": Measure(N_("Loss in the last epoch"), "", partial(_loss, -1)),
    "late_gain": Measure(N_("What the last fifth of training changes in the gain"), "points", _late_gain),
}
