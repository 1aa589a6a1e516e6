"""What a Distiller learns: its loss, what rows count, where the teacher's logits come from."""

from __future__ import annotations

import numpy as np

from kd.distillation.checks.case import (
    ROWS,
    Case,
    MakeDistiller,
    check,
    holds,
    same,
    takes_weights,
)
from kd.text.translation import _


@check
def it_learns(make_distiller: MakeDistiller) -> None:
    """The loss is finite and falls, and comes first where Keras lists the results."""
    case = Case(make_distiller)
    history = case.fit(epochs=6)
    holds(bool(np.isfinite(history["loss"]).all()), _("The loss must be finite."))
    holds(history["loss"][-1] < history["loss"][0], _("The loss must fall while it learns."))
    same(case.evaluate(return_dict=False)[0], case.evaluate()["loss"], _("The first result and the loss"))


@check
def the_loss_is_what_it_says(make_distiller: MakeDistiller) -> None:
    """loss = α · student_loss + the teacher's weight · distillation_loss, and the student's own penalty."""
    penalty = 0.25
    case = Case(make_distiller, penalty=penalty)
    logs = case.evaluate()
    distiller = case.distiller
    weigh = getattr(distiller.distillation_loss_fn, "teacher_weight", lambda: 1 - distiller.alpha)
    own = penalty * float(np.square(distiller.student.layers[0].get_weights()[0]).sum())
    expected = distiller.alpha * logs["student_loss"] + float(weigh()) * logs["distillation_loss"] + own
    same(
        logs["loss"],
        expected,
        _("loss, and α · student_loss + the teacher's part + the student's own losses,"),
    )


@check
def evaluation_has_the_loss_of_training(make_distiller: MakeDistiller) -> None:
    """What the first step of training reports is what evaluating before it does."""
    case = Case(make_distiller)
    before = case.evaluate(batch_size=ROWS)
    first = case.fit(batch_size=ROWS, epochs=1)
    for name in ("loss", "student_loss", "distillation_loss"):
        same(first[name][0], before[name], _("{name} in training and evaluation", name=name))


@check
def weights_of_one_change_nothing(make_distiller: MakeDistiller) -> None:
    """The sample_weight 1 for each row is no sample_weight."""
    plain = Case(make_distiller)
    if not takes_weights(plain):
        return
    weighted = Case(make_distiller)
    ones = np.ones(ROWS, "float32")
    same(weighted.fit(sample_weight=ones)["loss"], plain.fit()["loss"], _("The loss with weights of 1"))
    same(weighted.weights, plain.weights, _("The student with weights of 1"))


@check
def weights_of_zero_take_no_step(make_distiller: MakeDistiller) -> None:
    """Rows that do not count do not teach: neither labels nor teacher."""
    if not takes_weights(Case(make_distiller)):
        return
    for targets in ("y", "stored"):
        case = Case(make_distiller)
        before = case.weights
        case.fit(getattr(case, targets), sample_weight=np.zeros(ROWS, "float32"))
        same(case.weights, before, _("The student with weights of 0"))


@check
def class_weights_are_weights_of_rows(make_distiller: MakeDistiller) -> None:
    """class_weight is sample_weight by label, with a teacher and with its stored logits."""
    if not takes_weights(Case(make_distiller)):
        return
    by_class = {0: 3.0, 2: 0.5}
    for targets in ("y", "stored"):
        by_label, by_row = Case(make_distiller), Case(make_distiller)
        rows = np.array([by_class.get(label, 1.0) for label in by_row.y], "float32")
        found = by_label.fit(getattr(by_label, targets), class_weight=by_class)
        expected = by_row.fit(getattr(by_row, targets), sample_weight=rows)
        same(found["loss"], expected["loss"], _("The loss with class_weight and with its sample_weight"))
        same(by_label.weights, by_row.weights, _("The student with class_weight and with its sample_weight"))


@check
def stored_logits_teach_as_the_teacher_does(make_distiller: MakeDistiller) -> None:
    """Logits given with the labels are the teacher's, in training and in evaluation."""
    called, stored = Case(make_distiller), Case(make_distiller, with_teacher=False)
    targets = {"labels": stored.y, "teacher_logits": called.z}
    before = called.evaluate(), stored.evaluate(targets)
    same(before[1]["loss"], before[0]["loss"], _("The loss of stored logits and of calling the teacher"))
    histories = called.fit(), stored.fit(targets)
    same(
        histories[1]["loss"], histories[0]["loss"], _("The loss of stored logits and of calling the teacher")
    )
    same(stored.weights, called.weights, _("The student of stored logits and of calling the teacher"))


@check
def any_type_of_number_will_do(make_distiller: MakeDistiller) -> None:
    """Labels of any integer type, also (n, 1), and logits of any float type give one loss."""
    expected = Case(make_distiller).evaluate()["loss"]
    for labels in ("uint8", "int64", "float32"):
        case = Case(make_distiller)
        same(case.evaluate(case.y.astype(labels)[:, None])["loss"], expected, _("The loss of other types"))
    stored = Case(make_distiller)
    rounded = stored.z.astype("float16")
    expected = stored.evaluate({"labels": stored.y, "teacher_logits": rounded.astype("float32")})["loss"]
    for logits in ("float16", "float64"):
        targets = {"labels": stored.y, "teacher_logits": rounded.astype(logits)}
        same(stored.evaluate(targets)["loss"], expected, _("The loss of other types"))
