"""How a training goes through its epochs, on a clock of its own: calls, looks, events, pauses, seconds.

What it trains is made up: it writes down how it is called, and takes as long as a test says.
"""

from __future__ import annotations

import numpy as np
import pytest

from kd.networks.architectures import Architecture
from kd.training import student
from kd.training.compiled import Lesson
from kd.training.messages import TrainingStopped
from kd.training.networks import initial_weights
from kd.training.precision import Choice
from kd.training.student import Plan, Training
from tests.training.helpers import never

LINEAR = Architecture("linear")
LOOK, PARTS = 2.0, 4  # seconds, and parts in which the test images are looked at
RIGHT = 7500  # of the test images


class MadeUp:
    """A CompiledTraining, its network and its model, and the clock by which they work."""

    def __init__(self, seconds_a_step: float = 1 / 64):
        self.now, self.seconds_a_step = 100.0, seconds_a_step
        self.network = self.model = self
        self.calls: list[tuple] = []
        self.stretches: list[tuple[int, int]] = []

    def perf_counter(self) -> float:
        return self.now

    def reset(self, weights) -> None:
        self.calls.append(("reset", weights))

    def restore(self, weights, optimizer) -> None:
        self.calls.append(("restore", weights, optimizer))

    def state(self):
        return ("weights",), ("moments",)

    def get_weights(self):
        return [np.ones(3), np.zeros((2, 2))]

    def trace(self) -> None:
        self.calls.append(("trace",))
        self.now += 50.0  # it is not on the clock

    def no_sums(self):
        return 0

    def run_steps(self, lesson, order, first, last, sums):
        """The sums are how many steps there were."""
        assert lesson.steps >= last
        self.calls.append(("order", tuple(order.numpy())))
        self.stretches.append((first, last))
        self.now += (last - first) * self.seconds_a_step
        return (sums or 0) + last - first

    def means(self, sums):
        return {"loss": sums}

    def logits(self, pictures, before_each):
        assert len(pictures) == 10_000
        self.calls.append(("look",))
        for _part in range(PARTS):
            before_each()
            self.now += LOOK / PARTS
        return np.eye(10, dtype=np.float32)[self.answers]


@pytest.fixture
def begin(mnist, monkeypatch):
    """Makes a Training of something made up, of 10 steps an epoch."""

    def begin(made_up, heard, *, looks=(1, 2), told=None, steps=10, snapshots=True, checkpoint=None, **asked):
        answers = mnist.y_test.copy()
        answers[RIGHT:] = (answers[RIGHT:] + 1) % 10
        made_up.answers = answers
        monkeypatch.setattr(student, "time", made_up)
        told = told or tuple(range(1, looks[-1] + 1))
        choice = Choice("mixed_bfloat16", "a processor")
        plan = Plan(
            "distilled", LINEAR, 5, looks[-1], looks, told, snapshots, choice, (mnist.x_test, mnist.y_test)
        )
        lesson = Lesson(None, np.zeros(3 * steps), None, {}, None, 3)
        stop, pause = asked.get("stop", never), asked.get("pause", never)
        return Training(plan, made_up, lesson, heard.append, stop, pause, checkpoint)

    return begin


@pytest.mark.parametrize(
    ("seconds_a_step", "expected"),
    [
        # 16 steps take as long as there should be between two checks
        (1 / 64, [(0, 4), (4, 20), (20, 36), (36, 37), (0, 8), (8, 24), (24, 37)]),
        # however slow, one step at a time
        (8.0, [(0, 4), *((step, step + 1) for step in range(4, 37)), *((n, n + 1) for n in range(37))]),
        # however fast, eight times as many as before at most
        (0.0, [(0, 4), (4, 36), (36, 37), (0, 8), (8, 37)]),
    ],
)
def test_as_many_steps_at_once_as_fit_between_two_checks(begin, monkeypatch, seconds_a_step, expected):
    monkeypatch.setattr(student, "SECONDS_BETWEEN_CHECKS", 0.25)
    made_up = MadeUp(seconds_a_step)
    begin(made_up, [], steps=37, looks=(2,)).run()
    assert made_up.stretches == expected


