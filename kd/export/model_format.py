"""Formats that hold one model: converted, then checked by their own runtime on all test pictures."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from kd._version import __version__
from kd.analysis.evaluation import accuracy, agreement
from kd.analysis.logits import softmax
from kd.base.files import digest, json_bytes
from kd.base.machine import processor
from kd.base.unusable import Unusable
from kd.export.child import ANSWER, CONVERT, run_step
from kd.export.format import Check, Format, Material
from kd.pictures.mnist import load_mnist
from kd.text.translation import _
from kd.text.words import accuracy as percent

INPUT = "float32 (n, 28, 28, 1): pictures of 0 to 255, divided by 255"
OUTPUT = "float32 (n, 10): logits, before any softmax"

# A logit is a sum of float32 products, up to 25,088 in one layer, and each runtime adds them up in its own
# order. So far apart may two sums be, as a share of the largest logit: several times what runtimes were seen
# to differ (docs/exports.md), and far less than a wrong scale, axis or weight does.
ROUNDING = 5e-5


class Comparison(NamedTuple):
    """What the exported model says of the test pictures, beside what the run's own model says.

    same_answers: the share of pictures that both read alike. logits, probabilities: the largest difference.
    """

    original_accuracy: float
    exported_accuracy: float
    same_answers: float
    logits: float
    probabilities: float

    @classmethod
    def of(cls, original: np.ndarray, exported: np.ndarray) -> Comparison:
        """Args: original, exported: logits (10000, 10)."""
        labels = load_mnist().y_test
        return cls(
            accuracy(labels, original),
            accuracy(labels, exported),
            agreement(original, exported),
            float(np.abs(original - exported).max()),
            float(np.abs(softmax(original) - softmax(exported)).max()),
        )


class ModelFormat(Format):
    """A format of one model. Beside its file lies a JSON file, which says what was measured.

    pictures_at_once: how many its file takes.
    """

    pictures_at_once: ClassVar[int] = 500

    def convert(self, source: Path, target: Path) -> None:
        """Write the model of a .keras file in this format; called in a process of its own."""
        raise NotImplementedError

    def opened(self, path: Path) -> Callable[[np.ndarray], np.ndarray]:
        """A file of this format in its own runtime, on one thread; called in a process of its own.

        Returns:
            A function from pictures float32 (n, 28, 28, 1) in [0, 1], n up to `pictures_at_once`, to logits
            (n, 10).
        """
        raise NotImplementedError

    def is_close(self, original: np.ndarray, exported: np.ndarray) -> bool:
        """Whether two arrays of logits (n, 10) differ by no more than this format has to.

        Here: by the rounding of float32, so that an answer can only differ where the two best logits are
        closer than twice that.
        """
        limit = ROUNDING * max(1.0, float(np.abs(original).max()))
        return bool(np.abs(original - exported).max() <= limit)

    def files(self, material: Material, model: str, name: str, check: Check) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="kd-export-") as folder:
            path = Path(folder) / f"model{self.suffix}"
            self.bring(material.paths[model], path, check)
            check()
            answers = Path(folder) / "answers.npz"
            run_step(ANSWER, self.name, path, answers, check)
            content = path.read_bytes()
            with np.load(answers, allow_pickle=False) as found:
                exported, milliseconds = found["logits"], float(found["milliseconds"])
        original = material.logits[model]
        compared = Comparison.of(original, exported) if np.isfinite(exported).all() else None
        if compared is None or not self.is_close(original, exported):
            raise Unusable(self._refusal(compared))
        facts = {
            **self._described(material, model),
            **_measured(compared, milliseconds),
            "file": name,
            "bytes": len(content),
            "sha256": digest(content),
        }
        return {name: content, f"{name}.json": json_bytes(facts)}

    def bring(self, source: Path, target: Path, check: Check) -> None:
        """Convert in a process of its own."""
        run_step(CONVERT, self.name, source, target, check)

    def _described(self, material: Material, model: str) -> dict[str, Any]:
        packages = ("keras", "numpy", "tensorflow", *self.packages.values())
        return {
            "format": self.name,
            "run": material.view.run_id,
            "model": model,
            "model_id": material.model_ids[model],
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "input": INPUT,
            "output": OUTPUT,
            "versions": {
                "kd-lab": __version__,
                "python": platform.python_version(),
                **{package: version(package) for package in packages},
            },
            "trained_with": dict(material.software),
        }

    def _refusal(self, compared: Comparison | None) -> str:
        if compared is None:
            return _(
                "The exported file is not the same model: as {format}, its logits are not finite. "
                "Nothing was written: choose another format or model.",
                format=self.name,
            )
        return _(
            "The exported file is not the same model: as {format}, it gives {share} of the test pictures the "
            "same answer, and its logits differ by up to {difference}. Nothing was written: choose another "
            "format or model.",
            format=self.name,
            share=percent(compared.same_answers),
            difference=f"{compared.logits:.2g}",
        )


def _measured(compared: Comparison, milliseconds: float) -> dict[str, Any]:
    return {
        "test_pictures": len(load_mnist().y_test),
        "accuracy": {"original": compared.original_accuracy, "exported": compared.exported_accuracy},
        "same_answers": compared.same_answers,
        "largest_difference": {"logits": compared.logits, "probabilities": compared.probabilities},
        "milliseconds": milliseconds,
        "measured": "median of 200, one picture, one thread",
        "processor": processor(),
    }
