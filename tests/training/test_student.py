"""Training: the fast path equals the plain one, students are treated fairly, results repeat, stops work."""

from __future__ import annotations

import copy
import random
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.config import RunConfig
from kd.distillation.distiller import Distiller
from kd.networks.architectures import build_student, build_teacher
from kd.training.checkpoint import Checkpoint
from kd.training.compiled import Batches, CompiledTraining, compiled_training, initial_weights
from kd.training.stopping import TrainingStopped
from kd.training.student import milliseconds_a_picture, train_student, train_teacher
from kd.training.trained_model import TrainedModel

SMALL = RunConfig(train_size=320, epochs=2, teacher="fresh", teacher_epochs=1, teacher_train_size=64)


def never() -> bool:
    return False


def ignore(event: dict) -> None:
    pass


@pytest.fixture(scope="module")
def teacher() -> keras.Sequential:
    keras.utils.set_random_seed(3)
    return build_teacher()


@pytest.fixture(scope="module")
def teacher_logits(teacher, mnist) -> np.ndarray:
    return teacher.predict(mnist.train(320)[0], verbose=0)


def test_fast_path_and_plain_path_give_the_same_student_after_50_steps(teacher, mnist):
    """Plain: Distiller.fit, which calls the teacher in every step, one step per call. Fast: what runs use."""
    images, labels = mnist.train(1600)
    start = list(initial_weights("distilled", 5))
    batches = Batches.of(images, labels, teacher.predict(images, verbose=0), 32)
    order = batches.order(5, 1)

    fast = CompiledTraining(build_student, distilled=True)
    fast.reset(start)
    fast.run_steps(batches, order, 0, 50, (0.1, 4.0, 16.0))

    student = build_student()
    student.set_weights(start)
    plain = Distiller(student=student, teacher=teacher)
    plain.compile(optimizer=keras.optimizers.Adam(), alpha=0.1, temperature=4.0, temperature_squared=True)
    shuffled = order.numpy()
    plain.fit(images[shuffled], labels[shuffled], batch_size=32, shuffle=False, epochs=1, verbose=0)

    for a, b in zip(fast.model.get_weights(), student.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_scratch_is_plain_keras_training(mnist):
    images, labels = mnist.train(640)
    start = list(initial_weights("scratch", 2))
    batches = Batches.of(images, labels, None, 32)
    order = batches.order(2, 1).numpy()
    fast = CompiledTraining(build_student, distilled=False)
    fast.reset(start)
    totals = fast.run_steps(batches, tf.constant(order), 0, batches.steps, (1.0, 1.0, 1.0))

    student = build_student()
    student.set_weights(start)
    student.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    history = student.fit(images[order], labels[order], shuffle=False, verbose=0).history
    assert totals.loss / totals.images == pytest.approx(history["loss"][0], rel=1e-4)
    assert totals.correct / totals.images == pytest.approx(history["accuracy"][0], abs=2 / 640)
    for a, b in zip(fast.model.get_weights(), student.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_the_teacher_is_the_only_difference_between_the_students(teacher_logits):
    """With α = 1 the teacher has no weight, so distilled and scratch are the same student."""
    alone = SMALL.replace(alpha=1.0)
    distilled = train_student(alone, "distilled", teacher_logits, ignore, never)
    scratch = train_student(alone, "scratch", None, ignore, never)
    np.testing.assert_allclose(distilled.test_logits, scratch.test_logits, atol=1e-4)

    helped = train_student(SMALL, "distilled", teacher_logits, ignore, never)
    assert np.abs(helped.test_logits - scratch.test_logits).max() > 0.01
    np.testing.assert_array_equal(initial_weights("distilled", 0)[0], initial_weights("scratch", 0)[0])


def test_initial_weights_follow_the_seed_whatever_other_threads_draw():
    done = threading.Event()

    def draw() -> None:
        while not done.is_set():
            random.random()
            time.sleep(0.0003)

    noise = threading.Thread(target=draw)
    noise.start()
    try:
        drawn = []
        for name in ("distilled", "scratch", "distilled"):
            initial_weights.cache_clear()
            drawn.append(np.concatenate([w.ravel() for w in initial_weights(name, 11)]))
    finally:
        done.set()
        noise.join()
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(drawn[0], drawn[2])
    assert not np.array_equal(drawn[0], np.concatenate([w.ravel() for w in initial_weights("scratch", 12)]))


def test_initial_weights_are_glorots_as_keras_draws_them():
    """Uniform in ±√(6 / (fan in + fan out)) for every kernel, zero for every bias (Glorot, Bengio 2010)."""
    kernels, biases = initial_weights("scratch", 1)[::2], initial_weights("scratch", 1)[1::2]
    for kernel in kernels:
        receptive = int(np.prod(kernel.shape[:-2]))
        limit = np.sqrt(6 / (receptive * (kernel.shape[-2] + kernel.shape[-1])))
        assert 0.9 * limit < np.abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.1)
    assert all((bias == 0).all() for bias in biases)


@pytest.mark.parametrize("squared", [True, False])
def test_the_epochs_loss_is_made_of_its_terms(teacher_logits, squared):
    config = SMALL.replace(alpha=0.3, temperature=5.0, temperature_squared=squared)
    for event in train_student(config, "distilled", teacher_logits, ignore, never).history:
        assert event["loss"] == pytest.approx(
            0.3 * event["student_loss"] + 0.7 * event["distillation_loss"], rel=1e-5
        )


def test_the_same_config_gives_the_same_history_to_the_last_digit(teacher_logits):
    def history(config: RunConfig) -> list[dict]:
        trained = train_student(config, "distilled", teacher_logits, ignore, never)
        return [{k: v for k, v in event.items() if k != "seconds"} for event in trained.history]

    first = history(SMALL)
    history(SMALL.replace(seed=1, temperature=9.0, batch_size=20))  # must leave nothing behind
    assert history(SMALL) == first
    assert history(SMALL.replace(seed=1)) != first


def test_a_second_run_of_an_architecture_traces_nothing_again(teacher_logits):
    train_student(SMALL, "distilled", teacher_logits, ignore, never)
    steps = compiled_training("distilled")._steps
    traced = steps.experimental_get_tracing_count()
    other = SMALL.replace(seed=7, alpha=0.9, temperature=2.0, batch_size=16, temperature_squared=False)
    train_student(other, "distilled", teacher_logits, ignore, never)
    assert steps.experimental_get_tracing_count() == traced == 1


def test_a_fresh_teacher_reports_every_epoch_and_returns_its_soft_targets(mnist):
    heard: list[dict] = []
    trained = train_teacher(SMALL, heard.append, never)
    assert [e for e in heard if e["event"] == "epoch"] == trained.history
    assert trained.train_logits.shape == (320, 10)
    assert trained.parameters == 1_433_610
    labels = mnist.test()[1]
    assert trained.history[-1]["val_accuracy"] == pytest.approx(
        float((trained.test_logits.argmax(axis=1) == labels).mean())
    )


def test_the_saved_file_is_the_model_that_was_evaluated(teacher_logits, mnist, tmp_path):
    trained = train_student(SMALL, "distilled", teacher_logits, ignore, never)
    path = tmp_path / "student.keras"
    path.write_bytes(trained.keras_file)
    loaded = keras.saving.load_model(path)
    np.testing.assert_allclose(loaded(mnist.test(100)[0]), trained.test_logits[:100], atol=1e-4)
    assert type(loaded) is keras.Sequential


def test_snapshots_run_from_inside_the_first_epoch_to_the_final_model(teacher_logits):
    trained = train_student(SMALL, "distilled", teacher_logits, ignore, never)
    kept = trained.snapshots.arrays()
    assert kept["times"][0] < 0.2
    assert list(kept["times"][-2:]) == [1.0, 2.0]
    assert kept["weights"].shape == (len(kept["times"]), 20_490)
    np.testing.assert_allclose(kept["logits"][-1], trained.test_logits, rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("train", [train_teacher, lambda *a: train_student(a[0], "scratch", None, *a[1:])])
def test_a_stop_ends_the_training_in_the_middle_of_an_epoch(train):
    looks = 0
    heard: list[dict] = []

    def should_stop() -> bool:
        nonlocal looks
        looks += 1
        return looks > 3

    with pytest.raises(TrainingStopped):
        train(SMALL.replace(teacher_train_size=6000, train_size=60_000), heard.append, should_stop)
    assert not [event for event in heard if event["event"] == "epoch"]


def in_turns(train) -> TrainedModel:
    """Train with a pause after every epoch, in which other training leaves its own weights behind."""
    checkpoint, turns = None, 0
    while isinstance(trained := train(lambda: True, copy.deepcopy(checkpoint)), Checkpoint):
        checkpoint, turns = trained, turns + 1
        assert (trained.epoch, len(trained.history)) == (turns, turns)
        train_student(SMALL.replace(seed=9, epochs=1), "scratch", None, ignore, never)
        train_teacher(SMALL.replace(seed=9), ignore, never)
    assert turns > 1
    return trained


def same_in_every_bit(first: TrainedModel, second: TrainedModel, folder) -> None:
    weights = []
    for number, trained in enumerate((first, second)):
        path = folder / f"{number}.keras"
        path.write_bytes(trained.keras_file)
        weights.append(keras.saving.load_model(path).get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(first.test_logits, second.test_logits)
    without_time = [
        [{k: v for k, v in event.items() if k != "seconds"} for event in trained.history]
        for trained in (first, second)
    ]
    assert without_time[0] == without_time[1]


@pytest.mark.parametrize("name", ["distilled", "scratch"])
def test_a_student_that_gives_way_after_each_epoch_becomes_the_same_to_the_last_bit(
    name, teacher_logits, tmp_path
):
    config = SMALL.replace(epochs=3)
    whole = train_student(config, name, teacher_logits, ignore, never)
    parts = in_turns(lambda *asked: train_student(config, name, teacher_logits, ignore, never, *asked))
    same_in_every_bit(whole, parts, tmp_path)
    for key, kept in whole.snapshots.arrays().items():
        np.testing.assert_array_equal(kept, parts.snapshots.arrays()[key])


def test_a_teacher_that_gives_way_after_each_epoch_becomes_the_same_to_the_last_bit(tmp_path):
    config = SMALL.replace(teacher_epochs=3)
    whole = train_teacher(config, ignore, never)
    parts = in_turns(lambda *asked: train_teacher(config, ignore, never, None, *asked))
    same_in_every_bit(whole, parts, tmp_path)
    np.testing.assert_array_equal(whole.train_logits, parts.train_logits)


def test_the_time_spent_on_evaluation_is_reported(teacher_logits):
    trained = train_student(SMALL, "scratch", None, ignore, never)
    assert 0 < trained.evaluation_seconds < trained.seconds
    assert trained.seconds == pytest.approx(sum(event["seconds"] for event in trained.history))


def test_logits_of_other_images_are_refused(teacher_logits):
    with pytest.raises(ValueError, match=r"\(320, 10\), got \(319, 10\)"):
        train_student(SMALL, "distilled", teacher_logits[:-1], ignore, never)


def test_students_answer_faster_than_the_teacher():
    taken = milliseconds_a_picture(("teacher", "distilled"))
    assert 0 < taken["distilled"] < taken["teacher"]
