"""What is kept of a run that has been computed: its record, and its files."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from kd.analysis import evaluation
from kd.config import RunConfig
from kd.files import npz_bytes
from kd.pictures.mnist import load_mnist
from kd.runs.state import RunView
from kd.text.verdicts import verdict_note, verdict_sentence

if TYPE_CHECKING:
    from kd.training.trained_model import TrainedModel


class Comparison(dict):
    """The two students of a run compared: the codes and numbers of `kd.analysis.evaluation.compare`.

    Nothing else is stored. Its `sentence` and its `note` are made when they are asked for, in the language of
    whoever asks. The sentence is that of an ordinary run; kd.text.verdicts has it for any.
    """

    _WORDS: ClassVar = {"sentence": verdict_sentence, "note": verdict_note}

    @classmethod
    def opened(cls, stored: Mapping[str, Any], alpha: float | None) -> Comparison:
        """A stored comparison with today's verdict; the words that earlier versions stored are left out."""
        numbers = {name: value for name, value in stored.items() if name not in cls._WORDS}
        verdict = evaluation.verdict(stored["low"], stored["high"], stored["p_value"], alpha)
        return cls({**numbers, "verdict": verdict})

    def __missing__(self, name: str) -> str:
        return self._WORDS[name](self)

    def with_words(self, config: RunConfig | None = None) -> dict[str, Any]:
        """Codes, numbers and words, as the command line prints them. config: as for `verdict_sentence`."""
        return {**self, "sentence": verdict_sentence(self, config), "note": verdict_note(self)}


def run_record(
    view: RunView,
    teacher: dict[str, Any],
    teacher_logits: np.ndarray,
    students: dict[str, TrainedModel],
    milliseconds: dict[str, float],
) -> dict[str, Any]:
    """The record of a finished run, as the store keeps it.

    Args:
        view: of the run, with its whole history.
        teacher: the teacher's record.
        teacher_logits: of all test images, (10000, 10).
        students: 'distilled' and 'scratch'.
        milliseconds: a picture takes through {'teacher', 'student'}.
    """
    labels = load_mnist().y_test
    kept = ("test_accuracy", "parameters", "seconds", "cached", "bytes")
    result = {
        "run": view.run_id,
        "config": view.config.to_dict(),
        "teacher": {name: teacher[name] for name in kept}
        | {
            "milliseconds": milliseconds["teacher"],
            "precision": teacher.get("precision", "float32"),
        },
        **{
            name: _student_result(model, labels, teacher_logits) | {"milliseconds": milliseconds["student"]}
            for name, model in students.items()
        },
        "comparison": Comparison(
            evaluation.compare(
                labels,
                students["distilled"].test_logits,
                students["scratch"].test_logits,
                view.config.alpha if view.config.has_equal_students else None,
            )
        ),
    }
    return {
        "config": view.config.to_dict(),
        "created": view.created,
        "result": result,
        "history": view.history,
        "software": {"python": platform.python_version()}
        | {name: version(name) for name in ("keras", "numpy", "tensorflow")},
    }


def run_files(teacher_logits: np.ndarray, students: dict[str, TrainedModel]) -> dict[str, bytes]:
    """The files of a finished run by name. Arguments as in `run_record`."""
    files = {f"{name}.keras": model.keras_file for name, model in students.items()}
    test_logits = {name: model.test_logits for name, model in students.items()}
    files["logits.npz"] = npz_bytes({"teacher": teacher_logits, **test_logits})
    for name, model in students.items():
        files[f"snapshots-{name}.npz"] = npz_bytes(model.snapshots.arrays())
    return files


def fresh_teacher_record(config: RunConfig, trained: TrainedModel) -> dict[str, Any]:
    """The record of a fresh teacher, as the store keeps it."""
    return {
        "identity": config.teacher_identity(),
        "test_accuracy": evaluation.accuracy(load_mnist().y_test, trained.test_logits),
        "parameters": trained.parameters,
        "seconds": trained.seconds,
        "evaluation_seconds": trained.evaluation_seconds,
        "precision": trained.precision,
        "bytes": len(trained.keras_file),
        "history": trained.history,
    }


def _student_result(model: TrainedModel, labels: np.ndarray, teacher_logits: np.ndarray) -> dict[str, Any]:
    return {
        "test_accuracy": evaluation.accuracy(labels, model.test_logits),
        "parameters": model.parameters,
        "seconds": model.seconds,
        "evaluation_seconds": model.evaluation_seconds,
        "agreement": evaluation.agreement(teacher_logits, model.test_logits),
        "bytes": len(model.keras_file),
    }
