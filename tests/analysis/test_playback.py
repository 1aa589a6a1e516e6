"""A saved training run, point by point, compared with plain NumPy."""

import numpy as np
import pytest
from sklearn import metrics

from kd.analysis.playback import confusions, logits_over_time, playback_table
from kd.networks.numpy_layers import Dense, Flatten
from kd.networks.numpy_model import NumpyModel

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 10, 60)
TEACHER = RANDOM.normal(size=(60, 10)) + 3 * np.eye(10)[LABELS]
TIMES = {"distilled": np.array([0.25, 1.0, 2.0]), "scratch": np.array([1.0, 2.0])}
LOGITS = {
    model: (RANDOM.normal(size=(len(times), 60, 10)) + times[:, None, None] * np.eye(10)[LABELS]).astype(
        np.float16
    )
    for model, times in TIMES.items()
}


def test_accuracy_agreement_and_confusions_at_each_point():
    table = playback_table(LABELS, TEACHER, TIMES, LOGITS)
    assert list(table.columns) == ["model", "time", "accuracy", "agreement"]
    assert table["time"].tolist() == [0.25, 1.0, 2.0, 1.0, 2.0]
    with pytest.raises(ValueError, match="zip"):
        playback_table(LABELS, TEACHER, TIMES | {"scratch": TIMES["scratch"][:1]}, LOGITS)
    answers = LOGITS["scratch"][1].argmax(1)
    assert table["accuracy"].iloc[-1] == np.mean(answers == LABELS)
    assert table["agreement"].iloc[-1] == np.mean(answers == TEACHER.argmax(1))
    # a point is as accurate as it was before its logits were rounded
    known = {"distilled": np.array([0.1, 0.2, 0.3]), "scratch": np.array([0.4, 0.5])}
    table = playback_table(LABELS, TEACHER, TIMES, LOGITS, known)
    assert table["accuracy"].tolist() == [0.1, 0.2, 0.3, 0.4, 0.5]
    expected = [metrics.confusion_matrix(LABELS, point.argmax(1)) for point in LOGITS["distilled"]]
    np.testing.assert_array_equal(confusions(LABELS, LOGITS["distilled"]), expected)


def test_a_picture_is_read_with_the_weights_of_each_point(mnist):
    """Half the weights of the only dense layer give half the logits."""
    kernel = np.random.default_rng(3).normal(size=(784, 10)).astype(np.float32)
    model = NumpyModel((28, 28, 1), (Flatten(), Dense((kernel, np.zeros(10, np.float32)))))
    image = mnist.test(1)[0][0]
    flat = np.append(kernel.ravel(), np.zeros(10, np.float32))
    weights = np.stack([flat, flat / 2, 0 * flat])
    over_time = logits_over_time(model, weights, image)
    assert over_time[0] == pytest.approx(image.ravel() @ kernel, abs=1e-4)
    assert over_time[1] == pytest.approx(over_time[0] / 2, abs=1e-4)
    assert (over_time[2] == 0).all()
