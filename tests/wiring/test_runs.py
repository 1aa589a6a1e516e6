"""Runs of every kind against plain Keras: what a RunConfig asks, through the very path that a run takes.

The lab trains with its engine, its store and its workers; tests/wiring/plain_run.py repeats each run from its
config alone. Both compute in float32 and add in another order, so sums differ in the last of 24 bits. Adam
turns gradients of any size into steps of about 0.001, so a wrong line moves weights by far more than that.
"""

from __future__ import annotations

import shutil
from functools import cache
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar

from kd.config import FIELDS, RunConfig
from kd.distillation.objectives import OBJECTIVES
from tests import PROJECT
from tests.export.test_notebook import check_repeated
from tests.wiring import plain_run
from tests.wiring.plain_run import Trained
from tests.wiring.runs import BASE, RUNS, WATCHED

PATIENCE = 240
STUDENTS = ("distilled", "scratch")
# Five times and more the largest differences of all these runs: 1.9e-5 in a weight, 4.1e-5 in a logit, and
# 2.7e-5 of a term.
WEIGHTS = {"rtol": 0, "atol": 1e-4}
LOGITS = {"rtol": 0, "atol": 3e-4}
TERMS = {"rel": 2e-4}
FEW = 5  # a wrong line shows in one test image in five, too


# The notebook of one trains its teacher anew; all others are given the lab's.
OWN_TEACHER = "labels alone, another teacher, seed, width and batch size"
# What is in these is in others, too.
CONTAINED = {"soft targets"}
IN_NOTEBOOKS = [name for name, config in RUNS.items() if not config.second_teacher and name not in CONTAINED]


@pytest.fixture(scope="module")
def finished(lab):
    """Trains a run, unless it is there."""

    def finished(config: RunConfig):
        view = lab.train(config).wait(PATIENCE)
        assert view.status == "finished", view.message
        return view

    finished(BASE)  # its models are teachers of others
    return finished


TEACHERS_OWN = (
    *("seed", "generation", "pictures"),
    "batch_size",
    "teacher_width",
    "teacher_epochs",
    "teacher_train_size",
    "teacher_label_smoothing",
)
SCRATCHS_OWN = (
    *("seed", "generation", "pictures", "batch_size", "epochs", "baseline"),
    *("train_size", "labelled", "omitted_digits", "label_noise", "shift"),
    "unlabelled_pictures",
    *("student", "student_width", "student_units", "student_filters"),
)


def some(config: RunConfig, names: tuple[str, ...]) -> dict:
    """These fields of a run."""
    return {name: getattr(config, name) for name in names}


@cache
def plain_teacher(**own) -> Trained:
    return plain_run.fresh_teacher(RunConfig(teacher="fresh", **own))


@cache
def plain_scratch(**own) -> Trained:
    return plain_run.student(SimpleNamespace(**own), "scratch", None)


def teacher_of(config: RunConfig) -> keras.Model:
    """The teacher of a run, trained or read without kd; of two, the mean of what they say."""
    if config.second_teacher:
        alone = config.replace(second_teacher="")
        both = alone, alone.replace(teacher=config.second_teacher)
        images = keras.Input((28, 28, 1))
        return keras.Model(images, keras.layers.average([teacher_of(each)(images)[0] for each in both]))
    if config.teacher == "fresh":
        return plain_teacher(**some(config, TEACHERS_OWN)).model
    if config.teacher == BASE.model_ids["distilled"]:
        return plain(BASE)["distilled"].model
    included = keras.saving.load_model(PROJECT / "data" / "teachers" / f"{config.teacher}.keras")
    model = plain_run.build("convolutional", 256, seed=0)
    model.set_weights(included.get_weights())
    return model


@cache
def plain(config: RunConfig) -> dict[str, Trained]:
    """The models that are trained for this run, by name."""
    trained = {
        "distilled": plain_run.student(config, "distilled", teacher_of(config)),
        "scratch": plain_scratch(**some(config, SCRATCHS_OWN)),
    }
    if config.teacher == "fresh":
        trained["teacher"] = plain_teacher(**some(config, TEACHERS_OWN))
    return trained


