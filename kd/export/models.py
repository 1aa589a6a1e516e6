"""Formats that hold one model: converted, then checked by their own runtime on all test pictures.

`convert` and `opened` are called in a process of their own (kd/export/child.py).
"""

import platform
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from kd._version import __version__
from kd.analysis.evaluation import accuracy, agreement
from kd.analysis.logits import softmax
from kd.base.files import digest, json_bytes
from kd.base.machine import processor
from kd.base.unusable import Unusable
from kd.export.child import ANSWER, CONVERT, run_step
from kd.export.format import Check, Format, Material
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import to_model_input
from kd.text.translation import numeral
from kd.text.words import accuracy as percent

INPUT = "float32 (n, 28, 28, 1): pictures of 0 to 255, divided by 255"
OUTPUT = "float32 (n, {classes}): logits, before any softmax"
Answer = Callable[[np.ndarray], np.ndarray]
"""From pictures float32 (n, 28, 28, 1) in [0, 1] to logits (n, classes)."""

# A logit is a sum of float32 products, up to 25,088 in one layer, and each runtime adds them up in its own
# order. So far apart may two sums be, as a share of the largest logit: several times what runtimes were seen
# to differ (docs/exports.md), and far less than a wrong scale, axis or weight does.
ROUNDING = 5e-5
# What 8 bits may cost. A logit is kept in one of 256 steps, so where the two best are less than a few steps
# apart the answer may change, either way: for one picture in 500 of a good student, one in 70 of a weak one.
LEAST_SAME_ANSWERS, MOST_ACCURACY_LOST = 0.95, 0.01


class ModelFormat(Format):
    """A format of one model. Beside its file lies a JSON file, which says what was measured.

    pictures_at_once: how many its file takes. converts: whether the file is another than the .keras file.
    """

    of_one_model = True
    pictures_at_once: ClassVar[int] = 500
    converts: ClassVar[bool] = True

    def convert(self, source: Path, target: Path, pictures: np.ndarray) -> None:
        """Writes the model of a .keras file in this format.

        pictures: some that it learned from, uint8 (n, 28, 28).
        """
        raise NotImplementedError

    def opened(self, path: Path) -> Answer:
        """Opens a file of this format in its own runtime, on one thread."""
        raise NotImplementedError

    def is_close(self, labels: np.ndarray, original: np.ndarray, exported: np.ndarray) -> bool:
        """Returns whether logits differ by no more than this format has to: the rounding of float32.

        So an answer can only differ where the two best logits are closer than twice that.
        """
        limit = ROUNDING * max(1.0, float(np.abs(original).max()))
        return bool(np.abs(original - exported).max() <= limit)

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        path, data = material.paths[model], material.view.config.data
        with tempfile.TemporaryDirectory(prefix="kd-export-") as folder:
            if self.converts:
                source, path = path, Path(folder) / f"model{self.suffix}"
                run_step(CONVERT, self.name, data, source, path, check)
            check()
            answers = Path(folder) / "answers.npz"
            run_step(ANSWER, self.name, data, path, answers, check)
            content = path.read_bytes()
            with np.load(answers, allow_pickle=False) as found:
                exported, milliseconds = found["logits"], float(found["milliseconds"])
        facts = {
            **self._described(material, model),
            **self._measured(data_set(data).y_test, material.logits[model], exported),
            "milliseconds": milliseconds,
            "measured": "median of 200, one picture, one thread",
            "processor": processor(),
            "file": name,
            "bytes": len(content),
            "sha256": digest(content),
        }
        return {name: content, f"{name}.json": json_bytes(facts)}

    def _described(self, material: Material, model: str) -> dict[str, Any]:
        packages = ("keras", "numpy", "tensorflow", *self.packages.values())
        about = material.view.config.about_data
        return {
            "format": self.name,
            "run": material.view.run_id,
            "model": model,
            "model_id": material.model_ids[model],
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "input": INPUT,
            "output": OUTPUT.format(classes=len(about.classes)),
            "data": {"id": about.id, "name": about.name, "classes": about.classes},
            "versions": {
                "kd-lab": __version__,
                "python": platform.python_version(),
                **{package: version(package) for package in packages},
            },
            "trained_with": dict(material.software),
        }

    def _measured(self, labels: np.ndarray, original: np.ndarray, exported: np.ndarray) -> dict[str, Any]:
        """Compares the logits of both on the test pictures; raises ValueError when it is another model."""
        if not np.isfinite(exported).all():
            raise Unusable(
                "The exported file is not the same model: as {format}, its logits are not finite. "
                "Nothing was written: choose another format or model.",
                format=self.name,
            )
        same, difference = agreement(original, exported), float(np.abs(original - exported).max())
        if not self.is_close(labels, original, exported):
            raise Unusable(
                "The exported file is not the same model: as {format}, it gives {share} of the test "
                "pictures the same answer, and its logits differ by up to {difference}. Nothing was "
                "written: choose another format or model.",
                format=self.name,
                share=percent(same),
                difference=numeral(difference, ".2g"),
            )
        probabilities = float(np.abs(softmax(original) - softmax(exported)).max())
        return {
            "test_pictures": len(labels),
            "accuracy": {"original": accuracy(labels, original), "exported": accuracy(labels, exported)},
            "same_answers": same,
            "largest_difference": {"logits": difference, "probabilities": probabilities},
        }


