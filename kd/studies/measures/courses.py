"""How the distilled student's loss begins and ends in training."""

from __future__ import annotations

from functools import partial

from kd.studies.measures.measure import Measure, MeasuredRun
from kd.text.translation import N_


def _loss(epoch: int, run: MeasuredRun) -> float:
    """The mean loss over the steps of an epoch."""
    losses = [event["loss"] for event in run.history if event["model"] == "distilled"]
    return float(losses[epoch])


MEASURES = {
    "loss_at_first": Measure(N_("Loss in the first epoch"), "", partial(_loss, 0)),
    "loss_at_last": Measure(N_("Loss in the last epoch"), "", partial(_loss, -1)),
}
