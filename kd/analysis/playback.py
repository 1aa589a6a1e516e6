"""A training played back: what a student's stored test logits say at each point in time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kd.analysis.evaluation import accuracy, agreement, confusion_matrix
from kd.networks.numpy_model import NumpyModel


def playback_table(
    labels: np.ndarray,
    teacher_logits: np.ndarray,
    times: Mapping[str, np.ndarray],
    logits: Mapping[str, np.ndarray],
    accuracies: Mapping[str, np.ndarray] | None = None,
) -> pd.DataFrame:
    """Accuracy and agreement with the teacher at each stored point.

    Args:
        labels: whole numbers (n,).
        teacher_logits: (n, classes).
        times: student → (k,), in epochs.
        logits: student → (k, n, classes).
        accuracies: student → (k,), measured before the logits were rounded; else they are of `logits`.

    Returns:
        Columns model, time, accuracy, agreement.

    Raises:
        ValueError: when labels and logits do not match or are not valid.
    """
    return pd.DataFrame(
        [
            {
                "model": model,
                "time": float(time),
                "accuracy": accuracy(labels, point) if accuracies is None else float(accuracies[model][at]),
                "agreement": agreement(teacher_logits, point),
            }
            for model, points in logits.items()
            for at, (time, point) in enumerate(zip(times[model], points, strict=True))
        ]
    )


def ending_in(logits: np.ndarray, final: np.ndarray) -> np.ndarray:
    """Stored points, which are rounded to 16 bits, with the last one in full: rounding changes a few answers.

    Args:
        logits: float16 (k, n, classes), as `kd.training.messages` keeps them.
        final: float32 (n, classes), of the finished network.

    Returns:
        float32 (k, n, classes).
    """
    return np.concatenate([logits[:-1], final[np.newaxis]])


def confusions(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """The confusion matrix at each stored point: (k, classes, classes), by true class and answer.

    Args:
        labels: whole numbers (n,).
        logits: (k, n, classes).

    Raises:
        ValueError: when labels and logits do not match or are not valid.
    """
    return np.stack([confusion_matrix(labels, point) for point in logits])


def logits_over_time(model: NumpyModel, weights: np.ndarray, image: np.ndarray) -> np.ndarray:
    """How a network would have read a picture at each point in its training.

    Args:
        model: the network, at any point in time.
        weights: float (k, parameters), as `NumpyModel.with_flat_weights` takes each row.
        image: (28, 28, 1), float in [0, 1].

    Returns:
        float32 (k, classes).

    Raises:
        ValueError: when a row does not have a number for each of the network's parameters, or the picture
            is not valid.
    """
    pictures = np.asarray(image)[np.newaxis]
    return np.stack([model.with_flat_weights(row).logits(pictures)[0] for row in weights])