class KerasFormat(ModelFormat):
    """The model's own file for Keras 3, loaded once more: to go on training or to convert in another way."""

    name = "keras"
    suffix = ".keras"
    converts = False

    def opened(self, path: Path) -> Answer:
        import keras
        import tensorflow as tf

        model = keras.saving.load_model(path, compile=False)
        pictures = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
        forward = tf.function(lambda images: model(images, training=False), input_signature=[pictures])
        return lambda images: forward(images).numpy()


class LiteRT(ModelFormat):
    """Keras' own export to LiteRT, for phones and microcontrollers: float32, one picture at a time."""

    name = "litert"
    suffix = ".tflite"
    packages: ClassVar = {"ai_edge_litert": "ai-edge-litert"}
    pictures_at_once = 1

    def convert(self, source: Path, target: Path, pictures: np.ndarray) -> None:
        import keras

        model = keras.saving.load_model(source, compile=False)
        # A fixed size, because small devices reserve their memory before they start
        one_picture = [keras.InputSpec(shape=(1, *model.input_shape[1:]), dtype="float32")]
        options = {"input_signature": one_picture, **self.options(pictures)}
        model.export(target, format="litert", verbose=False, **options)

    def options(self, pictures: np.ndarray) -> dict[str, Any]:
        """Returns what TensorFlow's converter is told."""
        return {}

    def opened(self, path: Path) -> Answer:
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(path), num_threads=1)
        interpreter.allocate_tensors()
        (pictures,), (logits,) = interpreter.get_input_details(), interpreter.get_output_details()

        def answer(images: np.ndarray) -> np.ndarray:
            interpreter.set_tensor(pictures["index"], images)
            interpreter.invoke()
            return interpreter.get_tensor(logits["index"])

        return answer


class LiteRTInt8(LiteRT):
    """LiteRT quantised after training (Jacob et al. 2018, section 2): a quarter of the size.

    Pictures and logits stay float32, as in every other format; all in between is int8.
    """

    name = "litert-int8"
    suffix = "-int8.tflite"

    def options(self, pictures: np.ndarray) -> dict[str, Any]:
        import tensorflow as tf

        def representative() -> Iterator[list[np.ndarray]]:
            return ([image[np.newaxis]] for image in to_model_input(pictures))

        return {
            "optimizations": [tf.lite.Optimize.DEFAULT],
            "representative_dataset": representative,
            # without it, a layer that cannot be quantised would silently stay float32
            "target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
        }

    def is_close(self, labels: np.ndarray, original: np.ndarray, exported: np.ndarray) -> bool:
        lost = accuracy(labels, original) - accuracy(labels, exported)
        return agreement(original, exported) >= LEAST_SAME_ANSWERS and lost <= MOST_ACCURACY_LOST


class Onnx(ModelFormat):
    """Keras' own export to ONNX, through tf2onnx, run by ONNX Runtime: any number of pictures."""

    name = "onnx"
    suffix = ".onnx"
    packages: ClassVar = {"tf2onnx": "tf2onnx", "onnx": "onnx", "onnxruntime": "onnxruntime"}

    def convert(self, source: Path, target: Path, pictures: np.ndarray) -> None:
        import keras

        model = keras.saving.load_model(source, compile=False)
        # named, because Keras only knows it of a model that has been called
        named = [keras.InputSpec(shape=model.input_shape, dtype="float32", name="pictures")]
        model.export(target, format="onnx", verbose=False, input_signature=named)

    def opened(self, path: Path) -> Answer:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        (pictures,) = session.get_inputs()
        return lambda images: session.run(None, {pictures.name: images})[0]


FORMATS: dict[str, ModelFormat] = {
    each.name: each for each in (KerasFormat(), LiteRT(), LiteRTInt8(), Onnx())
}
