"""The notebook's two architectures, as plain Keras models."""

from __future__ import annotations

import keras
from keras import layers

from kd.text.translation import _
from kd.text.words import quoted

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10

TEACHER_PARAMETERS = 1_433_610
STUDENT_PARAMETERS = 20_490


def build_teacher(name: str = "teacher") -> keras.Sequential:
    """The teacher: convolutions of 256 and 512 filters, 1,433,610 parameters.

    Returns:
        An uncompiled `keras.Sequential` from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).
    """
    return _convolutional(256, 512, name)


def build_student(name: str = "student", width: int = 1) -> keras.Sequential:
    """The student: convolutions of 16 and 32 filters, 20,490 parameters.

    Args:
        width: multiplies both numbers of filters; 1 is the notebook's student.

    Returns:
        An uncompiled `keras.Sequential` from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).

    Raises:
        ValueError: when `width` is not a whole number of at least 1.
    """
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise ValueError(_("width must be a whole number of at least 1, got {value}.", value=quoted(width)))
    return _convolutional(16 * width, 32 * width, name)


def _convolutional(first: int, second: int, name: str) -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input(shape=IMAGE_SHAPE),
            layers.Conv2D(first, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
            layers.Conv2D(second, (3, 3), strides=(2, 2), padding="same"),
            layers.Flatten(),
            layers.Dense(CLASSES),
        ],
        name=name,
    )
