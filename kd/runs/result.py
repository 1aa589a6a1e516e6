"""What is kept of a run that has been computed: its record, and its files."""

from __future__ import annotations

import platform
import time
from collections.abc import Collection, Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from kd.analysis import evaluation
from kd.analysis.verdict import Comparison
from kd.base.unusable import Unusable
from kd.config import STUDENTS, RunConfig
from kd.pictures.mnist import load_mnist
from kd.runs.state import RunView
from kd.store.room import is_full
from kd.text.endings import Ending

if TYPE_CHECKING:
    from kd.training.messages import TrainedModel


def run_record(
    view: RunView,
    records: Mapping[str, Mapping[str, Any]],
    logits: Mapping[str, np.ndarray],
    milliseconds: Mapping[str, float],
    cached: Collection[str] = (),
) -> dict[str, Any]:
    """The record of a finished run, as the store keeps it: three names and what they come to together.

    Args:
        view: of the run.
        records: of the three models.
        logits: of the three models, for all test images, (10000, 10).
        milliseconds: a picture takes through {'teacher', 'student'}.
        cached: the models that were stored before.
    """
    labels, config = load_mnist().y_test, view.config
    kept = ("test_accuracy", "parameters", "seconds", "bytes")
    result = {
        "run": view.run_id,
        "config": config.to_dict(),
        "teacher": {name: records["teacher"][name] for name in kept}
        | {
            "cached": "teacher" in cached,
            "milliseconds": milliseconds["teacher"],
            "precision": records["teacher"].get("precision", "float32"),
            "right_in_blocks": evaluation.right_in_blocks(labels, logits["teacher"]),
        },
        **{
            name: {field: records[name][field] for field in (*kept, "evaluation_seconds")}
            | {
                "looks": sum(event["val_accuracy"] is not None for event in records[name]["history"]),
                "agreement": evaluation.agreement(logits["teacher"], logits[name]),
                "right_in_blocks": evaluation.right_in_blocks(labels, logits[name]),
                "cached": name in cached,
                "milliseconds": milliseconds["student"],
            }
            for name in STUDENTS
        },
        "comparison": Comparison(
            evaluation.compare(
                labels,
                logits["distilled"],
                logits["scratch"],
                config.alpha if config.has_equal_students else None,
            )
        ),
    }
    return {
        "config": config.to_dict(),
        "created": view.created,
        "models": config.model_ids,
        "result": result,
        "software": _software(),
    }


def model_record(config: RunConfig, name: str, trained: TrainedModel) -> dict[str, Any]:
    """The record of a model, as the store keeps it; name: 'teacher', 'distilled' or 'scratch'."""
    return {
        "model": config.model_ids[name],
        "name": name,
        "config": config.to_dict(),
        "identity": config.model_identity(name),
        "created": time.time(),
        "test_accuracy": evaluation.accuracy(load_mnist().y_test, trained.test_logits),
        "parameters": trained.parameters,
        "seconds": trained.seconds,
        "evaluation_seconds": trained.evaluation_seconds,
        "precision": trained.precision,
        "processor": trained.processor,
        "bytes": len(trained.keras_file),
        "history": trained.history,
        "software": _software(),
    }


@cache
def _software() -> dict[str, str]:
    return {"python": platform.python_version()} | {
        name: version(name) for name in ("keras", "numpy", "tensorflow")
    }


def not_stored(error: OSError) -> Ending:
    """The ending of a run that could not be stored."""
    if isinstance(error, Unusable):
        return Ending.of(error)
    if is_full(error):
        return Ending("disk full")
    return Ending("not saved", {"reason": str(error.strerror or error)})
