"""Which precision a fresh teacher trains in, and that it learns the same with bfloat16 products."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.config import RunConfig
from kd.networks.folding import folded_forward
from kd.store.store import Store
from kd.training import precision, student
from kd.training.answers import teacher_outputs
from kd.training.precision import Choice
from kd.training.student import train_model
from tests.training.helpers import ignore, never

NOTEBOOKS = RunConfig(teacher="fresh")
LONGER = NOTEBOOKS.replace(teacher_train_size=60_000)


@pytest.fixture
def timed(monkeypatch):
    """A function that makes the measurement find these seconds."""

    def find(float32: float, mixed_bfloat16: float) -> None:
        seconds = {"float32": float32, "mixed_bfloat16": mixed_bfloat16}
        monkeypatch.setattr(precision, "seconds_a_step", lambda: seconds)

    monkeypatch.delenv("KD_TEACHER_PRECISION", raising=False)
    return find


def test_bfloat16_only_where_it_is_clearly_faster(timed):
    timed(2.0, 1.0)
    assert precision.teacher_precision(LONGER).precision == "mixed_bfloat16"
    for slower in (1.6, 1.8, 6.0):
        timed(2.0, slower)
        assert precision.teacher_precision(LONGER).precision == "float32"


def test_the_notebooks_teacher_a_short_and_a_narrow_one_stay_float32_unmeasured(timed):
    timed(1.0, 0.1)
    assert precision.teacher_precision(NOTEBOOKS).precision == "float32"
    assert precision.teacher_precision(NOTEBOOKS.replace(teacher_epochs=1)).precision == "float32"
    assert precision.teacher_precision(LONGER.replace(teacher_width=64)).precision == "float32"
    steps = NOTEBOOKS.replace(teacher_epochs=10, batch_size=60)
    for size, found in ((5_940, "float32"), (5_941, "mixed_bfloat16")):  # 990 steps, and 1,000
        assert precision.teacher_precision(steps.replace(teacher_train_size=size)).precision == found
    smoothed = NOTEBOOKS.replace(teacher_label_smoothing=0.1)
    assert precision.teacher_precision(smoothed).precision == "mixed_bfloat16"


def test_the_first_measurement_holds_whatever_is_measured_later(timed, tmp_path):
    timed(1.0, 0.79)
    first = precision.teacher_precision(LONGER, {})
    assert first == ("mixed_bfloat16", precision.this_processor())
    Store(tmp_path).caches.save_precisions({first.processor: first.precision})
    timed(1.0, 0.81)
    assert precision.teacher_precision(LONGER, Store(tmp_path).caches.precisions()) == first
    # on another processor, it is measured again
    assert precision.teacher_precision(LONGER, {"another": "mixed_bfloat16"}).precision == "float32"


def test_the_environment_decides_where_it_is_set(timed, monkeypatch):
    timed(1.0, 3.0)
    assert precision.teacher_precision(NOTEBOOKS).processor is None  # for none decided
    monkeypatch.setenv("KD_TEACHER_PRECISION", "mixed_bfloat16")
    assert precision.teacher_precision(NOTEBOOKS) == ("mixed_bfloat16", None)
    monkeypatch.setenv("KD_TEACHER_PRECISION", "float16")
    with pytest.raises(ValueError, match=r"KD_TEACHER_PRECISION .* float32, mixed_bfloat16, got 'float16'"):
        precision.teacher_precision(NOTEBOOKS)


def test_the_measurement_times_both(monkeypatch):
    monkeypatch.setattr(precision, "TEACHER_FILTERS", 4)
    seconds = precision.seconds_a_step(batch_size=2)
    assert set(seconds) == set(precision.PRECISIONS)
    assert all(0 < value < float("inf") for value in seconds.values())


@pytest.mark.parametrize("chosen", precision.PRECISIONS)
def test_the_folded_tail_is_exact_where_its_precision_is(chosen):
    """With whole numbers so small that bfloat16's 8 bits hold every product and every sum."""
    random = np.random.default_rng(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            keras.layers.Conv2D(4, 3, strides=2, padding="same"),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    model.set_weights([random.integers(-1, 2, weight.shape) for weight in model.get_weights()])
    images = tf.constant(random.integers(0, 2, (4, 8, 8, 2)), tf.float32)
    weights = tf.constant(random.integers(-1, 2, (4, 10)), tf.float32)
    found = []
    for forward in (model, folded_forward(model, chosen)):
        with tf.GradientTape() as tape:
            logits = forward(images)
            value = tf.reduce_sum(logits * weights)
        found.append([logits, *tape.gradient(value, model.trainable_variables)])
    for plain, folded in zip(*found, strict=True):
        np.testing.assert_array_equal(folded, plain)


def test_a_teacher_trains_in_its_precision_and_goes_on_in_it_unasked(monkeypatch, mnist):
    asked, chosen = [], Choice("mixed_bfloat16", "a processor")

    def choose(*arguments) -> Choice:
        asked.append(arguments)
        return chosen

    monkeypatch.setattr(student, "teacher_precision", choose)
    config = NOTEBOOKS.replace(teacher_width=2, teacher_train_size=64, teacher_epochs=1, train_size=10)
    known = {"a processor": "mixed_bfloat16"}
    paused = train_model(config, "teacher", None, ignore, never, lambda: True, measured=known)
    assert paused.step == 2  # of its own 64 pictures
    rounded = train_model(config, "teacher", None, ignore, never, checkpoint=paused)
    for model in (paused, rounded):
        assert (model.precision, model.processor) == chosen
    # evaluation is in float32, whatever the steps use
    said = teacher_outputs(rounded.keras_file, mnist.x_test[:500], False, never)
    np.testing.assert_array_equal(rounded.test_logits[:500], said.logits)
    chosen = Choice("float32")
    exact = train_model(config, "teacher", None, ignore, never)
    assert (exact.precision, exact.processor) == chosen
    assert asked == [(config, known), (config, None)]
    assert 0 < np.abs(exact.test_logits - rounded.test_logits).max() < 0.1
    linear = config.replace(student="linear", epochs=1)
    assert train_model(linear, "scratch", None, ignore, never).precision == "float32"
    assert len(asked) == 2
