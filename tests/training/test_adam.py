"""Adam in one pass matches Keras's own Adam, step by step."""

from __future__ import annotations

import keras
import numpy as np

from kd.training.networks import FusedAdam

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
        take(fused, [step])
        adam.apply([keras.ops.convert_to_tensor(gradient) for gradient in step], theirs)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=0, atol=1e-6)
    moved = [np.abs(a.numpy() - b.numpy()).max() for a, b in zip(ours, variables(), strict=True)]
    assert min(moved[:2]) > 0.001
    assert moved[2] == 0


def take(fused: FusedAdam, steps: list[list[np.ndarray]]) -> None:
    for step in steps:
        fused.apply([keras.ops.convert_to_tensor(gradient) for gradient in step])


def test_another_adam_goes_on_from_a_state_as_if_it_were_this_one():
    ours, others, steps = variables(), variables(), gradients(5)
    fused, other = FusedAdam(ours), FusedAdam(others)
    take(fused, steps[:3])
    state = fused.state()
    assert state[0] == 3
    assert [moment.shape for moment in state[1:]] == SHAPES * 2
    for variable, so_far in zip(others, ours, strict=True):
        variable.assign(so_far)
    other.restore(state)
    for each in (fused, other):
        take(each, steps[3:])
    for a, b in zip(ours, others, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert state[0] == 3  # what was kept stays as it was
    fused.reset()
    assert not any(np.any(part) for part in fused.state())
