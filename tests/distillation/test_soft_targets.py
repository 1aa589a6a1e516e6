"""The divergence of soft targets, compared with NumPy in float64 and with Keras's own KLDivergence."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from kd.distillation.objectives import Outputs
from kd.distillation.objectives.soft_targets import SoftTargets
from kd.distillation.soft_targets import SoftTargetDivergence, soft_target_divergence

TEMPERATURES = (1.0, 4.0, 20.0)
LARGEST_LOGIT = (1.0, 10.0, 100.0)
Z = np.ones((3, 5), "float32")


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def reference(z_student, z_teacher, temperature):
    """Mean divergence and its gradient from the formulas of Hinton et al. 2015, section 2, in float64."""
    log_t, log_s = log_softmax(z_teacher / temperature), log_softmax(z_student / temperature)
    divergence = (np.exp(log_t) * (log_t - log_s)).sum(axis=1).mean()
    return divergence, (np.exp(log_s) - np.exp(log_t)) / temperature / len(z_student)


def draw(largest: float, rows: int = 64):
    generator = np.random.default_rng(int(largest))
    student, teacher = generator.uniform(-largest, largest, size=(2, rows, 10)).astype(np.float32)
    return generator.integers(0, 10, rows), student, teacher


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("largest", LARGEST_LOGIT)
def test_value_and_gradient_equal_numpy_in_float64(temperature, largest):
    _, student, teacher = draw(largest)
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        got = tf.reduce_mean(soft_target_divergence(teacher, variable, temperature))
    expected = reference(student.astype(np.float64), teacher.astype(np.float64), temperature)
    np.testing.assert_allclose(float(got), expected[0], rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(got, variable), expected[1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_divergence_equals_keras_where_keras_clips_nothing(temperature):
    _, student, teacher = draw(5.0)
    probabilities = [keras.ops.softmax(logits / temperature) for logits in (teacher, student)]
    variable = tf.Variable(student)
    with tf.GradientTape(persistent=True) as tape:
        ours = tf.reduce_mean(soft_target_divergence(teacher, variable, temperature))
        theirs = keras.losses.KLDivergence()(probabilities[0], tf.nn.softmax(variable / temperature))
    np.testing.assert_allclose(float(ours), float(theirs), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        tape.gradient(ours, variable), tape.gradient(theirs, variable), rtol=1e-3, atol=1e-6
    )


def test_hand_computed_divergence_of_two_classes():
    # softmax([ln 3, 0]) = (3/4, 1/4) against softmax([0, 0]) = (1/2, 1/2)
    expected = 0.75 * np.log(0.75 / 0.5) + 0.25 * np.log(0.25 / 0.5)
    [got] = soft_target_divergence(np.array([[np.log(3.0), 0.0]]), np.zeros((1, 2)))
    assert float(got) == pytest.approx(expected, abs=1e-7)


def test_large_temperature_matches_half_squared_logit_distance():
    # Hinton et al. 2015, section 2.1: for T large against the logits and zero-mean logits the
    # gradient tends to (z_s − z_t) / (N T²).
    _, student, teacher = draw(1.0)
    student -= student.mean(axis=1, keepdims=True)
    teacher -= teacher.mean(axis=1, keepdims=True)
    temperature = 1000.0
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(soft_target_divergence(teacher, variable, temperature)) * temperature**2
    np.testing.assert_allclose(tape.gradient(loss, variable), (student - teacher) / 10, atol=2e-3)


def test_the_loss_object_averages_the_rows():
    _, student, teacher = draw(3.0)
    rows = soft_target_divergence(teacher, student)
    assert float(SoftTargetDivergence()(teacher, student)) == pytest.approx(
        float(tf.reduce_mean(rows)), rel=1e-6
    )


def test_a_class_that_is_ruled_out_counts_nothing():
    """As if the class were not there: by the teacher, by both, and with gradients."""
    _, student, teacher = draw(5.0, rows=4)
    masked = teacher.copy()
    masked[:, 3] = -np.inf
    for ours in (student, np.where(np.isinf(masked), -np.inf, student)):
        variable = tf.Variable(ours)
        with tf.GradientTape() as tape:
            rows = soft_target_divergence(masked, variable, 4.0)
        log_t = log_softmax(np.delete(masked, 3, axis=1).astype(float) / 4)
        log_s = np.delete(log_softmax(ours.astype(float) / 4), 3, axis=1)
        expected = (np.exp(log_t) * (log_t - log_s)).sum(axis=1)
        np.testing.assert_allclose(rows, expected, rtol=1e-5)
        assert np.isfinite(tape.gradient(rows, variable)).all()


def test_nan_stays_nan():
    _, student, teacher = draw(5.0, rows=2)
    teacher[1, 2] = np.nan
    assert np.isnan(soft_target_divergence(teacher, student)).tolist() == [False, True]


@pytest.mark.parametrize("temperature", [0, -4, float("nan"), float("inf"), "4"])
@pytest.mark.parametrize(
    "of", [SoftTargetDivergence, lambda temperature: soft_target_divergence(Z, Z, temperature)]
)
def test_a_temperature_that_is_not_above_0_is_refused(of, temperature):
    with pytest.raises(ValueError, match="temperature must be a finite number above 0"):
        of(temperature=temperature)


@pytest.mark.parametrize("call", [soft_target_divergence, SoftTargetDivergence()])
@pytest.mark.parametrize(
    ("teacher", "student", "said"),
    [
        (Z, Z[:, :1], r"two classes or more, got \(3, 1\)"),
        (Z[:, :1], Z[:, :1], r"two classes or more, got \(3, 1\)"),
        (Z[0], Z[0], r"\(n, classes\).* \(5,\)"),
        (Z, Z[:, :4], r"of one shape, got \(3, 4\) and \(3, 5\)"),
        (Z[:1], Z, r"of one shape, got \(3, 5\) and \(1, 5\)"),
    ],
)
def test_shapes_that_would_be_broadcast_are_refused(call, teacher, student, said):
    with pytest.raises(ValueError, match=said):
        call(teacher, student)


def test_any_type_of_number_will_do():
    _, student, teacher = draw(3.0)
    half = teacher.astype("float16")
    expected = soft_target_divergence(half.astype("float64"), student.astype("float64"), 4.0)
    for one, other in ((half, student), (half.astype("float64"), student), (half.tolist(), student.tolist())):
        np.testing.assert_allclose(soft_target_divergence(one, other, 4.0), expected, rtol=1e-4)
    np.testing.assert_allclose(
        soft_target_divergence([[1, 2, 3]], [[3, 2, 1]], 2),
        soft_target_divergence([[1.0, 2.0, 3.0]], [[3.0, 2.0, 1.0]], 2.0),
    )


def test_the_result_is_of_the_wider_type_and_of_float32_at_least():
    _, student, teacher = draw(3.0)
    for one, other, found in (
        ("float16", "float16", "float32"),
        ("float32", "float16", "float32"),
        ("float64", "float32", "float64"),
    ):
        rows = soft_target_divergence(teacher.astype(one), student.astype(other))
        assert keras.backend.standardize_dtype(rows.dtype) == found
    teacher, student = teacher.astype(float), student.astype(float)
    mean = reference(student, teacher, 1.0)[0]
    assert np.mean(soft_target_divergence(teacher, student)) == pytest.approx(mean, rel=1e-12)
    assert SoftTargetDivergence().name == "soft_target_divergence"
    summed = SoftTargetDivergence(reduction="sum", dtype="float64")
    assert (summed.reduction, summed.dtype) == ("sum", "float64")


def t_squared_divergence(teacher, student, temperature):
    divergence, slope = reference(student.astype(float), teacher.astype(float), temperature)
    return temperature**2 * divergence, temperature**2 * slope


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_in_keras_own_distillation_it_is_multiplied_by_t_squared(temperature):
    """LogitsDistillation divides by T, but multiplies only a KLDivergence, which clips, by T²."""
    _, student, teacher = draw(10.0)
    ours = keras.distillation.LogitsDistillation(temperature, SoftTargetDivergence(temperature))
    variable = tf.Variable(student)
    with tf.GradientTape() as tape:
        loss = ours.compute_loss(teacher, variable)
    expected, slope = t_squared_divergence(teacher, student, temperature)
    assert float(loss) == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(tape.gradient(loss, variable), slope, rtol=1e-3, atol=1e-6)
    if temperature >= 4:  # where nothing is clipped
        theirs = keras.distillation.LogitsDistillation(temperature, keras.losses.KLDivergence())
        assert float(theirs.compute_loss(teacher, student)) == pytest.approx(expected, rel=1e-4)


def test_keras_own_distiller_learns_with_it_and_survives_saving(tmp_path):
    _, x, _ = draw(2.0)
    teacher, student = (keras.Sequential([keras.Input((10,)), keras.layers.Dense(10)]) for _ in range(2))
    losses = keras.distillation.LogitsDistillation(4.0, SoftTargetDivergence(temperature=4.0))
    distiller = keras.distillation.Distiller(teacher, student, losses, student_loss_weight=0.0)
    distiller.compile("sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    expected, _ = t_squared_divergence(teacher.predict(x, verbose=0), student.predict(x, verbose=0), 4.0)
    history = distiller.fit(x, np.zeros(len(x)), epochs=2, batch_size=64, verbose=0).history
    assert history["distillation_loss"][0] == pytest.approx(expected, rel=1e-4)
    assert history["loss"][1] < history["loss"][0]
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(losses.loss))
    assert (again.temperature, again.divided) == (4.0, True)


def test_as_a_plain_loss_it_divides_the_logits_itself():
    _, student, teacher = draw(10.0)
    expected, _ = t_squared_divergence(teacher, student, 4.0)
    loss = SoftTargetDivergence(temperature=4.0, divided=False)
    assert float(loss(teacher, student)) == pytest.approx(expected, rel=1e-5)


def test_runs_and_the_function_have_one_formula():
    """An objective of runs, at T and s = T², is the loss of the function."""
    _, student, teacher = draw(10.0)
    objective = SoftTargets(temperature=4.0, scale=16.0)
    terms = objective.terms(None, Outputs(student), objective.prepare(Outputs(teacher), None))
    mean = 16 * np.mean(soft_target_divergence(teacher, student, 4.0))
    assert float(terms["distillation_loss"]) == pytest.approx(float(mean), rel=1e-6)
