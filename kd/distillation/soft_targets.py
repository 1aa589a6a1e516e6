"""The divergence of soft targets as a function and as a loss of Keras; objectives/ has the formula."""

import keras
from keras import ops

from kd.base.keras_parts import Outputs
from kd.distillation.objectives.objective import checked_temperature
from kd.distillation.objectives.soft_targets import SoftTargets

# What a logit of −inf counts as: its probability is 0 all the same, and 0 times it is 0, not NaN.
RULED_OUT = -1e9


def soft_target_divergence(teacher_logits, student_logits, temperature=1.0):
    """Returns KL(softmax(z_t / T) ‖ softmax(z_s / T)) of each row, from logits.

    Computed from the logarithm of the softmax, so the logits may be of any size; clipped probabilities would
    lose whatever is below the clip. A class that the teacher rules out, with a logit of −inf, counts nothing.

    Args:
        teacher_logits: float (…, classes).
        student_logits: float, of the same shape.
        temperature: T > 0, a number or a scalar tensor.

    Returns:
        float (…), in nats, in the wider of both dtypes, at least float32.

    Raises:
        ValueError: when the shapes differ, there are fewer than two classes, or T is a number not above 0.
    """
    teacher, student = (ops.maximum(logits, RULED_OUT) for logits in alike(teacher_logits, student_logits))
    soft_targets = SoftTargets(temperature=temperature)
    return soft_targets.divergences(Outputs(student), soft_targets.prepare(Outputs(teacher), None))


def alike(teacher_logits, student_logits, dtype=None) -> list:
    """Returns both as tensors of one shape and dtype: this one, or the wider of theirs, at least float32.

    Raises a ValueError when they are not of one shape (…, classes), or there are fewer than two classes.
    """
    both = [ops.convert_to_tensor(logits) for logits in (teacher_logits, student_logits)]
    teacher, student = (tuple(logits.shape) for logits in both)  # None is a length that is not known yet
    for shape in (teacher, student):
        if len(shape) < 2 or shape[-1] == 1:
            raise ValueError(f"Logits must have the shape (n, classes), two classes or more, got {shape}.")
    pairs = zip(teacher, student, strict=False)
    if len(teacher) != len(student) or any(one != other and None not in (one, other) for one, other in pairs):
        raise ValueError(f"student and teacher must give logits of one shape, got {student} and {teacher}.")
    dtype = dtype or keras.backend.result_type(*(logits.dtype for logits in both), "float32")
    return [ops.cast(logits, dtype) for logits in both]


@keras.saving.register_keras_serializable(package="kd")
class SoftTargetDivergence(keras.losses.Loss):
    """`soft_target_divergence` as a Keras loss of teacher's and student's logits.

    `keras.distillation.LogitsDistillation` divides the logits by T, but multiplies no loss by T² other than
    `KLDivergence`, which clips probabilities to [1e-7, 1]. Tell this one the same T, and it does so itself:
    `LogitsDistillation(temperature=4.0, loss=SoftTargetDivergence(temperature=4.0))`.

    As a plain loss, it gets logits as they are: `compile(loss=SoftTargetDivergence(temperature=4.0,
    divided=False))` and `fit(x, teacher_logits)` train on the teacher alone. In `kd.Distiller`, which has a
    temperature of its own, it is the default.

    Args:
        temperature: T > 0. The mean divergence is multiplied by T², as Hinton, Vinyals and Dean 2015 do.
        divided: whether the logits have been divided by T already; if not, the loss does it.

    Raises:
        ValueError: when T is not above 0, or, in a call, as for `soft_target_divergence`.
    """

    def __init__(
        self,
        temperature: float = 1.0,
        divided: bool = True,
        name: str = "soft_target_divergence",
        reduction: str = "sum_over_batch_size",
        **kwargs,
    ):
        super().__init__(name=name, reduction=reduction, **kwargs)
        self.temperature = checked_temperature(temperature)
        self.divided = bool(divided)

    def call(self, y_true, y_pred):
        remaining = 1.0 if self.divided else self.temperature
        return self.temperature**2 * soft_target_divergence(y_true, y_pred, remaining)

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature, "divided": self.divided}
