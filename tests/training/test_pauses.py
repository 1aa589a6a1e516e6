"""A training that gives way, at any step and within a look, becomes the same to the last bit."""

from __future__ import annotations

import pickle

import pytest

from kd.config import RunConfig
from kd.training import student
from kd.training.messages import Checkpoint, Teaching, TrainedModel
from kd.training.student import train_model
from tests.training.helpers import SMALL, ignore, made_up, never, same_in_every_bit, trained


def paused_after(answers: int, config: RunConfig, name: str, teaching: Teaching | None) -> TrainedModel:
    """Train in turns, each of which pauses at the so-manieth question; others, alike, train in between."""
    short = {"epochs": 1, "teacher_epochs": 1, "train_size": 40, "teacher_train_size": 40}
    other = config.replace(seed=9, **short)
    checkpoint, places = None, []
    while True:
        asked = 0

        def should_pause() -> bool:
            nonlocal asked
            asked += 1
            return asked >= answers

        model = train_model(config, name, teaching, ignore, never, should_pause, checkpoint)
        if not isinstance(model, Checkpoint):
            assert places, "it never paused"
            return model
        checkpoint = pickle.loads(pickle.dumps(model))
        places.append((checkpoint.epoch, checkpoint.step))
        assert places == sorted(set(places)), "a turn without progress"
        trained(other, name, teaching and made_up(40), is_followed=False)


@pytest.mark.parametrize(
    ("changes", "name", "answers"),
    [
        ({"student": "linear", "labelled": 100, "omitted_digits": "3"}, "distilled", 13),
        ({"teacher_epochs": 2, "teacher_width": 2, "teacher_train_size": 320}, "teacher", 23),
    ],
)
def test_who_pauses_even_within_a_look_becomes_the_same_to_the_last_bit(
    changes, name, answers, tmp_path, monkeypatch
):
    # every call into the traced loop is one step, so a pause may be after any, and a look follows each epoch
    monkeypatch.setattr(student, "SECONDS_BETWEEN_CHECKS", 0.0)
    monkeypatch.setattr(student, "FIRST_STEPS", 1)
    monkeypatch.setattr(student, "eval_epochs", lambda config, name: (1, 2))
    config, teaching = SMALL.replace(**changes), made_up() if name == "distilled" else None
    whole = trained(config, name, teaching)
    assert whole.snapshots is None or whole.snapshots.times == [1, 2]
    same_in_every_bit(whole, paused_after(answers, config, name, teaching), tmp_path)
