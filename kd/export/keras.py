"""A .keras file, as the run has it: for Keras 3, to go on training or to convert in another way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kd.export.format import Check
from kd.export.model_format import ModelFormat


class KerasFormat(ModelFormat):
    """The model's own file, loaded once more by Keras itself."""

    name = "keras"
    suffix = ".keras"

    def bring(self, source: Path, target: Path, check: Check) -> None:
        shutil.copyfile(source, target)

    def opened(self, path: Path) -> Callable[[np.ndarray], np.ndarray]:
        import keras
        import tensorflow as tf

        model = keras.saving.load_model(path, compile=False)
        pictures = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
        forward = tf.function(lambda images: model(images, training=False), input_signature=[pictures])
        return lambda images: forward(images).numpy()


FORMAT = KerasFormat()
