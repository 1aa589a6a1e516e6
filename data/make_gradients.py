"""Make data/gradients.csv: how the gradient of each mistake differs from that of the right loss.

    python data/make_gradients.py                    # some seconds

The gradients are by the logits of the default run's distilled student, as it was when it was first looked
at in training, on the first 100 of its pictures. TensorFlow takes them of the very losses that are trained.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from kd.base import files  # noqa: E402 - the project is not installed, it is run from its folder
from kd.base.places import DATA  # noqa: E402
from kd.config import SHIPPED_TEACHERS, RunConfig  # noqa: E402
from kd.distillation.mistakes import MISTAKES, Mistake  # noqa: E402
from kd.distillation.objectives import OBJECTIVES, Outputs  # noqa: E402
from kd.networks.numpy_model import NumpyModel  # noqa: E402
from kd.pictures.mnist import to_model_input  # noqa: E402
from kd.pictures.training_set import places, training_set  # noqa: E402
from kd.studies.mistakes import GRADIENTS, Slope  # noqa: E402
from kd.teachers.shipped import shipped_logits, shipped_teacher_path  # noqa: E402

CONFIG = RunConfig()
PICTURES = 100


def main() -> int:
    compared().to_csv(GRADIENTS, lineterminator="\n", float_format="%.9g", na_rep="nan")
    print(GRADIENTS)
    return 0


def compared() -> pd.DataFrame:
    """Returns a Slope for each mistake."""
    chosen = training_set(CONFIG)
    pictures, labels = to_model_input(chosen.images[:PICTURES]), chosen.labels[:PICTURES].astype(np.int64)
    student = _student().logits(pictures).astype(float)
    answers = shipped_logits(SHIPPED_TEACHERS[0])["train"][places(CONFIG)]
    right = gradients(OBJECTIVES["soft_targets"], labels, student, answers[:PICTURES])
    slopes = {}
    for code, kind in MISTAKES.items():
        given = kind.answers(answers, CONFIG.seed)[:PICTURES]
        if kind.teacher_dropout:
            given = _with_dropout(kind, pictures)
        wrong = gradients(kind, labels, student, given)
        slopes[code] = Slope(
            *(number for pair in zip(wrong, right, strict=True) for number in _turned(*pair))
        )
    return pd.DataFrame.from_dict(slopes, orient="index", columns=Slope._fields).rename_axis("mistake")


def gradients(
    kind: type, labels: np.ndarray, student: np.ndarray, teacher: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the gradient of the whole loss and that of the teacher's weighted part, (n, classes) each."""
    t = CONFIG.temperature
    objective = kind(alpha=CONFIG.alpha, temperature=t, scale=t**2)
    logits = tf.constant(student)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        of_labels = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        prepared = objective.prepare(Outputs(tf.constant(teacher, tf.float64)), labels)
        terms = objective.terms(labels, Outputs(logits), prepared)
        whole = objective.loss(of_labels, terms)
        part = objective.teacher_weight() * terms["distillation_loss"]
    zero = tf.UnconnectedGradients.ZERO
    total, teachers = (tape.gradient(loss, logits, unconnected_gradients=zero) for loss in (whole, part))
    return total.numpy(), teachers.numpy()


def _student() -> NumpyModel:
    model = CONFIG.model_ids["distilled"]
    weights = files.npz_arrays(files.read_sealed(DATA / "snapshots" / f"{model}.npz"))["weights"][0]
    return NumpyModel.load(DATA / "models" / model / "model.keras").with_flat_weights(weights)


def _with_dropout(mistake: type[Mistake], pictures: np.ndarray) -> np.ndarray:
    """Returns the teacher's logits with dropout before its last layer."""
    *layers, last = keras.saving.load_model(shipped_teacher_path(SHIPPED_TEACHERS[0]), compile=False).layers
    features = keras.Sequential(layers)(pictures).numpy()
    kept = np.random.default_rng(CONFIG.seed).random(features.shape) >= mistake.teacher_dropout
    return last(features * kept / np.float32(1 - mistake.teacher_dropout)).numpy()


def _turned(wrong: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Returns how many times as long the wrong gradient is, and the cosine of the angle between the two."""
    lengths = np.linalg.norm(wrong), np.linalg.norm(right)
    cosine = np.vdot(wrong, right) / np.prod(lengths) if all(lengths) else np.nan
    return float(lengths[0] / lengths[1]), float(cosine)


if __name__ == "__main__":
    sys.exit(main())
