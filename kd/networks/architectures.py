"""The networks of a run, as plain Keras models: students of any kind, and the notebook's two.

All take images (n, 28, 28, 1), float32 in [0, 1], and give logits (n, 10), with no softmax. Importing this
module loads no TensorFlow: the app's process names networks, and workers build them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple

from kd.networks.students import KINDS, Costs, Student
from kd.text.words import quoted

if TYPE_CHECKING:
    import keras

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10

STUDENT_FILTERS = 16
TEACHER_FILTERS = 256
TEACHER_PARAMETERS = 1_433_610
STUDENT_PARAMETERS = 20_490


class Architecture(NamedTuple):
    """What a network is built from; two students with equal ones start from the same weights.

    kind: one of KINDS. size: as that kind means it; 0 where it has none. classes: how many logits it gives.
    """

    kind: str
    size: int = 0
    classes: int = CLASSES

    @property
    def student(self) -> Student:
        """What its kind says of itself."""
        return KINDS[self.kind]

    @property
    def sizes(self) -> tuple[int, ...]:
        """What its kind's functions take: the size, or nothing."""
        return (self.size,) if self.student.size_field else ()

    @property
    def costs(self) -> Costs:
        """What its training costs."""
        return self.student.costs(*self.sizes)

    @property
    def words(self) -> str:
        """Names a student like this: 'student with 16 filters'."""
        return self.student.words(*self.sizes)

    def build(self, name: str, input_shape: tuple[int, int, int] = IMAGE_SHAPE) -> keras.Sequential:
        """Returns an uncompiled `keras.Sequential` with this name, from images (n, *input_shape) to logits.

        Raises:
            ValueError: when there is no such kind, or the size does not fit it.
        """
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {quoted(self.kind)}.")
        allowed = "a whole number of at least 1" if self.sizes else f"0 for a {self.kind} network"
        if type(self.size) is not int or (self.size > 0) != bool(self.sizes):
            raise ValueError(f"size must be {allowed}, got {quoted(self.size)}.")
        import keras

        hidden = self.student.layers(*self.sizes)
        return keras.Sequential(
            [keras.Input(input_shape), *hidden, keras.layers.Dense(self.classes)], name=name
        )


def student_words(config: Any) -> str:
    """Names the student of a run, whether its data set is here or not: 'student with 16 filters'."""
    return _of_student(config, CLASSES).words


def student_architecture(config: Any) -> Architecture:
    """Returns what both students of a run are built from. config: a `kd.config.RunConfig`."""
    return _of_student(config, len(config.about_data.classes))


def _of_student(config: Any, classes: int) -> Architecture:
    size_field = KINDS[config.student].size_field
    return Architecture(config.student, getattr(config, size_field) if size_field else 0, classes)


def teacher_architecture(config: Any) -> Architecture:
    """Returns what a run's fresh teacher is built from. config: a `kd.config.RunConfig`."""
    width = config.own_teacher.teacher_width
    return Architecture("convolutional", width, len(config.about_data.classes))


def build_teacher(
    name: str = "teacher",
    width: float = 1,
    input_shape: Sequence[int] = IMAGE_SHAPE,
    classes: int = CLASSES,
) -> keras.Sequential:
    """Builds the notebook's teacher, of 256 and 512 filters and 1,433,610 parameters, or one like it.

    Arguments, result and errors as for `build_student`; a width of 0.25 makes it of 64 and 128 filters.
    """
    return _build(TEACHER_FILTERS, name, width, input_shape, classes)


def build_student(
    name: str = "student",
    width: float = 1,
    input_shape: Sequence[int] = IMAGE_SHAPE,
    classes: int = CLASSES,
) -> keras.Sequential:
    """Builds the notebook's student, convolutions of 16 and 32 filters, 20,490 parameters, or one like it.

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
    wide = None if isinstance(width, bool) or not isinstance(width, Real) else _whole(filters * width)
    if wide is None:
        allowed = f"a number above 0 that makes a whole number of filters of {filters}"
        raise ValueError(f"width must be {allowed}, got {quoted(width)}.")
    shape = tuple(map(_whole, input_shape)) if isinstance(input_shape, Sequence) else ()
    if len(shape) != 3 or None in shape:
        allowed = "(height, width, channels), three whole numbers of at least 1"
        raise ValueError(f"input_shape must be {allowed}, got {quoted(input_shape)}.")
    count = _whole(classes)
    if count is None or count < 2:
        raise ValueError(f"classes must be a whole number of at least 2, got {quoted(classes)}.")
    return Architecture("convolutional", wide, count).build(name, shape)


def _whole(number: Any) -> int | None:
    """Returns the same number as an int of at least 1, or None if it is none."""
    if isinstance(number, bool) or not isinstance(number, Real) or not math.isfinite(number):
        return None
    value = float(number)
    return int(value) if value.is_integer() and value >= 1 else None
