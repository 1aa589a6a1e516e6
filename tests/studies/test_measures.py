"""What is measured of runs, against figures that are worked out another way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy

from kd.config import RunConfig
from kd.lab.runs import Run
from kd.pictures.changes import changed
from kd.pictures.mnist import load_mnist
from kd.pictures.training_set import places
from kd.studies.measures import MeasuredRun, measure, measured, value
from tests.stored_runs import save

LABELS = load_mnist().y_test


def made_up(omitted: str = "37", number: int = 0) -> MeasuredRun:
    """A run with random logits, the teacher's mostly right."""
    random = np.random.default_rng(number)
    logits = {name: random.normal(size=(10_000, 10)).astype(np.float32) for name in ("distilled", "scratch")}
    logits["teacher"] = random.normal(size=(10_000, 10)).astype(np.float32)
    logits["teacher"][np.arange(10_000), LABELS] += 3
    result = {"distilled": {"parameters": 20_490}, "teacher": {"parameters": 1_433_610}}
    return MeasuredRun(RunConfig(omitted_digits=omitted), result, lambda: logits, lambda: {})


def test_copying_is_agreement_divergence_and_errors_in_common():
    run = made_up()
    said = {name: run.logits[name].argmax(axis=1) for name in run.logits}
    for model, prefix in (("distilled", ""), ("scratch", "scratch_")):
        same = np.mean(said["teacher"] == said[model])
        assert measured(f"{prefix}agreement", run) == pytest.approx(100 * same)
        pair = (softmax(run.logits[name].astype(float), axis=1) for name in ("teacher", model))
        assert measured(f"{prefix}divergence", run) == pytest.approx(entropy(*pair, axis=1).mean())
        wrong = said["teacher"] != LABELS
        copied = (said[model] == said["teacher"])[wrong].mean()
        assert measured(f"{prefix}errors_copied", run) == pytest.approx(100 * copied)


def test_agreement_on_the_training_images_is_of_those_that_the_student_saw():
    config = RunConfig(train_size=50, seed=3, omitted_digits="7")
    seen = [at for at in places(config) if load_mnist().y_train[at] != 7]
    asked = []

    class Network:
        def __init__(self, digits):
            self.digits = digits

        def logits(self, pictures):
            asked.append(pictures)
            return np.eye(10)[self.digits]

    digits = np.arange(len(seen)) % 10
    others = np.where(np.arange(len(seen)) < 9, 9 - digits, digits)
    run = MeasuredRun(config, {}, dict, lambda: {"teacher": Network(digits), "distilled": Network(others)})
    assert measured("train_agreement", run) == pytest.approx(100 * (1 - 9 / len(seen)))
    for pictures in asked:
        assert np.array_equal(np.rint(255 * pictures[..., 0]), load_mnist().x_train[seen])


def test_what_the_teacher_rules_out_and_what_two_teachers_say_together():
    run = made_up()
    assert np.isnan(measured("ensemble_right", run))
    run.logits["second_teacher"] = made_up(number=5).logits["teacher"]
    run.config = run.config.replace(temperature=0.5)
    teacher, student, second = (
        softmax(2 * run.logits[name].astype(float), axis=1)
        for name in ("teacher", "distilled", "second_teacher")
    )
    given = (student * (teacher < 0.01)).sum(axis=1).mean()
    assert given > 0.01
    assert measured("improbable", run) == pytest.approx(100 * given)
    both = (teacher * second).argmax(axis=1)
    assert measured("ensemble_right", run) == pytest.approx(100 * np.mean(both == LABELS))


def test_what_a_student_knows_of_digits_it_never_saw():
    run = made_up("3")
    logits, threes = run.logits["distilled"].astype(float), LABELS == 3

    def right(bias: float, of: np.ndarray) -> float:
        return pytest.approx(100 * ((logits + bias * np.eye(10)[3]).argmax(1) == LABELS)[of].mean())

    best = measured("best_bias", run)
    assert measured("omitted_right", run) == right(0, threes)
    assert measured("omitted_right_biased", run) == right(best, threes)
    assert measured("omitted_right_with:2.5", run) == right(2.5, threes)
    assert measured("right_biased", run) == right(best, LABELS >= 0)
    assert measured("right_with:2.5", run) == right(2.5, LABELS >= 0)
    others = [measured(f"right_with:{bias}", run) for bias in np.linspace(-5, 5, 101)]
    assert measured("right_biased", run) >= max(others)


