"""Each objective against its formula in NumPy and float64 (formulas.py), and its fields in a RunConfig."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from kd.config import RunConfig
from kd.config.fields import RunFields
from kd.distillation.objectives import OBJECTIVES, Outputs
from tests.distillation.formulas import FORMULAS, gradient

NAMES = tuple(OBJECTIVES)
NEED_LABELS = ("decoupled", "virtual_teacher")
OTHER_NUMBERS = {
    "target_weight": 3.0,
    "nontarget_weight": 0.7,
    "inter_weight": 3.0,
    "intra_weight": 0.7,
    "published_weight": False,
    "virtual_confidence": 0.8,
    "attention_weight": 7.0,
}
"""Own fields away from their defaults, no two of an objective alike."""

# From logits that hardly differ to such whose softmax is 0 in float32.
LARGEST = (1.0, 10.0, 100.0)
TEMPERATURES = (0.5, 20.0)


class Batch:
    """Labels, outputs of student and teacher, and which pictures have a label, drawn from a seed."""

    def __init__(self, name: str, largest: float = 10.0, rows: int = 6, partly_labelled: bool = False):
        generator = np.random.default_rng([rows, int(largest)])
        self.name = name
        self.labels = generator.integers(0, 10, rows).astype(np.int32)
        self.labelled = (np.arange(rows) % 3 > 0).astype(float) if partly_labelled else None
        if name == "attention":
            # on float32's grid, so that both sides see the same numbers
            self.student, self.teacher = generator.uniform(0, 0.2, (2, rows, 245)).astype(np.float32)
        else:
            self.student, self.teacher = generator.uniform(-largest, largest, (2, rows, 10)).astype(
                np.float32
            )

    def ours(self, objective, dtype: str, traced: bool = False):
        """The objective's terms, and their sum's gradient by the student's outputs."""
        variable = tf.Variable(self.student.astype(dtype))
        labelled = None if self.labelled is None else tf.constant(self.labelled, dtype)

        def run():
            with tf.GradientTape() as tape:
                labels = tf.constant(self.labels)
                prepared = objective.prepare(self._outputs(tf.constant(self.teacher, dtype)), labels)
                student = self._outputs(tf.convert_to_tensor(variable))
                terms = objective.terms(labels, student, prepared, labelled)
                total = sum(terms.values())
            return terms, tape.gradient(total, variable)

        terms, slope = (tf.function(run) if traced else run)()
        return {term: float(value) for term, value in terms.items()}, slope.numpy()

    def expected(self, objective):
        """The same from the formula."""
        own = {field.name: getattr(objective, field.name) for field in objective.own_fields()}
        labelled = np.ones(len(self.labels)) if self.labelled is None else self.labelled
        numbers = objective.temperature, objective.scale
        teacher = self.teacher.astype(float)

        def formula(student):
            return FORMULAS[self.name](self.labels, student, teacher, labelled, *numbers, **own)

        student = self.student.astype(float)
        values = {term: float(np.real(value)) for term, value in formula(student.astype(complex)).items()}
        return values, gradient(lambda moved: sum(formula(moved).values()), student)

    def _outputs(self, values) -> Outputs:
        return Outputs(None, values) if self.name == "attention" else Outputs(values)


def objective_at(name: str, temperature: float = 4.0, scale: float | None = None, **numbers):
    """An objective with T and s; its own numbers are the defaults where not given."""
    scale = temperature**2 if scale is None else scale
    return OBJECTIVES[name](alpha=0.3, temperature=temperature, scale=scale, **numbers)


def other_numbers(name: str) -> dict:
    return {field.name: OTHER_NUMBERS.get(field.name, 0.3) for field in OBJECTIVES[name].own_fields()}


@pytest.mark.parametrize("partly_labelled", [False, True], ids=["labelled", "partly"])
@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("largest", LARGEST)
@pytest.mark.parametrize("name", NAMES)
def test_values_and_gradients_equal_the_formula(name, largest, temperature, partly_labelled):
    batch = Batch(name, largest, partly_labelled=partly_labelled)
    objective = objective_at(name, temperature)
    values, slopes = batch.expected(objective)

    terms, got = batch.ours(objective, "float64")
    assert terms == pytest.approx(values, rel=1e-9)
    np.testing.assert_allclose(got, slopes, rtol=1e-6, atol=1e-9 * np.abs(slopes).max())

    assert list(terms) == list(OBJECTIVES[name].term_labels)
    if partly_labelled:  # which count only where the teacher needs no labels
        assert (np.abs(got[batch.labelled == 0]).max() == 0) == (name in NEED_LABELS)

    # float32 rounds every log-probability in its last digit, and the loss multiplies that error by s
    terms, got = batch.ours(objective, "float32")
    assert terms == pytest.approx(values, rel=1e-6, abs=1e-6 * max(1.0, 10 * objective.scale))
    error = max(1e-5, 3e-7 * largest / temperature)
    assert np.abs(got - slopes).max() <= error * np.abs(slopes).max()


