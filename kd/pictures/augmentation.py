"""Other ways to write the same digit: the augmentation that the strong teacher learns from.

Each picture of a batch is changed in its own way: rotation, shear and scale about its centre of mass, a
smooth elastic distortion (Simard, Steinkraus and Platt 2003, section 2), a thicker or thinner stroke, and
darker or lighter grey edges. The centre of mass ends up where MNIST puts it, as on the Draw page, except for
a jitter of up to a pixel.
"""

import math

import tensorflow as tf

SIZE = 28
# MNIST shifts by whole pixels, so its centres of mass scatter evenly around pixel 14 (first pixel: 0).
CENTRE = 14.0
MNIST_JITTER = 0.5

SETTINGS = {
    "rotation_degrees": 14.0,
    "shear": 0.25,
    "log_scale": 0.14,
    "jitter_pixels": 0.4,
    "elastic_pixels": 0.8,
    "elastic_grid": 5,
    "thicker": 0.7,
    "thinner": 0.5,
    "log_gamma": 0.4,
}


def augment(images: tf.Tensor, seed: tf.Tensor, strength: float | tf.Tensor = 1.0) -> tf.Tensor:
    """Returns a new variant of each picture, float32 (n, 28, 28, 1) in [0, 1], as `images` are.

    The same seed, int32 (2,), gives the same variants. strength: multiplies all limits in SETTINGS; at 0,
    pictures are only centred (apart from MNIST's own jitter).
    """
    seeds = tf.unstack(tf.random.split(seed, 3))
    images = _change_stroke(images, seeds[0], strength)
    images = _sample(images, _coordinates(images, seeds[1], strength))
    exponent = tf.exp(_uniform((tf.shape(images)[0], 1, 1, 1), strength * SETTINGS["log_gamma"], seeds[2]))
    return tf.clip_by_value(images, 0.0, 1.0) ** exponent


def _uniform(shape: tuple, limit: float | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    return tf.random.stateless_uniform(shape, seed, -limit, limit)


def _change_stroke(images: tf.Tensor, seed: tf.Tensor, strength: float | tf.Tensor) -> tf.Tensor:
    """Blends a quarter of the pictures with their dilated version and a quarter with their eroded one."""
    choice = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed)
    dilated = tf.nn.max_pool2d(images, 3, 1, "SAME")
    eroded = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    thicker = strength * SETTINGS["thicker"] * tf.nn.relu(4.0 * choice - 3.0)
    thinner = strength * SETTINGS["thinner"] * tf.nn.relu(1.0 - 4.0 * choice)
    return images + thicker * (dilated - images) + thinner * (eroded - images)


def _coordinates(images: tf.Tensor, seed: tf.Tensor, strength: float | tf.Tensor) -> tf.Tensor:
    """Returns where each pixel of the variants is taken from: float32 (2, n, 28, 28), rows and columns."""
    count = tf.shape(images)[0]
    seeds = tf.unstack(tf.random.split(seed, 5))
    angle = strength * _uniform((count,), math.radians(SETTINGS["rotation_degrees"]), seeds[0])
    shear = strength * _uniform((count,), SETTINGS["shear"], seeds[1])
    scale_y, scale_x = tf.unstack(tf.exp(strength * _uniform((2, count), SETTINGS["log_scale"], seeds[2])))
    grid = SETTINGS["elastic_grid"]
    bumps = (
        strength * SETTINGS["elastic_pixels"] * tf.random.stateless_normal((count, grid, grid, 2), seeds[3])
    )
    bumps = tf.image.resize(bumps, (SIZE, SIZE), "bicubic")
    jitter = _uniform((2, count, 1, 1), MNIST_JITTER + strength * SETTINGS["jitter_pixels"], seeds[4])

    steps = tf.range(SIZE, dtype=tf.float32) - CENTRE
    y, x = steps[:, tf.newaxis] + jitter[0], steps + jitter[1]
    cosine, sine = tf.cos(angle), tf.sin(angle)
    # rows and columns of rotation · shear · scale, one 2×2 matrix for each picture
    yy, yx = cosine * scale_y, -sine * scale_x
    xy, xx = (sine + shear * cosine) * scale_y, (cosine - shear * sine) * scale_x
    per_picture = (slice(None), tf.newaxis, tf.newaxis)
    mass_y, mass_x = _centre_of_mass(images)
    source_y = yy[per_picture] * y + yx[per_picture] * x + mass_y + bumps[..., 0]
    source_x = xy[per_picture] * y + xx[per_picture] * x + mass_x + bumps[..., 1]
    return tf.stack([source_y, source_x])


def _centre_of_mass(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns row and column of each picture's centre of mass, both (n, 1, 1)."""
    grey = images[..., 0]
    steps = tf.range(SIZE, dtype=tf.float32)
    mass = tf.reduce_sum(grey, (1, 2), keepdims=True) + 1e-6
    y = tf.reduce_sum(grey * steps[:, tf.newaxis], (1, 2), keepdims=True) / mass
    x = tf.reduce_sum(grey * steps, (1, 2), keepdims=True) / mass
    return y, x


def _sample(images: tf.Tensor, coordinates: tf.Tensor) -> tf.Tensor:
    """Returns bilinear samples; outside the picture everything is black.

    It takes four gathers from the flat batch: four times faster than `keras.ops.image.map_coordinates`, which
    would interpolate along the batch too.
    """
    count = tf.shape(images)[0]
    # An empty border, one pixel wide, to which all coordinates outside are clipped.
    padded = SIZE + 2
    flat = tf.reshape(tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))), (-1,))
    coordinates = tf.clip_by_value(coordinates + 1.0, 0.0, padded - 1.001)
    corner = tf.floor(coordinates)
    weight_y, weight_x = tf.unstack(coordinates - corner)
    y, x = tf.unstack(tf.cast(corner, tf.int32))
    index = tf.reshape(tf.range(count) * padded * padded, (count, 1, 1)) + y * padded + x
    top = (1 - weight_x) * tf.gather(flat, index) + weight_x * tf.gather(flat, index + 1)
    below = index + padded
    bottom = (1 - weight_x) * tf.gather(flat, below) + weight_x * tf.gather(flat, below + 1)
    return ((1 - weight_y) * top + weight_y * bottom)[..., tf.newaxis]
