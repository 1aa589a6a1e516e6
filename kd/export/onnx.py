"""ONNX (.onnx), which most other frameworks and languages can run: any number of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np

from kd.export.model_format import ModelFormat


class Onnx(ModelFormat):
    """Keras' own export to ONNX, through tf2onnx, run by ONNX Runtime."""

    name = "onnx"
    suffix = ".onnx"
    packages: ClassVar = {"tf2onnx": "tf2onnx", "onnx": "onnx", "onnxruntime": "onnxruntime"}

    def convert(self, source: Path, target: Path) -> None:
        import keras

        model = keras.saving.load_model(source, compile=False)
        # named, because Keras only knows it of a model that has been called
        pictures = [keras.InputSpec(shape=model.input_shape, dtype="float32", name="pictures")]
        model.export(target, format="onnx", verbose=False, input_signature=pictures)

    def opened(self, path: Path) -> Callable[[np.ndarray], np.ndarray]:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        (pictures,) = session.get_inputs()
        return lambda images: session.run(None, {pictures.name: images})[0]


FORMAT = Onnx()
