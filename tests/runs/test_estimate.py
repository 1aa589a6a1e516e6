"""The estimate: what each step, image and evaluation of a run costs, and how fast this machine is."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from kd.lab import Lab
from kd.networks.architectures import Architecture
from kd.runs.estimates import TYPICAL, Speed, measured_speed
from kd.training.costs import eval_epochs
from ui.shared.server import is_quick
from ui.train.train_button import SECONDS_OF_A_LONG_RUN

SLOW = 2.0
STUDENT = Architecture("convolutional", 16).costs
TEACHER = Architecture("convolutional", 256).costs


def result_of(config: RunConfig, slower: float, teacher: float | None = None) -> dict:
    """The result of a run on a machine that is this many times slower than the typical costs say."""
    steps, looks = -(-config.train_size // config.batch_size), len(eval_epochs(config, "distilled"))
    trained = config.epochs * (steps * STUDENT.step + config.train_size * STUDENT.image)
    student = {"seconds": slower * (trained + looks * STUDENT.look), "looks": looks}
    return {
        "distilled": student,
        "scratch": {name: 0.9 * value for name, value in student.items()},
        "teacher": {"cached": teacher is None, "seconds": teacher or 100.0},
    }


def test_steps_images_and_looks_count_and_a_long_run_for_more_than_a_short_one():
    short, long = RunConfig(epochs=1, train_size=100), RunConfig(epochs=100, train_size=60_000)
    speed = measured_speed([(short, result_of(short, 10.0)), (long, result_of(long, 3.0))])
    assert speed.student == pytest.approx(3.0, rel=0.02)
    assert measured_speed([(short, result_of(short, 10.0))]).student < 2
    # 100 epochs of 100 images are half evaluation; 60 of 10,000 are mostly training
    for changes in ({"batch_size": 1}, {"batch_size": 1024}, {"train_size": 100, "epochs": 100}):
        asked = RunConfig(**{"epochs": 60, "train_size": 10_000, **changes})
        expected = speed.student * result_of(asked, 1.0)["distilled"]["seconds"]
        assert speed.estimate(asked, False).students == pytest.approx(expected)


def test_a_teacher_is_estimated_from_earlier_teachers_or_from_typical_costs():
    fresh = RunConfig(teacher="fresh", teacher_epochs=5, teacher_train_size=10_000, train_size=10_000)
    nominal = 5 * (313 * TEACHER.step + 10_000 * TEACHER.image + TEACHER.look)
    answers = 2 * TEACHER.look  # for 10,000 training and 10,000 test images
    students = RunConfig(epochs=100, train_size=60_000)
    unmeasured = measured_speed([(students, result_of(students, SLOW))])
    said = unmeasured.estimate(fresh, True).teacher
    assert said == pytest.approx(SLOW * (nominal + answers), rel=0.02)
    measured = measured_speed([(fresh, result_of(fresh, SLOW, teacher=7 * nominal))])
    assert measured.estimate(fresh, True).teacher == pytest.approx(7 * (nominal + answers))
    assert measured.estimate(fresh, False).teacher == 0
    tiny = fresh.replace(teacher_epochs=1, teacher_train_size=320)
    assert TYPICAL.estimate(tiny, True).teacher < 5


def test_a_caller_that_must_not_wait_gets_the_last_value_read(tmp_path, monkeypatch):
    lab, run = Lab(tmp_path), (RunConfig(), result_of(RunConfig(), SLOW))
    assert measured_speed([]) is None
    monkeypatch.setattr(lab.estimates, "_newest", lambda: [run])
    assert lab.estimates.model(RunConfig(), "scratch") is None
    said = lab.estimate(RunConfig())
    assert lab.estimates.seconds(RunConfig()) == said.total > TYPICAL.estimate(RunConfig(), False).total
    assert lab.estimates.model(RunConfig(), "scratch") > TYPICAL.model_seconds(RunConfig(), "scratch")


def test_a_run_is_long_or_quick_before_anything_was_measured_and_afterwards(tmp_path):
    lab = Lab(tmp_path)
    days = RunConfig(epochs=100, train_size=60_000, batch_size=1)
    assert lab.estimate(days) is None
    for config in (days, RunConfig(teacher="fresh", teacher_epochs=100)):
        assert lab.estimates.seconds(config) > SECONDS_OF_A_LONG_RUN
    for config in (RunConfig(epochs=60), RunConfig()):
        assert lab.estimates.seconds(config) < SECONDS_OF_A_LONG_RUN
    assert is_quick(lab, RunConfig())  # it came with the project
    assert is_quick(lab, RunConfig(seed=5))
    many = RunConfig(train_size=60_000, epochs=50)
    assert not is_quick(lab, many)
    lab.estimates._speed, lab.estimates._is_read = Speed(0.01), True
    assert is_quick(lab, many)
    lab.estimates._speed = Speed(100.0)
    assert not is_quick(lab, RunConfig(seed=5))
    assert is_quick(lab, RunConfig())
    lab.close()


def test_a_teacher_that_is_asked_about_other_pictures_takes_its_time():
    plain = RunConfig(train_size=2_000, labelled=100)
    usual = Speed(SLOW).estimate(plain, False)
    for changes, pictures in (
        ({"shift": 2}, 25 * 2_000),
        ({"shift": 1, "unlabelled_pictures": "noise"}, 9 * 2_000),
        ({"unlabelled_pictures": "shuffled"}, 2_000),
        ({"shift": 2, "fixed_teaching": True}, 0),
    ):
        asked = Speed(SLOW).estimate(plain.replace(**changes), False)
        assert asked.teacher == pytest.approx(SLOW * TEACHER.look * pictures / 10_000)
        assert asked.students == usual.students
