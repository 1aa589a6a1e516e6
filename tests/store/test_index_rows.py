"""Which events read from the index count as a training's."""

from __future__ import annotations

import pytest
from kd.store.index.rows import is_event

EPOCH = {"event": "epoch", "model": "scratch", "epoch": 2, "epochs": 3, "loss": 0.5, "val_accuracy": 0.9}


@pytest.mark.parametrize(
    "changes",
    [{}, {"val_accuracy": None}, {"loss": None, "accuracy": None}, {"inter_loss": 0.1}, {"epoch": 3}],
    ids=str,
)
def test_what_was_not_computed_is_none(changes):
    assert is_event({**EPOCH, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "another"},
        {"event": "end"},
        {"loss": "0.5"},
        {"loss": []},
        {"epoch": None},
        {"epoch": 0},
        {"epoch": 4},
        {"epochs": None},
    ],
    ids=str,
)
def test_what_no_training_tells_is_no_event(changes):
    assert not is_event({**EPOCH, **changes})