@pytest.mark.parametrize("scale", [1.0, 16.0])
@pytest.mark.parametrize("name", NAMES)
def test_its_own_numbers_count_as_in_the_formula_also_as_tensors(name, scale):
    """So that a traced step serves every value."""
    batch, others = Batch(name), other_numbers(name)
    objective = objective_at(name, 4.0, scale, **others)
    values, slopes = batch.expected(objective)
    terms, got = batch.ours(objective, "float64")
    assert terms == pytest.approx(values, rel=1e-9)
    np.testing.assert_allclose(got, slopes, rtol=1e-6, atol=1e-9 * np.abs(slopes).max())
    numbers = {"alpha": 0.3, "temperature": 4.0, "scale": scale, **others}
    tensors = {key: tf.constant(float(value), tf.float32) for key, value in numbers.items()}
    terms, got = batch.ours(OBJECTIVES[name](**tensors), "float32", traced=True)
    assert terms == pytest.approx(values, rel=1e-5)
    np.testing.assert_allclose(got, slopes, atol=1e-5 * np.abs(slopes).max())


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("name", NAMES)
def test_outputs_with_hardly_any_difference_have_finite_gradients(name, rows):
    """Squares of differences of 1e-24 are 0 in float32."""
    for changes in ({"student": 0}, {"teacher": 0}, {"student": 0, "teacher": 0}, {"student": 1e-24}):
        batch = Batch(name, rows=rows)
        for side, factor in changes.items():
            setattr(batch, side, getattr(batch, side) * np.float32(factor))
        for dtype in ("float32", "float64"):
            terms, slopes = batch.ours(objective_at(name), dtype)
            assert np.isfinite([*terms.values()]).all()
            assert np.isfinite(slopes).all()


def test_the_right_class_is_left_out_however_large_its_logit():
    """Where 1,000 taken from its logit, as in the authors' code, would leave it the largest."""
    batch = Batch("decoupled", rows=1)
    batch.student = np.zeros((1, 10), np.float32)
    batch.teacher = np.zeros((1, 10), np.float32)
    batch.teacher[0, batch.labels[0]] = 100.0
    terms, _ = batch.ours(objective_at("decoupled", 0.05), "float32")
    assert terms["nontarget_loss"] == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_alpha_shares_the_loss_between_labels_and_teacher(name, alpha):
    published = name == "standardized"
    for of_the_run in (float, lambda value: tf.constant(value, tf.float32)):
        weight = OBJECTIVES[name](alpha=of_the_run(alpha)).teacher_weight()
        assert float(weight) == pytest.approx(9.0 if published and alpha < 1 else 1 - alpha)
    if published:
        weighted = OBJECTIVES[name](alpha=alpha, published_weight=tf.constant(0.0))
        assert float(weighted.teacher_weight()) == pytest.approx(1 - alpha)


OWN = [(name, own) for name, objective in OBJECTIVES.items() for own in objective.own_fields()]


def test_names_of_own_fields_are_nobody_elses():
    names = [own.name for _, own in OWN]
    names += [field.name for field in dataclasses.fields(RunFields)]
    assert len(set(names)) == len(names)


def test_an_own_field_counts_for_its_objective_alone():
    for name, own in OWN:
        another = not own.default if isinstance(own.default, bool) else own.metadata["spec"].maximum
        for objective in OBJECTIVES:
            run, changed = RunConfig(objective=objective), {own.name: another}
            assert run.counts(own.name) == (objective == name)
            assert (run.run_id != run.replace(**changed).run_id) == (objective == name)
        assert getattr(RunConfig(objective=name, **changed).objective_values(), own.name) == another
        alone = RunConfig(objective=name, alpha=1.0)  # without the teacher's part
        assert alone.replace(**changed).run_id == alone.run_id
