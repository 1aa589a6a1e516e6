"""The networks to choose from, as plain Keras models: the notebook's two, and others of their kind.

All take images (n, 28, 28, 1), float32 in [0, 1], and give logits (n, 10), with no softmax. Importing this
module loads no TensorFlow: the app's process names networks, and workers build them.
"""

from __future__ import annotations

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

    def build(self, name: str) -> keras.Sequential:
        """An uncompiled `keras.Sequential` with this name, from images (n, 28, 28, 1) to logits (n, 10).

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
                keras.Input(shape=IMAGE_SHAPE),
                *_HIDDEN_LAYERS[self.kind](self.size),
                layers.Dense(CLASSES),
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


def build_teacher(name: str = "teacher") -> keras.Sequential:
    """The notebook's teacher: convolutions of 256 and 512 filters, 1,433,610 parameters.

    Returns:
        An uncompiled `keras.Sequential` from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).
    """
    return Architecture(CONVOLUTIONAL, TEACHER_FILTERS).build(name)


def build_student(name: str = "student", width: int = 1) -> keras.Sequential:
    """The notebook's student: convolutions of 16 and 32 filters, 20,490 parameters.

    Args:
        width: multiplies both numbers of filters; 1 is the notebook's student.

    Returns:
        An uncompiled `keras.Sequential` from images (n, 28, 28, 1), float32 in [0, 1], to logits (n, 10).

    Raises:
        ValueError: when `width` is not a whole number of at least 1.
    """
    if not isinstance(width, int) or isinstance(width, bool) or width < 1:
        raise ValueError(_("width must be a whole number of at least 1, got {value}.", value=quoted(width)))
    return Architecture(CONVOLUTIONAL, STUDENT_FILTERS * width).build(name)


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
