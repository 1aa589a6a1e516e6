"""A training played back: what a student's stored test logits say at each point in time.

Times are (k,) in epochs, logits (k, n, classes), each by student unless they are one student's.
"""

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
    """Returns columns model, time, accuracy, agreement (with the teacher), a row for each point.

    accuracies: student → (k,), measured before the logits were rounded; else they are of `logits`.
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


def confusions(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Returns the confusion matrix at each point of one student: (k, classes, classes)."""
    return np.stack([confusion_matrix(labels, point) for point in logits])


def logits_over_time(model: NumpyModel, weights: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Returns how a network would have read a picture (28, 28, 1) at each point in its training.

    weights: (k, parameters), as `NumpyModel.with_flat_weights` takes each row. Returns float32 (k, classes).
    """
    pictures = np.asarray(image)[np.newaxis]
    return np.stack([model.with_flat_weights(row).logits(pictures)[0] for row in weights])
