"""Shifting pictures within a traced step: each of a batch by its own whole pixels."""

from __future__ import annotations

import tensorflow as tf

from kd.pictures.shifts import variants


def shifted_each(pictures: tf.Tensor, chosen: tf.Tensor, most: int) -> tf.Tensor:
    """As `kd.pictures.shifts.shifted`, for a variant of each picture.

    Args:
        pictures: uint8 (n, height, width).
        chosen: int32 (n,), rows of `variants(most)`.
    """
    size = pictures.shape[1]
    bordered = tf.pad(pictures, [[0, 0], [most, most], [most, most]])
    moved = tf.gather(tf.constant(variants(most)), chosen)
    steps = most + tf.range(size) - moved[..., tf.newaxis]
    rows = tf.gather(bordered, steps[:, 0], axis=1, batch_dims=1)
    columns = tf.gather(tf.transpose(rows, [0, 2, 1]), steps[:, 1], axis=1, batch_dims=1)
    return tf.transpose(columns, [0, 2, 1])
