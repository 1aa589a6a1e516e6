"""Depthwise-separable: the notebook's student, its second convolution taken apart (Howard et al. 2017)."""

from kd.base.fields import field
from kd.base.keras_parts import layers
from kd.networks.students.student import Costs, Student
from kd.text.translation import N_, ngettext


def separable(filters: int) -> list:
    """Two convolutions; in the second, each channel has a filter of its own, and 1 × 1 filters mix them."""
    return [
        layers.Conv2D(filters, 3, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.MaxPooling2D(2, strides=1, padding="same"),
        layers.DepthwiseConv2D(3, strides=2, padding="same"),
        layers.Conv2D(2 * filters, 1, padding="same"),
        layers.Flatten(),
    ]


def costs(filters: int) -> Costs:
    """Little is folded, so a step costs less of its own, and a picture in it more than in the notebook's."""
    step = 0.25e-3 + 2.5e-6 * filters
    return Costs(step, image=15e-6 + 0.9e-6 * filters, look=4e-3 * max(filters, 15))


def words(filters: int) -> str:
    return ngettext(
        "depthwise-separable student with {count} filter",
        "depthwise-separable student with {count} filters",
        filters,
    )


STUDENT = Student(
    label=N_("Depthwise-separable"),
    help=N_(
        "The notebook's, but its second convolution looks at each channel by itself, and then mixes them, "
        "as MobileNets do."
    ),
    layers=separable,
    costs=costs,
    words=words,
    size_field="student_filters",
    size=field(
        16,
        label=N_("Filters of the student"),
        help=N_("How many filters its first convolution has; twice as many mix them in the second."),
        unit=N_("filters"),
        choices=(1, 2, 4, 8, 16, 32, 64),
    ),
    has_attention=True,
)
