"""LiteRT in whole numbers: weights and activations of 8 bits, a quarter of the size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from kd.export.litert import LiteRT
from kd.pictures.mnist import load_mnist

# Training pictures from which the converter learns how large each layer's activations become.
REPRESENTATIVE = 500
# What 8 bits may cost. A logit is kept in one of 256 steps, so where the two best are less than a few steps
# apart the answer may change, either way: for one picture in 500 of a good student, one in 70 of a weak one.
LEAST_SAME_ANSWERS, MOST_ACCURACY_LOST = 0.95, 0.01


class LiteRTInt8(LiteRT):
    """As LiteRT, quantised after training (Jacob et al. 2018, section 2).

    Pictures and logits stay float32, as in every other format; all in between is int8.
    """

    name = "litert-int8"
    suffix = "-int8.tflite"

    def options(self) -> dict[str, Any]:
        import tensorflow as tf

        return {
            "optimizations": [tf.lite.Optimize.DEFAULT],
            "representative_dataset": _representative,
            # without it, a layer that cannot be quantised would silently stay float32
            "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
        }

    def is_close(self, original: np.ndarray, exported: np.ndarray) -> bool:
        labels = load_mnist().y_test
        right, kept = (logits.argmax(axis=1) == labels for logits in (original, exported))
        same = original.argmax(axis=1) == exported.argmax(axis=1)
        return bool(same.mean() >= LEAST_SAME_ANSWERS and right.mean() - kept.mean() <= MOST_ACCURACY_LOST)


def _representative() -> Iterator[list[np.ndarray]]:
    """Training pictures one by one, prepared as in training; no test picture."""
    images, _labels = load_mnist().train(REPRESENTATIVE)
    for image in images:
        yield [image[np.newaxis]]


FORMAT = LiteRTInt8()
