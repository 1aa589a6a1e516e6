"""Events on their way from a worker: in lists, in order, none lost, and all heard before the result."""

from __future__ import annotations

import uuid
import weakref
from functools import partial
from types import SimpleNamespace

import distributed
import numpy as np
import pytest

from kd.config import RunConfig
from kd.engine import tasks
from kd.pictures.mnist import load_mnist
from kd.pictures.training_set import places
from kd.training.answers import teacher_outputs
from kd.training.messages import Checkpoint, Teaching, TrainedModel
from tests.engine.common import until

SMALL = RunConfig(teacher="notebook", train_size=320, epochs=30)


@pytest.fixture
def messages(monkeypatch) -> list[list[dict]]:
    """The messages that a Reporter sends."""
    sent: list[list[dict]] = []

    def log_event(topic: str, message: list[dict]) -> None:
        assert topic == "a token"
        sent.append(list(message))

    monkeypatch.setattr(distributed, "get_worker", lambda: SimpleNamespace(log_event=log_event))
    return sent


def epoch(number: int) -> dict:
    return {"event": "epoch", "model": "scratch", "epoch": number}


def progress(fraction: float) -> dict:
    return {"event": "progress", "model": "scratch", "fraction": fraction}


def test_the_beginning_is_told_at_once_and_many_events_in_few_messages_with_little_progress(messages):
    checkpoint = Checkpoint("scratch", 1, (), (), [epoch(1)])
    with tasks.Reporter("a token", "scratch", checkpoint) as report:
        assert messages == [[{"event": "begin", "model": "scratch", "history": [epoch(1)]}]]
        for number in range(500):
            report(progress(number / 500))
            report(epoch(number))
    events = [event for message in messages[1:] for event in message]
    epochs = [event for event in events if event["event"] == "epoch"]
    assert epochs == [epoch(number) for number in range(500)]
    assert len(messages) < 100
    assert len(events) - len(epochs) < 50


def test_all_epochs_are_heard_one_by_one_before_the_result(engine):
    heard = []
    hear = partial(heard.append)
    attempt = engine.attempt(uuid.uuid4().hex, hear, lambda: False)
    random = np.random.default_rng(0)
    teaching = Teaching(random.random((320, 10), np.float32), random.random((320, 245), np.float32))
    given = (SMALL.to_dict(), None, "distilled", teaching, {}, False, None)
    model = attempt.result(attempt.submit(tasks.train, *given, resource="student"))
    assert isinstance(model, TrainedModel)
    assert [event for event in heard if event["event"] == "epoch"] == model.history
    assert len(model.history) == 30
    assert [event["epoch"] for event in model.history if event["val_accuracy"] is not None] == [30]

    asked = (model.keras_file, SMALL.replace(train_size=50).to_dict(), None, True)
    said = attempt.result(attempt.submit(tasks.teaching, *asked, resource="teacher"))
    pictures = load_mnist().x_train[places(SMALL.replace(train_size=50))]
    expected = teacher_outputs(model.keras_file, pictures, True, lambda: False)
    np.testing.assert_allclose(said.logits, expected.logits, atol=1e-5)
    np.testing.assert_allclose(said.attention, expected.attention, atol=1e-5)
    attempt.close()
    kept = weakref.ref(hear)
    del attempt, hear
    until(lambda: kept() is None)  # or else all that a run was told of would stay in memory for good


def test_a_training_leaves_its_place_within_an_epoch(engine):
    """An epoch of 60,000 steps takes a minute."""
    heard = []
    attempt = engine.attempt(uuid.uuid4().hex, heard.append, lambda: False)
    config = SMALL.replace(train_size=60_000, batch_size=1).to_dict()
    future = attempt.submit(tasks.train, config, None, "scratch", None, {}, True, None, resource="student")
    until(lambda: [event for event in heard if event["event"] == "progress"])
    attempt.request_yield()
    checkpoint = attempt.result(future)
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.epoch == 0
    assert 0 < checkpoint.step < 60_000
    attempt.close()