def test_what_is_told_of_a_training(begin, mnist):
    made_up, heard = MadeUp(1 / 8), []
    training = begin(made_up, heard, looks=(2, 4), told=(1, 2, 4))
    assert training.run() is None
    kind, weights = made_up.calls[0]
    assert kind == "reset"
    for found, expected in zip(weights, initial_weights(LINEAR, 5), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert made_up.calls[1] == ("trace",)
    assert [call[0] for call in made_up.calls].count("look") == 2
    events = [event for event in heard if event["event"] == "epoch"]
    assert events == training.history
    assert events == [
        {
            **{"event": "epoch", "model": "distilled", "epoch": epoch, "epochs": 4, "loss": loss},
            **{"val_accuracy": accuracy, "seconds": seconds},
        }
        for epoch, loss, accuracy, seconds in (
            (1, 10, None, 1.25),
            (2, 10, 0.75, 1.25 + LOOK),
            (4, 20, 0.75, 2.5 + LOOK),
        )
    ]
    progress = [event for event in heard if event["event"] == "progress"]
    ends = [(place, last) for place, (_first, last) in enumerate(made_up.stretches)]
    epoch = 1 + np.cumsum([0, *(last == 10 for _place, last in ends)])
    assert progress == [
        {
            **{"event": "progress", "model": "distilled", "epoch": epoch[place], "epochs": 4},
            "fraction": (epoch[place] - 1 + last / 10) / 4,
        }
        for place, last in ends
    ]
    assert (training.seconds, training.evaluation_seconds) == (5.0 + 2 * LOOK, 2 * LOOK)
    orders = [call[1] for call in made_up.calls if call[0] == "order"]
    assert orders[0] == tuple(np.random.default_rng([5, 1]).permutation(30))
    assert orders[-1] == tuple(np.random.default_rng([5, 4]).permutation(30))
    kept = training.snapshots.arrays()
    assert {name: values.dtype.name for name, values in kept.items()} == {
        "times": "float64",
        "logits": "float16",
        "weights": "float16",
        "accuracies": "float64",
    }
    assert (kept["times"].tolist(), kept["accuracies"].tolist()) == ([2.0, 4.0], [0.75, 0.75])
    assert kept["weights"].tolist() == [[1, 1, 1, 0, 0, 0, 0]] * 2
    np.testing.assert_array_equal(kept["logits"], [training.logits] * 2)
    assert (training.logits.argmax(axis=1) == mnist.y_test).sum() == RIGHT


def turns(begin, made_up, heard, pause, **named):
    """The checkpoints of a training that goes on whenever it has paused, and the one that came to its end."""
    checkpoints = [None]
    while True:
        training = begin(made_up, heard, checkpoint=checkpoints[-1], pause=pause, **named)
        checkpoint = training.run()
        if checkpoint is None:
            return checkpoints[1:], training
        checkpoints.append(checkpoint)


def test_a_pause_takes_all_along(begin):
    whole = begin(MadeUp(1 / 8), [], looks=(2, 3), told=(2, 3))
    whole.run()
    made_up, heard = MadeUp(1 / 8), []
    checkpoints, last = turns(begin, made_up, heard, lambda: True, looks=(2, 3), told=(2, 3))
    assert last.history == whole.history == [event for event in heard if event["event"] == "epoch"]
    assert (last.seconds, last.evaluation_seconds) == (whole.seconds, whole.evaluation_seconds)
    for found, expected in zip(*(each.snapshots.arrays().values() for each in (last, whole)), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert checkpoints[0].snapshots.times == checkpoints[0].history == []  # which a training has gone on from
    assert [call[0] for call in made_up.calls].count("reset") == 1
    # four steps a turn; then the look after the second epoch, which is one more
    assert [(each.epoch, each.step) for each in checkpoints[3:8]] == [(1, 4), (1, 8), (1, 10), (2, 0), (2, 4)]


def test_a_pause_between_two_epochs_is_after_the_first(begin):
    asked = iter([False, False, True])
    [paused], last = turns(begin, MadeUp(), [], lambda: next(asked, False), looks=(2,), told=(2,))
    assert (paused.epoch, paused.step, paused.sums) == (1, 0, 10)
    assert [event["loss"] for event in last.history] == [20]


def test_the_end_of_the_last_epoch_is_no_place_to_pause(begin):
    """Whoever asks then waits no longer for the end than for the pause."""
    ends = []
    training = begin(MadeUp(), [], looks=(1,), steps=0, pause=lambda: ends.append(1) or True)
    assert training.run() is None
    assert not ends


def test_a_stop_is_felt_before_the_first_step_before_every_call_and_within_a_look(begin):
    made_up = MadeUp()
    with pytest.raises(TrainingStopped):
        begin(made_up, [], stop=lambda: True).run()
    assert made_up.stretches == []
    for calls in (1, 2):
        made_up = MadeUp()
        with pytest.raises(TrainingStopped):
            begin(
                made_up, [], stop=lambda made_up=made_up, calls=calls: len(made_up.stretches) == calls
            ).run()
        assert len(made_up.stretches) == calls
    made_up = MadeUp()
    training = begin(made_up, [], stop=lambda: ("look",) in made_up.calls)
    with pytest.raises(TrainingStopped):
        training.run()
    assert training.evaluation_seconds == 0
    assert training.history == []
