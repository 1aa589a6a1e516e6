"""(b) The notebook's students through keras.distillation.Distiller.

KLDivergence is passed as an instance: given the string, Keras 3.15 skips the softmax and T². The loss
includes T², which Keras's Distiller always applies; its cost is the same. Teacher and scratch student are
those of (a).
"""

from __future__ import annotations

from tensorflow import keras

from benchmarks.ways.common import Sizes, Timed
from benchmarks.ways.notebook import given_teacher, network, trained, warm_up

__all__ = ["students", "warm_up"]


def students(sizes: Sizes, seed: int) -> dict[str, Timed]:
    """Train the distilled student."""
    keras.utils.set_random_seed(seed)
    distiller = keras.distillation.Distiller(
        teacher=given_teacher(sizes),
        student=network(16, 32, "student"),
        distillation_losses=keras.distillation.LogitsDistillation(
            temperature=10.0, loss=keras.losses.KLDivergence()
        ),
        student_loss_weight=0.1,
    )
    distiller.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    return {"distilled": trained(distiller, sizes.epochs, sizes.data())}
