"""Relations: the student's probabilities correlate with the teacher's (DIST, Huang et al. 2022)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from kd.base.fields import field
from kd.distillation.objectives.objective import Objective, Outputs, ops, root
from kd.text.translation import N_


@dataclass(frozen=True)
class Relations(Objective):
    """s · (β · inter + γ · intra), each 1 − the mean correlation of softmax(z_s / T) and softmax(z_t / T).

    Pearson's correlations: inter, between the classes of each picture (rows); intra, between the pictures of
    the batch in each class (columns). Huang et al. 2022, section 3. The formula is that of their code (hunto/
    image_classification_sota, lib/models/losses/dist_kd.py): 1e-8 is added to the product of the norms, and
    s = T², which the paper does not have. inter_weight is β and intra_weight γ, both 2 in the paper's
    classification, beside labels of weight 1; here α and 1 − α balance them.
    In a batch of one picture no pictures relate: the intra term is then a constant.
    """

    inter_weight: float = field(
        2.0,
        label=N_("Weight of the relations between classes"),
        help=N_(
            "With relations: how much it counts that the classes of each picture relate as they do for the "
            "teacher."
        ),
        minimum=0.0,
        maximum=100.0,
        step=0.5,
    )
    intra_weight: float = field(
        2.0,
        label=N_("Weight of the relations between pictures"),
        help=N_(
            "With relations: how much it counts that the pictures of a batch relate in each class as they do "
            "for the teacher."
        ),
        minimum=0.0,
        maximum=100.0,
        step=0.5,
    )

    name = "relations"
    label = N_("Relations")
    help = N_(
        "The student's softened probabilities only have to correlate with the teacher's: between the classes "
        "of a picture, and between the pictures of a batch."
    )
    source = N_("Huang, You, Wang, Qian and Xu 2022, section 3 (DIST)")
    term_labels: ClassVar = {
        "inter_loss": N_("relations between classes"),
        "intra_loss": N_("relations between pictures"),
    }

    def prepare(self, teacher: Outputs, labels) -> dict:
        return {"soft_targets": ops.softmax(teacher.logits / self.temperature, axis=-1)}

    def terms(self, labels, student: Outputs, prepared, labelled=None) -> dict:
        both = ops.softmax(student.logits / self.temperature, axis=-1), prepared["soft_targets"]
        return {
            "inter_loss": self.scale * self.inter_weight * _distance(*both, axis=1),
            "intra_loss": self.scale * self.intra_weight * _distance(*both, axis=0),
        }


def _distance(ours: Any, theirs: Any, axis: int) -> Any:
    """Returns 1 − the mean of Pearson's correlations along an axis."""
    # Deviations add up to 0, so that the mean has no part in the gradient: leaving it out saves some time
    ours, theirs = (
        values - ops.stop_gradient(ops.mean(values, axis=axis, keepdims=True)) for values in (ours, theirs)
    )
    norms = root(ops.sum(ops.square(ours), axis=axis) * ops.sum(ops.square(theirs), axis=axis))
    return 1.0 - ops.mean(ops.sum(ours * theirs, axis=axis) / (norms + 1e-8))
