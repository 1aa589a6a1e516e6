"""A place that trains no teachers, or nothing at all, and one that keeps nothing."""

from __future__ import annotations

import pytest

from kd.config import PRESETS, RunConfig
from kd.lab import Lab
from kd.lab.offers import KEEPS_NOTHING, NO_TEACHERS, NO_TRAINING, TOO_MUCH_SAID
from kd.runs.courses import COMING
from kd.studies.study import Study
from tests.cli.test_cli import run
from tests.fake_engine import FakeEngine

FRESH = RunConfig(teacher="fresh", teacher_epochs=1, epochs=1)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A lab that is opened with these variables."""
    labs = []

    def open_lab(**variables: str) -> Lab:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        labs.append(Lab(tmp_path, FakeEngine()))
        return labs[-1]

    yield open_lab
    for lab in labs:
        lab.close()


def test_without_teachers_only_what_needs_a_new_one_is_refused_wherever_it_is_asked_for(place, tmp_path):
    lab = place(KD_TEACHERS="0")
    study = Study(RunConfig(epochs=1), {"teacher": ("strong", "fresh")}, 2)
    for ask in (
        lambda: lab.train(FRESH),
        lambda: lab.studies.start(study),
        lambda: lab.seeds.more(FRESH, 2),
        lambda: lab.classes.open("digits;seeds:teacher=fresh"),
    ):
        with pytest.raises(ValueError, match=f"^{NO_TEACHERS}$"):
            ask()
    done = run("train", "--teacher", "fresh", home=tmp_path)
    assert (done.returncode, NO_TEACHERS in " ".join(done.stderr.split())) == (2, True)
    assert lab.train(RunConfig(epochs=1)).wait(60).status == "finished"
    assert not lab.offers.words()


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({"objective": "attention", "train_size": 3_900}, True),
        ({"objective": "attention", "train_size": 4_000}, False),
        ({"shift": 2, "train_size": 4_000}, True),
        ({"shift": 2, "train_size": 4_001}, False),
        ({"shift": 2, "fixed_teaching": True, "train_size": 60_000}, True),
    ],
)
def test_without_teachers_what_one_says_may_not_fill_the_memory(place, changes, fits):
    config = RunConfig(seed=77, **changes)
    assert place(KD_TEACHERS="0").offers.refusal([config]) == ("" if fits else TOO_MUCH_SAID)
    assert not place(KD_TEACHERS="1").offers.refusal([config])


def test_one_answer_an_image_is_never_too_much(place, monkeypatch):
    monkeypatch.setattr("kd.lab.offers.MOST_NUMBERS", 1)
    assert not place(KD_TEACHERS="0").offers.refusal([RunConfig(seed=77)])


def test_a_teacher_that_is_stored_serves_all_the_same(place, monkeypatch):
    before = place()
    assert before.train(FRESH).wait(60).status == "finished"
    before.close()
    lab = place(KD_TEACHERS="0")
    assert lab.train(FRESH).view().status == "finished"
    assert lab.train(FRESH.replace(alpha=0.5)).wait(60).status == "finished"
    assert lab.offers.refusal([FRESH.replace(seed=1)]) == NO_TEACHERS


def test_a_demonstration_trains_nothing_and_shows_what_is_included(place):
    lab = place(KD_DEMO="1", KD_AHEAD="1")
    for preset in ("default", "many_images"):
        assert lab.train(preset).view().status == "finished"
    new = RunConfig(epochs=1)
    for ask in (
        lambda: lab.train(new),
        lambda: lab.studies.start(Study(new, {}, 2)),
        lambda: lab.experiment("how_many_images").start(),
        lambda: lab.classes.open("guess;map"),
    ):
        with pytest.raises(ValueError, match=f"^{NO_TRAINING}$"):
            ask()
    assert lab.classes.open("guess;digits").code
    default = PRESETS["default"].config
    lab.warm_up()
    lab.courses.want([default.run_id])
    assert lab.courses.state(default.run_id) != COMING
    assert not lab.ahead.goes_on_with(default)
    assert not lab.ahead._may_compute(default.replace(seed=7))
    assert not lab._warmed.is_set()
    assert not lab._engine.begun
    assert lab.offers.words() == [NO_TRAINING]


def test_a_place_that_keeps_nothing_says_so(place):
    assert place(KD_KEEPS="0").offers.words() == [KEEPS_NOTHING]


@pytest.mark.parametrize("name", ["KD_TEACHERS", "KD_DEMO", "KD_KEEPS"])
def test_a_switch_that_is_neither_is_named(place, name):
    with pytest.raises(ValueError, match=f"^{name} must be 0 or 1, got 'some'.$"):
        place(**{name: "some"})
