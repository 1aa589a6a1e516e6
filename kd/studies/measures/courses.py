"""How the loss begins and ends in training, and whether the end of training still changes the gain."""

from __future__ import annotations

import math
from functools import partial

from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_
from kd.text.words import STUDENTS
from kd.training.costs import LATE

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


MEASURES = {
    "loss_at_first": Measure(N_("Loss in the first epoch"), "", partial(_loss, 0)),
    "loss_at_last": Measure(N_("Loss in the last epoch"), "", partial(_loss, -1)),
    "late_gain": Measure(N_("What the last fifth of training changes in the gain"), "points", _late_gain),
}
