"""The strong teacher's augmentation: compared with SciPy, and what it must not change."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from kd.pictures import augmentation
from kd.pictures.mnist import load_mnist

SEED = tf.constant([3, 7])


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_mnist().train(64)[0]


def plainly(pictures: np.ndarray, seed: tf.Tensor, strength: float) -> np.ndarray:
    """The same variants, one by one, with SciPy; only chance and the bicubic bumps are TensorFlow's."""
    limits = {name: value * strength for name, value in augmentation.SETTINGS.items()}
    count = len(pictures)

    def between(shape: tuple[int, ...], limit: float, seed: tf.Tensor) -> np.ndarray:
        return tf.random.stateless_uniform(shape, seed, -limit, limit).numpy()

    of_stroke, of_place, of_grey = tf.random.split(seed, 3)
    choices = tf.random.stateless_uniform((count,), of_stroke).numpy()
    turn, shear, scale, bump, jitter = tf.random.split(of_place, 5)
    angles = between((count,), np.radians(limits["rotation_degrees"]), turn)
    shears = between((count,), limits["shear"], shear)
    scales = np.exp(between((2, count), limits["log_scale"], scale))
    bumps = limits["elastic_pixels"] * tf.random.stateless_normal((count, 5, 5, 2), bump)
    bumps = np.moveaxis(tf.image.resize(bumps, (28, 28), "bicubic").numpy(), -1, 1)
    moved = between((2, count), augmentation.MNIST_JITTER + limits["jitter_pixels"], jitter)
    exponents = np.exp(between((count,), limits["log_gamma"], of_grey))

    made = []
    for n, picture in enumerate(pictures[..., 0]):
        thicker = limits["thicker"] * max(0, 4 * choices[n] - 3)
        thinner = limits["thinner"] * max(0, 1 - 4 * choices[n])
        stroke = (
            picture
            + thicker * (ndimage.maximum_filter(picture, 3, mode="nearest") - picture)
            + thinner * (ndimage.minimum_filter(picture, 3, mode="nearest") - picture)
        )
        sine, cosine = np.sin(angles[n]), np.cos(angles[n])
        turned = np.array([[1, 0], [shears[n], 1]]) @ [[cosine, -sine], [sine, cosine]] * scales[:, n]
        places = np.indices((28, 28)) - 14.0 + moved[:, n, None, None]
        centre = np.array(ndimage.center_of_mass(stroke))[:, None, None]
        places = np.einsum("ab,bhw->ahw", turned, places) + centre + bumps[n]
        sampled = ndimage.map_coordinates(stroke, places, order=1, mode="grid-constant")
        made.append(sampled.clip(0, 1) ** exponents[n])
    return np.stack(made)[..., None]


@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_every_variant_is_scipys(digits, strength):
    found = augmentation.augment(tf.constant(digits), SEED, strength)
    np.testing.assert_allclose(found, plainly(digits, SEED, strength), atol=5e-3)


def test_an_empty_picture_stays_empty():
    empty = tf.zeros((3, 28, 28, 1))
    np.testing.assert_array_equal(augmentation.augment(empty, SEED), empty)
