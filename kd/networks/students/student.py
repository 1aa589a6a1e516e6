"""What a kind of student says of itself.

Importing this module loads no TensorFlow: pages and the command line read the labels and the fields.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Costs(NamedTuple):
    """Seconds per step, per image in it, and per look at the 10,000 test images."""

    step: float
    image: float
    look: float


@dataclass(frozen=True)
class Student:
    """A kind of student, from which its flag, control, ids, estimates, words and exports follow.

    layers: returns the Keras layers between the images and the dense layer of the logits. costs: on two cores
    of an AMD EPYC. words: names a student of this size, in the reader's language. Its size is a field of
    RunConfig: size_field is its name, size what `kd.base.fields.field` returns. layers, costs and words take
    it, or nothing where a kind has no size. has_attention: whether its maps can be compared with a teacher's,
    because two of its Conv2D layers give 14 × 14 and 7 × 7 places.
    """

    label: str
    help: str
    layers: Callable[..., list]
    costs: Callable[..., Costs]
    words: Callable[..., str]
    size_field: str = ""
    size: dataclasses.Field | None = None
    has_attention: bool = False
