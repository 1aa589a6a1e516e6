"""The lines of code on a card do what the student really learns from: they are carried out and compared.

Those of best_of_many are in test_gauges.py.
"""

from __future__ import annotations

import keras
import numpy as np
import pytest

from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES, Outputs
from kd.studies.mistakes.cards import CARDS

ALPHA, T, ROWS = 0.3, 5.0, 6
_RANDOM = np.random.default_rng(11)
STUDENT, TEACHER = (3 * _RANDOM.normal(size=(2, ROWS, 10))).astype(np.float32)
LABELS = _RANDOM.integers(0, 10, ROWS)
STUDENT_LOSS = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(LABELS, STUDENT))
OTHERS = {"probabilities_for_logits", "teacher_in_training", "cached_answers", "best_of_many"}


def learned(kind) -> tuple[float, float]:
    """The teacher's part of a loss as training computes it, and the whole."""
    objective = kind(alpha=ALPHA, temperature=T, scale=T**2)
    prepared = objective.prepare(Outputs(keras.ops.convert_to_tensor(TEACHER)), LABELS)
    terms = objective.terms(LABELS, Outputs(keras.ops.convert_to_tensor(STUDENT)), prepared)
    return float(terms["distillation_loss"]), float(objective.loss(STUDENT_LOSS, terms))


def carried_out(lines: str, **names) -> dict:
    """The names after some lines, which use Keras."""
    ops = keras.ops
    known = {
        "KLDivergence": keras.losses.KLDivergence,
        "LogitsDistillation": keras.distillation.LogitsDistillation,
        "layers": keras.layers,
        "alpha": ALPHA,
        "T": T,
        "teacher_logits": ops.convert_to_tensor(TEACHER),
        "student_logits": ops.convert_to_tensor(STUDENT),
        "student_loss": STUDENT_LOSS,
        "distillation_loss": learned(OBJECTIVES["soft_targets"])[0],
        **{name: getattr(ops, name) for name in ("softmax", "log_softmax", "mean", "sum", "log")},
        **names,
    }
    exec(lines, known)
    return known


def of_lines(lines: str) -> tuple[float, float]:
    """What the lines of a card come to, as `learned` has it."""
    names = carried_out(lines)
    part = names["distillation_loss"]
    if isinstance(part, keras.distillation.LogitsDistillation):
        part = part.compute_loss(names["teacher_logits"], names["student_logits"])
    whole = names.get("loss", ALPHA * STUDENT_LOSS + (1 - ALPHA) * float(part))
    return float(part), float(whole)


@pytest.mark.parametrize("name", sorted({*CARDS} - OTHERS))
def test_the_lines_of_a_loss_come_to_what_is_learned(name):
    mistake = CARDS[name].mistake
    right, wrong = learned(OBJECTIVES["soft_targets"]), learned(MISTAKES[name])
    assert of_lines(mistake.right) == pytest.approx(right, rel=1e-4)
    assert of_lines(mistake.wrong[name]) == pytest.approx(wrong, rel=1e-4, abs=1e-6)
    assert right[1] != pytest.approx(wrong[1], rel=0.01)


def after(lines: str, model: str, logits: np.ndarray) -> np.ndarray:
    """What a network says whose last layer is added by these lines, and gets these logits."""
    networks = {name: keras.Sequential([keras.Input((10,))]) for name in ("teacher", "student")}
    carried_out(lines, **networks)
    network = networks[model]
    for layer in network.layers:
        layer.set_weights([np.eye(10, dtype=np.float32), np.zeros(10, np.float32)])
    return keras.ops.convert_to_numpy(network(logits)) if network.layers else logits


@pytest.mark.parametrize("code", ["teacher_probabilities", "both_probabilities"])
def test_the_last_layers_of_a_card_give_probabilities_for_logits(code):
    mistake = CARDS["probabilities_for_logits"].mistake
    np.testing.assert_allclose(after(mistake.right, "teacher", TEACHER), TEACHER, rtol=1e-6)
    objective = OBJECTIVES["soft_targets"](alpha=ALPHA, temperature=T, scale=T**2)
    said = (after(mistake.wrong[code], *pair) for pair in (("teacher", TEACHER), ("student", STUDENT)))
    teacher, student = (Outputs(keras.ops.convert_to_tensor(logits)) for logits in said)
    terms = objective.terms(LABELS, student, objective.prepare(teacher, LABELS))
    assert float(terms["distillation_loss"]) == pytest.approx(learned(MISTAKES[code])[0], rel=1e-4)


def test_a_teacher_in_training_mode_is_one_whose_dropout_is_at_work():
    mistake = CARDS["teacher_in_training"].mistake
    share = MISTAKES["teacher_in_training"].teacher_dropout
    teacher = keras.Sequential([keras.Input((4000,)), keras.layers.Dropout(share, seed=1)])
    ones = np.ones((1, 4000), np.float32)
    right, wrong = (
        keras.ops.convert_to_numpy(carried_out(lines, teacher=teacher, images=ones)["teacher_logits"])
        for lines in (mistake.right, mistake.wrong["teacher_in_training"])
    )
    assert (right == 1).all()
    assert set(np.unique(wrong)) == {0, 1 / (1 - share)}
    assert (wrong == 0).mean() == pytest.approx(share, abs=0.05)


def test_kept_answers_are_taken_by_the_number_of_the_batch():
    """As training does it: kept in the order of a pass of its own, and taken by place ever after."""
    mistake, size = CARDS["cached_answers"].mistake, 10
    answers = np.arange(30)[:, None] * np.ones(10)
    kept = MISTAKES["cached_answers"].answers(answers, 5)
    order = np.random.default_rng([5, 1]).permutation(30)
    for number in range(3):
        names = {
            "answers": answers,
            "answers_by_batch": kept.reshape(3, size, 10),
            "pictures_of_batch": order[number * size :][:size],
            "number_of_batch": number,
        }
        right, wrong = (
            carried_out(lines, **names)["teacher_logits"]
            for lines in (mistake.right, mistake.wrong["cached_answers"])
        )
        np.testing.assert_array_equal(right, answers[order[number * size :][:size]])
        np.testing.assert_array_equal(wrong, kept[number * size :][:size])