@pytest.mark.parametrize("config", RUNS.values(), ids=RUNS)
def test_a_run_is_what_plain_training_makes_of_its_config(finished, lab, mnist, config):
    view, trained = finished(config), plain(config)
    for model, plainly in trained.items():
        record, path = lab.store.models.get(config.model_ids[model])
        assert [event for event in view.history if event["model"] == model] == record["history"]
        check_weights(keras.saving.load_model(path).get_weights(), plainly.model.get_weights())
        check_history(record["history"], plainly)
    stored = lab.runs[config.run_id].test_logits()
    for model, plainly in trained.items():
        expected = plainly.test_logits(len(plainly.course), every=FEW)
        np.testing.assert_allclose(stored[model][::FEW], expected, **LOGITS)
    check_figures(view.result, {name: logits.argmax(axis=1) for name, logits in stored.items()}, mnist.y_test)


@pytest.mark.parametrize("name", IN_NOTEBOOKS)
def test_a_runs_notebook_repeats_it(finished, lab, tmp_path, monkeypatch, name):
    config = RUNS[name]
    finished(config)
    teacher_file = None
    if name != OWN_TEACHER:
        teacher_file = "teacher.keras"
        shutil.copy(lab.store.models.get(config.model_ids["teacher"])[1], tmp_path / teacher_file)
    stored = lab.runs[config.run_id].test_logits()
    check_repeated(config, tmp_path, monkeypatch, teacher_file, stored)


def test_notebooks_repeat_every_objective_and_every_kind_of_data():
    cases = [RUNS[name] for name in IN_NOTEBOOKS]
    assert {case.objective for case in cases} == set(OBJECTIVES)
    # another data set is in tests/export/test_notebook.py
    data = [name for name, spec in FIELDS.items() if spec.group in ("data", "student") and name != "data"]
    assert [name for name in data if len({getattr(case, name) for case in cases}) < 2] == []


def check_weights(found: list[np.ndarray], expected: list[np.ndarray]) -> None:
    for ours, plainly in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, plainly, **WEIGHTS)


def check_history(history: list[dict], plainly: Trained) -> None:
    """Every term of every epoch is reported."""
    # an epoch without a picture to learn from is told of only where the test images are looked at
    told = [n for n, means in enumerate(plainly.epochs, 1) if means["loss"] is not None]
    assert [event["epoch"] for event in history] == (told or [len(plainly.epochs)])
    for event in history:
        means = plainly.epochs[event["epoch"] - 1]
        assert event.keys() == means.keys() | {"event", "model", "epoch", "epochs", "val_accuracy", "seconds"}
        for term, mean in means.items():
            assert event[term] == (None if mean is None else pytest.approx(mean, **TERMS)), term


def check_figures(result: dict, answers: dict[str, np.ndarray], labels: np.ndarray) -> None:
    for model, answer in answers.items():
        assert result[model]["test_accuracy"] == np.mean(answer == labels)
    for name in STUDENTS:
        assert result[name]["agreement"] == np.mean(answers[name] == answers["teacher"])
    distilled, scratch = (answers[name] == labels for name in STUDENTS)
    cells = [[np.sum(one & other) for other in (scratch, ~scratch)] for one in (distilled, ~distilled)]
    comparison, difference = result["comparison"], np.mean(distilled) - np.mean(scratch)
    assert comparison["only_distilled_right"] == cells[0][1]
    assert comparison["only_scratch_right"] == cells[1][0]
    assert comparison["p_value"] == pytest.approx(mcnemar(cells, exact=True).pvalue)
    assert comparison["difference"] == pytest.approx(difference, abs=1e-12)
    assert comparison["low"] <= difference <= comparison["high"]


@pytest.mark.parametrize("name", STUDENTS)
def test_snapshots_are_the_students_at_their_times(finished, lab, mnist, name):
    finished(WATCHED)
    found, trained = lab.runs[WATCHED.run_id].snapshots()[name], plain(WATCHED)[name]
    assert found["times"].tolist() == [2, 4]
    for place, epoch in enumerate([2, 4]):
        weights = np.concatenate([weight.ravel() for weight in trained.course[epoch - 1]])
        # kept in float16, of 11 bits
        np.testing.assert_allclose(found["weights"][place], weights, rtol=2**-11, atol=1e-4)
        logits = trained.test_logits(epoch)
        np.testing.assert_allclose(found["logits"][place], logits, rtol=2**-11, atol=1e-2)
        accuracy = np.mean(logits.argmax(axis=1) == mnist.y_test)
        assert found["accuracies"][place] == pytest.approx(accuracy, abs=5e-4)
    history = [event for event in lab.runs.view(WATCHED.run_id).history if event["model"] == name]
    looks = {event["epoch"]: event["val_accuracy"] for event in history}
    assert [looks[epoch] for epoch in (2, 4)] == found["accuracies"].tolist()
