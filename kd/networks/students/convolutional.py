"""Convolutional: the notebook's student, of any width. Every teacher trained here is one, too."""

from kd.base.fields import field
from kd.base.keras_parts import layers
from kd.networks.students.student import Costs, Student
from kd.text.translation import N_, ngettext


def convolutional(filters: int) -> list:
    """Two convolutions, the second with twice as many filters."""
    return [
        layers.Conv2D(filters, 3, strides=2, padding="same"),
        layers.LeakyReLU(negative_slope=0.2),
        layers.MaxPooling2D(2, strides=1, padding="same"),
        layers.Conv2D(2 * filters, 3, strides=2, padding="same"),
        layers.Flatten(),
    ]


def costs(filters: int) -> Costs:
    """A step folds the last convolution; below a dozen filters, the first one takes no less time."""
    step = 0.25e-3 + 0.21e-6 * filters**2
    return Costs(step, image=1.37e-6 * max(filters, 12), look=4.1e-3 * max(filters, 16))


def words(filters: int) -> str:
    return ngettext("student with {count} filter", "student with {count} filters", filters)


STUDENT = Student(
    label=N_("Convolutional"),
    help=N_("The notebook's, of any width."),
    layers=convolutional,
    costs=costs,
    words=words,
    size_field="student_width",
    size=field(
        16,
        label=N_("Width of the student"),
        help=N_(
            "How many filters its first convolution has; the second has twice as many. The notebook's has 16."
        ),
        unit=N_("filters"),
        choices=(1, 2, 4, 8, 16, 32, 64),
    ),
    has_attention=True,
)
