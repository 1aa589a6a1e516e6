"""Linear: no hidden layer, so each logit is a weighted sum of the pixels."""

from kd.base.keras_parts import layers
from kd.networks.students.student import Costs, Student
from kd.text.translation import N_, _


def linear() -> list:
    """Nothing before the logits."""
    return [layers.Flatten()]


def costs() -> Costs:
    return Costs(step=60.5e-6, image=1.26e-6, look=14.9e-3)


def words() -> str:
    return _("linear student")


STUDENT = Student(
    label=N_("Linear"),
    help=N_("No hidden layer: each logit is a weighted sum of the pixels."),
    layers=linear,
    costs=costs,
    words=words,
)
