"""Adam in one pass matches Keras's own Adam, step by step."""

from __future__ import annotations

import keras
import numpy as np

from kd.training.adam import FusedAdam

SHAPES = [(3, 3, 1, 4), (4,), (20, 10)]


def variables() -> list[keras.Variable]:
    generator = np.random.default_rng(0)
    return [keras.Variable(generator.normal(size=shape).astype(np.float32)) for shape in SHAPES]


def gradients(steps: int) -> list[list[np.ndarray]]:
    """Large, tiny and zero gradients, so that ε matters."""
    generator = np.random.default_rng(1)
    sizes = np.array([1.0, 1e-6, 0.0], np.float32)
    return [
        [
            (generator.normal(size=shape) * size).astype(np.float32)
            for shape, size in zip(SHAPES, sizes, strict=True)
        ]
        for _ in range(steps)
    ]


def test_sixty_steps_end_where_kerass_adam_ends():
    ours, theirs = variables(), variables()
    fused, adam = FusedAdam(ours), keras.optimizers.Adam()
    for step in gradients(60):
        fused.apply([keras.ops.convert_to_tensor(gradient) for gradient in step])
        adam.apply([keras.ops.convert_to_tensor(gradient) for gradient in step], theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=0, atol=1e-6)
    moved = [np.abs(a.numpy() - b.numpy()).max() for a, b in zip(ours, variables(), strict=True)]
    assert moved[0] > 0.005
    assert moved[1] > 0.001
    assert moved[2] == 0


def test_after_a_reset_the_same_steps_give_the_same_weights():
    ours, steps = variables(), gradients(3)
    fused = FusedAdam(ours)

    def run() -> list[np.ndarray]:
        for variable, start in zip(ours, variables(), strict=True):
            variable.assign(start)
        fused.reset()
        for step in steps:
            fused.apply([keras.ops.convert_to_tensor(gradient) for gradient in step])
        return [variable.numpy() for variable in ours]

    for a, b in zip(run(), run(), strict=True):
        np.testing.assert_array_equal(a, b)
