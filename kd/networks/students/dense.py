"""Dense: one hidden layer, which sees the whole picture at once."""

from kd.base.fields import field
from kd.base.keras_parts import layers
from kd.networks.students.student import Costs, Student
from kd.text.translation import N_, _, numeral


def dense(units: int) -> list:
    """One hidden layer."""
    return [
        layers.Flatten(),
        layers.Dense(units),
        layers.LeakyReLU(negative_slope=0.2),
    ]


def costs(units: int) -> Costs:
    return Costs(
        step=0.05e-3 + 1.05e-6 * units, image=1.1e-6 + 0.016e-6 * units, look=14e-3 + 0.085e-3 * units
    )


def words(units: int) -> str:
    return _("student with {count} hidden units", count=numeral(units))


STUDENT = Student(
    label=N_("One hidden layer"),
    help=N_("Each of its units sees the whole picture."),
    layers=dense,
    costs=costs,
    words=words,
    size_field="student_units",
    size=field(
        64,
        label=N_("Hidden units of the student"),
        help=N_("How many units its hidden layer has."),
        unit=N_("units"),
        minimum=4,
        maximum=1024,
        step=4,
    ),
)
