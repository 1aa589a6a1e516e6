"""What tests of training share: a short run, made-up teaching, and a comparison in every bit."""

from __future__ import annotations

import keras
import numpy as np

from kd.config import RunConfig
from kd.training.messages import Teaching, TrainedModel
from kd.training.student import train_model

SMALL = RunConfig(train_size=320, epochs=2, teacher="fresh", teacher_epochs=1, teacher_train_size=64)
BRIEF = SMALL.replace(student="linear")


def never() -> bool:
    return False


def ignore(event: dict) -> None:
    pass


def made_up(size: int = 320) -> Teaching:
    """The outputs of no teacher in particular."""
    random = np.random.default_rng(3)
    logits = 3 * random.normal(size=(size, 10))
    return Teaching(logits.astype(np.float32), random.random((size, 245), np.float32))


def trained(config: RunConfig, name: str, teaching: Teaching | None = None, **named) -> TrainedModel:
    """Train without anybody listening."""
    return train_model(config, name, teaching, ignore, never, **named)


def weights_of(model: TrainedModel, folder) -> list[np.ndarray]:
    """Those of its .keras file."""
    path = folder / "model.keras"
    path.write_bytes(model.keras_file)
    return keras.saving.load_model(path).get_weights()


def history_of(model: TrainedModel) -> list[dict]:
    """Without how long it took."""
    return [{k: v for k, v in event.items() if k != "seconds"} for event in model.history]


def same_in_every_bit(first: TrainedModel, second: TrainedModel, folder) -> None:
    """Weights, answers, history and snapshots."""
    for one, other in zip(weights_of(first, folder), weights_of(second, folder), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(first.test_logits, second.test_logits)
    assert history_of(first) == history_of(second)
    assert (first.snapshots is None) == (second.snapshots is None)
    if first.snapshots is not None:
        others = second.snapshots.arrays()
        for key, kept in first.snapshots.arrays().items():
            np.testing.assert_array_equal(kept, others[key])
