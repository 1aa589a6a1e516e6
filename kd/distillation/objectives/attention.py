"""Attention transfer: the student looks where the teacher looks (Zagoruyko and Komodakis 2017)."""

from dataclasses import dataclass
from typing import ClassVar

from kd.base.fields import field
from kd.base.keras_parts import ops
from kd.distillation.objectives.objective import Objective, Outputs
from kd.text.translation import N_

# The map after the first convolution has 14 × 14 numbers; that after the second, 7 × 7.
_FIRST = 14 * 14


@dataclass(frozen=True)
class Attention(Objective):
    """β · Σ over both convolutions of the mean squared difference of student's and teacher's attention maps.

    A map is the mean over the channels of the squared activations, divided by its length. Zagoruyko and
    Komodakis 2017, section 3.1, equation 2. The formula is that of their code (szagoruyko/attention-transfer,
    cifar.py, `at_loss`), which departs from the paper: it takes squared distances, and their mean over the
    map's positions, without the paper's factor ½. With β = 1000 (section 4.1.1), the code adds the
    cross-entropy with the weight 1; here α and 1 − α balance them.
    """

    attention_weight: float = field(
        1000.0,
        label=N_("Weight of the attention"),
        help=N_(
            "With attention transfer: multiplies the difference between the two networks' attention maps."
        ),
        minimum=0.0,
        maximum=100_000.0,
        step=100.0,
    )

    name = "attention"
    label = N_("Attention transfer")
    help = N_(
        "The student looks where the teacher looks: the maps of what is active after each convolution agree. "
        "They do not say which class it is, so α must leave the labels some weight."
    )
    source = N_("Zagoruyko and Komodakis 2017, section 3.1")
    term_labels: ClassVar = {
        "first_attention_loss": N_("attention after the first convolution"),
        "second_attention_loss": N_("attention after the second convolution"),
    }
    uses_temperature = False
    uses_temperature_squared = False
    compares_attention = True

    def prepare(self, teacher: Outputs, labels) -> dict:
        return {"attention": teacher.attention}

    def terms(self, labels, student: Outputs, prepared, labelled=None) -> dict:
        squares = ops.square(student.attention - prepared["attention"])
        return {
            "first_attention_loss": self.attention_weight * ops.mean(squares[:, :_FIRST]),
            "second_attention_loss": self.attention_weight * ops.mean(squares[:, _FIRST:]),
        }
