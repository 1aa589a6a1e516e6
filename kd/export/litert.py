"""LiteRT (.tflite), for phones and microcontrollers: float32, one picture at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from kd.export.model_format import ModelFormat


class LiteRT(ModelFormat):
    """Keras' own export to LiteRT, run by ai-edge-litert."""

    name = "litert"
    suffix = ".tflite"
    packages: ClassVar = {"ai_edge_litert": "ai-edge-litert"}
    pictures_at_once = 1

    def convert(self, source: Path, target: Path) -> None:
        import keras

        model = keras.saving.load_model(source, compile=False)
        # A fixed size, because small devices reserve their memory before they start
        one_picture = [keras.InputSpec(shape=(1, *model.input_shape[1:]), dtype="float32")]
        model.export(target, format="litert", verbose=False, input_signature=one_picture, **self.options())

    def options(self) -> dict[str, Any]:
        """What TensorFlow's converter is told."""
        return {}

    def opened(self, path: Path) -> Callable[[np.ndarray], np.ndarray]:
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        (pictures,), (logits,) = interpreter.get_input_details(), interpreter.get_output_details()

        def answer(images: np.ndarray) -> np.ndarray:
            interpreter.set_tensor(pictures["index"], images)
            interpreter.invoke()
            return interpreter.get_tensor(logits["index"])

        return answer


FORMAT = LiteRT()
