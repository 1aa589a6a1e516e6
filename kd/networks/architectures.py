"""The networks to choose from, as plain Keras models: the notebook's two, and others of their kind.

All take images (n, 28, 28, 1), float32 in [0, 1], and give logits (n, 10), with no softmax. Importing this
module loads no TensorFlow: the app's process names networks, and workers build them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

from kd.run_fields import CONVOLUTIONAL, DENSE, LINEAR
from kd.text.translation import _
from kd.text.words import quoted

if TYPE_CHECKING:
    import keras

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10
NEGATIVE_SLOPE = 0.2

STUDENT_FILTERS = 16
TEACHER_FILTERS = 256
TEACHER_PARAMETERS = 1_433_610
STUDENT_PARAMETERS = 20_490


class Architecture(NamedTuple):
    """What a network is built from; two students with equal ones start from the same weights.

    kind: "convolutional" (two convolutions, the second with twice as many filters), "dense" (one hidden
    layer) or "linear" (no hidden layer). size: the first convolution's filters, or the hidden layer's units;
    0 for a linear network.
    """

    kind: str
    size: int = 0

    def build(
        self, name: str, input_shape: tuple[int, int, int] = IMAGE_SHAPE, classes: int = CLASSES
    ) -> keras.Sequential:
        """An uncompiled `keras.Sequential` with this name, from images (n, *input_shape) to logits.

        Raises:
            ValueError: when there is no such kind, or the size does not fit it.
        """
        if self.kind not in _HIDDEN_LAYERS:
            raise ValueError(
                _(
                    "kind must be one of {choices}, got {value}.",
                    choices=", ".join(_HIDDEN_LAYERS),
                    value=quoted(self.kind),
                )
            )
        if self.kind == LINEAR:
            if self.size != 0:
                raise ValueError(
                    _("size must be 0 for a linear network, got {value}.", value=quoted(self.size))
                )
        elif not isinstance(self.size, int) or isinstance(self.size, bool) or self.size < 1:
            raise ValueError(
                _("size must be a whole number of at least 1, got {value}.", value=quoted(self.size))
            )
        import keras
        from keras import layers

        return keras.Sequential(
            [
                keras.Input(shape=input_shape),
                *_HIDDEN_LAYERS[self.kind](self.size),
                layers.Dense(classes),
            ],
            name=name,
        )


def student_architecture(config: Any) -> Architecture:
    """That of both students of a run.

    Args:
        config: has the fields `student`, `student_width` and `student_units`, as `kd.config.RunConfig`.
    """
    sizes = {CONVOLUTIONAL: config.student_width, DENSE: config.student_units}
    return Architecture(config.student, sizes.get(config.student, 0))


def teacher_architecture(config: Any) -> Architecture:
    """That of a run's fresh teacher.

    Args:
        config: has the field `teacher_width`, as `kd.config.RunConfig`.
    """
    return Architecture(CONVOLUTIONAL, config.teacher_width)


def build_teacher(
    name: str = "teacher",
    width: float = 1,
    input_shape: Sequence[int] = IMAGE_SHAPE,
    classes: int = CLASSES,
) -> keras.Sequential:
    """The notebook's teacher: convolutions of 256 and 512 filters, 1,433,610 parameters; or one like it.

    Arguments, result and errors as for `build_student`; a width of 0.25 makes it of 64 and 128 filters.
    """
    return _build(TEACHER_FILTERS, name, width, input_shape, classes)


def build_student(
    name: str = "student",
    width: float = 1,
    input_shape: Sequence[int] = IMAGE_SHAPE,
    classes: int = CLASSES,
) -> keras.Sequential:
    """The notebook's student: convolutions of 16 and 32 filters, 20,490 parameters; or one like it.

    Args:
        width: multiplies both numbers of filters; 1 is the notebook's student.
        input_shape: of one image, (height, width, channels).
        classes: how many logits it gives.

    Returns:
        An uncompiled `keras.Sequential` from images (n, *input_shape), float32 in [0, 1], to logits
        (n, classes), with no softmax.

    Raises:
        ValueError: when the width is not above 0 or makes no whole number of filters, the shape is not three
            whole numbers of at least 1, or there are fewer than two classes.
    """
    return _build(STUDENT_FILTERS, name, width, input_shape, classes)


def _build(
    filters: int, name: str, width: float, input_shape: Sequence[int], classes: int
) -> keras.Sequential:
    """The notebook's network of so many filters, times `width`."""
    wide = _whole(filters * width) if isinstance(width, Real) and not isinstance(width, bool) else None
    if wide is None:
        raise ValueError(
            _(
                "width must be a number above 0 that makes a whole number of filters of {filters}, "
                "got {value}.",
                filters=filters,
                value=quoted(width),
            )
        )
    shape = tuple(map(_whole, input_shape)) if isinstance(input_shape, Sequence) else ()
    if len(shape) != 3 or None in shape:
        raise ValueError(
            _(
                "input_shape must be (height, width, channels), three whole numbers of at least 1, "
                "got {value}.",
                value=quoted(input_shape),
            )
        )
    count = _whole(classes)
    if count is None or count < 2:
        raise ValueError(
            _("classes must be a whole number of at least 2, got {value}.", value=quoted(classes))
        )
    return Architecture(CONVOLUTIONAL, wide).build(name, shape, count)


def _whole(number: Any) -> int | None:
    """The same number as an int of at least 1, or None if it is none."""
    if isinstance(number, bool) or not isinstance(number, Real) or not math.isfinite(number):
        return None
    value = float(number)
    return int(value) if value.is_integer() and value >= 1 else None


def _convolutions(filters: int) -> list[keras.Layer]:
    from keras import layers

    return [
        layers.Conv2D(filters, (3, 3), strides=(2, 2), padding="same"),
        layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE),
        layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
        layers.Conv2D(2 * filters, (3, 3), strides=(2, 2), padding="same"),
        layers.Flatten(),
    ]


def _hidden_layer(units: int) -> list[keras.Layer]:
    from keras import layers

    return [layers.Flatten(), layers.Dense(units), layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE)]


def _no_hidden_layer(size: int) -> list[keras.Layer]:
    from keras import layers

    return [layers.Flatten()]


# Kind → what comes before the logits, given the size.
_HIDDEN_LAYERS = {
    CONVOLUTIONAL: _convolutions,
    DENSE: _hidden_layer,
    LINEAR: _no_hidden_layer,
}