def test_a_bias_on_the_digits_it_saw_leaves_the_others_alone():
    run = made_up("01234569")
    logits = run.logits["distilled"].astype(float)
    logits[np.arange(10_000), LABELS] += 3
    logits[:, [7, 8]] += 4  # as of a student that has seen nothing else
    run.logits["distilled"] = logits
    assert measured("best_bias_of_seen", run) == pytest.approx(-4, abs=0.5)
    assert measured("right_with_seen_biased", run) > 100 * (logits.argmax(1) == LABELS).mean() + 1


def made_up_course(epochs: int, looks: dict[int, tuple[float, float]]) -> MeasuredRun:
    """A run that was looked at after some epochs. looks: epoch → accuracy of distilled and scratch."""
    history = [
        {"model": model, "epoch": epoch, "val_accuracy": looks[epoch][place] if epoch in looks else None}
        for place, model in enumerate(("distilled", "scratch"))
        for epoch in range(1, epochs + 1)
    ]
    teacher = {"model": "teacher", "epoch": 1, "val_accuracy": 0.5}
    return MeasuredRun(RunConfig(epochs=epochs), {}, dict, dict, [teacher, *history])


@pytest.mark.parametrize(
    ("looks", "gain"),
    [
        ({160: (0.80, 0.70), 200: (0.85, 0.72)}, 3.0),
        ({149: (0.1, 0.9), 166: (0.80, 0.70), 200: (0.81, 0.73)}, -2.0),  # evenly spaced ones
        ({140: (0.80, 0.70), 200: (0.85, 0.72)}, np.nan),  # not near enough
        ({}, np.nan),
    ],
)
def test_what_the_last_fifth_changes_is_the_gain_at_the_end_less_that_before_it(looks, gain):
    assert measured("late_gain", made_up_course(200, looks)) == pytest.approx(gain, nan_ok=True)


class Constant:
    """A network that takes everything for one digit, but a picture with a white corner for another."""

    def __init__(self, digit: int, in_white: int):
        self._digits = digit, in_white

    def logits(self, pictures):
        assert pictures.shape[1:] == (28, 28, 1)
        assert pictures.max() <= 1
        return np.eye(10)[np.where(pictures[:, 0, 0, 0] > 0.9, self._digits[1], self._digits[0])]


def test_what_is_right_of_changed_pictures_is_measured_of_every_fifth(mnist):
    labels = mnist.y_test[::5]
    models = {"distilled": Constant(1, 7), "scratch": Constant(2, 2)}
    run = MeasuredRun(RunConfig(), {}, dict, lambda: models)
    share = {digit: 100 * float(np.mean(labels == digit)) for digit in range(10)}
    assert measured("right_plain", run) == pytest.approx(share[1])
    assert measured("right_inverted", run) == pytest.approx(share[7])
    assert measured("gain_plain", run) == pytest.approx(share[1] - share[2])
    assert measured("gain_inverted", run) == pytest.approx(share[7] - share[2])
    assert measured("scratch_right_thin", run) == pytest.approx(share[2])
    assert changed(mnist.x_test[:1], "inverted")[0, 0, 0] == 255


def test_what_is_not_known_is_nan_parameters_are_those_of_the_record_and_an_unknown_measure_is_refused():
    run = made_up("")  # no digit is left out
    assert np.isnan(measured("omitted_right", run))
    assert np.isnan(measured("best_bias", run))
    run.logits["teacher"][np.arange(10_000), LABELS] += 1_000  # which makes no errors to copy
    assert np.isnan(measured("errors_copied", run))
    assert (measured("parameters", run), measured("teacher_parameters", run)) == (20_490, 1_433_610)
    for ask in (measure, value):
        with pytest.raises(ValueError, match=r"There is no measure 'luck': use .*parameters"):
            ask("luck")


def test_a_measure_is_computed_once_a_run_and_kept(fake_lab, monkeypatch):
    run_id = fake_lab.finished(RunConfig(teacher="notebook", train_size=320, epochs=1))
    teacher = fake_lab.runs[run_id].test_logits()["teacher"].argmax(1)
    agreement = pytest.approx(100 * np.mean(teacher == np.arange(10_000) % 10))  # of what this engine makes
    assert fake_lab.runs[run_id].measured("agreement") == agreement
    monkeypatch.setattr(Run, "test_logits", lambda run: pytest.fail("read again"))
    assert fake_lab.runs[run_id].measured("agreement") == agreement


def test_what_was_measured_of_an_earlier_result_does_not_count(fake_lab):
    runs, run_id = fake_lab.store.runs, save(fake_lab.store)
    for each in (run_id, RunConfig().run_id):  # one of one's own, and one that comes with the project
        runs.save_measures(each, {"agreement": 5.0})
        assert runs.measures(each) == {"agreement": 5.0}
    save(fake_lab.store)
    assert runs.measures(run_id) == {}
