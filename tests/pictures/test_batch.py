"""Pictures as people pass them to a network: every form that is allowed, and a sentence for all others."""

from __future__ import annotations

import numpy as np
import pytest

from kd.pictures.batch import as_batch

DIGIT = np.zeros((28, 28), np.uint8)
DIGIT[5:20, 10:18] = 255
DIGIT[20, 10:18] = 128
SCALED = DIGIT / 255


@pytest.mark.parametrize(
    ("pictures", "count"),
    [
        (DIGIT, 1),
        (DIGIT[..., None], 1),
        (DIGIT[None], 1),
        (np.stack([DIGIT] * 28), 28),
        (np.stack([DIGIT] * 3)[..., None], 3),
        (SCALED, 1),
        (np.stack([SCALED] * 3).astype(np.float16), 3),
        (np.stack([SCALED] * 2)[..., None].astype(np.float32), 2),
        (np.stack([SCALED] * 2).tolist(), 2),
        (np.asfortranarray(np.stack([SCALED] * 2)), 2),
        (np.zeros((0, 28, 28), np.uint8), 0),
        (np.zeros((0, 28, 28)), 0),
    ],
)
def test_a_picture_may_have_several_forms(pictures, count):
    batch = as_batch(pictures)
    assert (batch.shape, batch.dtype) == ((count, 28, 28, 1), np.float32)
    assert batch.flags.c_contiguous
    tolerance = 1e-3 if getattr(pictures, "dtype", None) == np.float16 else 1e-7
    for one in batch:
        np.testing.assert_allclose(one[..., 0], DIGIT / 255.0, atol=tolerance)


def test_rounding_beyond_the_scale_is_allowed():
    assert as_batch(SCALED * (1 + 1e-6)).max() > 1
    edges = SCALED.copy()
    edges[0, :2] = -1e-5, 1 + 1e-5
    np.testing.assert_array_equal(as_batch(edges)[0, 0, :2, 0], np.float32([-1e-5, 1 + 1e-5]))


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (
            np.full((28, 28), 5.0),
            "^Pictures of floats must be between 0 and 1, got values from 5 to 5: divide by 255, or pass "
            r"them as uint8\.$",
        ),
        (SCALED - 0.5, "got values from -0.5 to 0.5: divide"),
        (
            [],
            r"^The pictures must have the shape \(28, 28\), \(n, 28, 28\) or \(n, 28, 28, 1\), got \(0,\)\.$",
        ),
        (
            ["x"],
            r"^The pictures must be an array of uint8 from 0 to 255 or of floats from 0 to 1, got <U1\.$",
        ),
        (DIGIT.astype(np.float32), "got values from 0 to 255: divide by 255, or pass them as uint8"),
        (2 * SCALED - 1, "got values from -1 to 1"),
        (SCALED + 0.001, "between 0 and 1"),
        (DIGIT.astype(np.int64), "got int64"),
        (DIGIT > 0, "got bool"),
        (SCALED.astype(complex), "got complex128"),
        (np.where(DIGIT > 0, np.nan, 0.0), "NaN or infinity"),
        (np.where(DIGIT > 0, np.inf, 0.0), "NaN or infinity"),
        (np.zeros((28, 27), np.uint8), r"got \(28, 27\)"),
        (np.zeros((5, 784), np.uint8), r"got \(5, 784\)"),
        (np.zeros((5, 28, 28, 3), np.uint8), r"got \(5, 28, 28, 3\)"),
        (np.zeros((1, 5, 28, 28, 1), np.uint8), "got"),
        (np.zeros((), np.uint8), r"got \(\)"),
        (0.5, r"got \(\)"),
        (None, "got NoneType"),
        ("digit.png", "got <U9"),
        ([[0.0, 1.0], [0.0]], "got list"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(pictures, message):
    with pytest.raises(ValueError, match=message) as refused:
        as_batch(pictures)
    assert "\n" not in str(refused.value)
    assert str(refused.value).endswith(".")
