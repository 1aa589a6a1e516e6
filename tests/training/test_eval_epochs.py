"""Looks at the test images: how many, when, what is kept of each, and that they change nothing."""

import numpy as np
import pytest

from kd.config import RunConfig
from kd.networks.architectures import student_architecture
from kd.training import costs, student
from tests.training.helpers import BRIEF, history_of, made_up, trained, weights_of


@pytest.mark.parametrize("epochs", [1, 2, 7, 12, 13, 100, 2000])
@pytest.mark.parametrize("train_size", [10, 500, 60_000])
@pytest.mark.parametrize(("kind", "width"), [("convolutional", 1), ("convolutional", 64), ("linear", 16)])
def test_looks_are_evenly_spaced_and_take_no_longer_than_the_training(epochs, train_size, kind, width):
    config = RunConfig(epochs=epochs, train_size=train_size, student=kind, student_width=width)
    chosen = costs.eval_epochs(config, "distilled")
    assert chosen[-1] == epochs
    assert len(chosen) <= min(costs.MOST_LOOKS, epochs)
    apart = set(np.diff([*chosen]).tolist())
    assert len(apart) <= 1
    assert 1 <= chosen[0] <= min(apart, default=epochs)
    of_network = student_architecture(config).costs
    spent = epochs * (-(-train_size // 32) * of_network.step + train_size * of_network.image)
    assert costs.training_seconds(of_network, epochs, train_size, 32) == pytest.approx(spent)
    assert len(chosen) == 1 or len(chosen) * of_network.look <= spent
    # one more epoch between two looks would be too few
    if chosen[0] != epochs and min(apart) > 1:
        closer = -(-epochs // (min(apart) - 1))
        assert closer > costs.MOST_LOOKS or closer * of_network.look > spent
    assert costs.eval_epochs(config, "scratch") == chosen


def test_a_long_training_that_nobody_follows_looks_after_four_fifths_and_at_its_end():
    for epochs, seen in ((99, (99,)), (100, (80, 100)), (1001, (801, 1001))):
        config = RunConfig(epochs=epochs)
        for name in ("distilled", "scratch"):
            assert costs.last_eval_epochs(config, name) == seen
            assert {*seen} <= {*costs.reported_epochs(config, name)}  # or nobody would hear of it
    assert costs.last_eval_epochs(RunConfig(teacher="fresh", teacher_epochs=100), "teacher") == (100,)


@pytest.mark.parametrize("epochs", [1, 40, 200, 201, 450, 1999, 2000])
def test_a_long_training_tells_of_evenly_spaced_epochs_and_of_those_it_looks_after(epochs):
    config = RunConfig(epochs=epochs)
    chosen, seen = costs.reported_epochs(config, "distilled"), costs.eval_epochs(config, "distilled")
    assert len(chosen) <= costs.MOST_TOLD + len(seen)
    assert {*seen} <= {*chosen}
    assert chosen[-1] == epochs
    if epochs <= costs.MOST_TOLD:
        assert chosen == tuple(range(1, epochs + 1))
    else:
        between = set(np.diff([each for each in chosen if each not in seen[:-1]]).tolist())
        assert max(between) <= 2 * -(-epochs // costs.MOST_TOLD)


@pytest.mark.parametrize("name", ["distilled", "teacher"])
def test_weights_are_the_same_to_the_bit_without_looks(name, tmp_path, monkeypatch):
    monkeypatch.setattr(student, "eval_epochs", lambda config, name: (1, 2))  # however short an epoch is
    config = BRIEF.replace(teacher_epochs=2, teacher_width=4)
    with_looks = trained(config, name, made_up())
    without = trained(config, name, made_up(), is_followed=False)
    for one, other in zip(weights_of(with_looks, tmp_path), weights_of(without, tmp_path), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(with_looks.test_logits, without.test_logits)
    seen = [event["epoch"] for event in with_looks.history if event["val_accuracy"] is not None]
    assert seen == [1, 2]
    expected = [{**event, "val_accuracy": None} for event in history_of(with_looks)]
    expected[-1] = history_of(with_looks)[-1]
    assert history_of(without) == expected
    assert without.snapshots is None
