"""Lessons and sentences are true of the run that is shown, whatever its students learn from."""

import pandas as pd
import pytest

from kd.config import RunConfig
from kd.distillation.objectives import OBJECTIVES
from kd.runs.state import RunView
from ui.shared import shown
from ui.train import explore, playback


@pytest.mark.parametrize(
    ("changes", "said", "unsaid"),
    [
        ({}, ["see the same pictures in the same order", "told what its teacher thinks"], ["At α = 1"]),
        ({"labelled": 100}, ["Scratch sees only the pictures that have labels"], ["see the same pictures"]),
        ({"objective": "virtual_teacher"}, ["Neither has a teacher"], ["told what its teacher thinks"]),
        ({"alpha": 1.0}, ["At α = 1 the distilled student learns from the labels alone"], ["told what"]),
        (
            {"label_noise": 0.4, "omitted_digits": "38", "baseline": "label_smoothing"},
            ["Of the labels, 40 % are", "pictures of 3 and 8 are left out", "Scratch's labels are smoothed"],
            [],
        ),
    ],
)
def test_the_lesson_says_what_sets_this_runs_students_apart(changes, said, unsaid):
    words = explore.same_network(RunConfig(**changes))
    assert words.startswith("Both students are the same network")
    assert all(each in words for each in said)
    assert not any(each in words for each in unsaid)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_formula_is_that_of_the_runs_objective(name):
    objective, (formula, symbols) = OBJECTIVES[name], explore.formula(RunConfig(objective=name))
    assert (r"\text{KL}" in formula) is (name == "soft_targets")
    if name != "soft_targets":
        assert all(label in symbols for label in (*objective.term_labels.values(), objective.label))
        assert objective.source in symbols
    assert ("9 here" in symbols) is (name == "standardized")


def view(teacher=1_000_000, student=20_000, **changes):
    config = RunConfig(epochs=3, **changes)
    result = {"teacher": {"parameters": teacher}, "distilled": {"parameters": student}}
    return RunView(config.run_id, config, "finished", "done", result=result)


def test_home_shows_only_runs_that_are_as_it_describes_them():
    assert shown.is_plain(view())
    assert shown.is_plain(view(student_width=1))
    assert not shown.is_plain(view(teacher=30_000))
    for changes in ({"alpha": 0.0}, {"alpha": 1.0}, {"objective": "virtual_teacher"}, {"labelled": 100}):
        assert not shown.is_plain(view(**changes))


@pytest.mark.parametrize(
    ("distilled", "scratch", "said"),
    [
        ({0.25: 0.9, 1.0: 0.9}, {0.25: 0.3, 1.0: 0.9}, "{when}, both students read most pictures."),
        ({0.25: 0.9, 0.5: 0.9}, {0.25: 0.3, 0.5: 0.9}, "before the first epoch is half over, both students"),
        ({0.25: 0.9, 1.0: 0.9}, {0.25: 0.3, 1.0: 0.3}, "at no time do both students read most of them."),
        ({5.0: 0.9, 9.0: 0.9}, {5.0: 0.9, 9.0: 0.9}, "after epoch 5, the first point here, both students"),
        ({5.0: 0.9}, {5.0: 0.9}, "So short a training is looked at only once, at its end"),
    ],
)
def test_when_most_is_learned_is_read_off_the_run(distilled, scratch, said):
    courses = {"distilled": distilled, "scratch": scratch}
    rows = [(model, *point) for model, course in courses.items() for point in course.items()]
    table = pd.DataFrame(rows, columns=["model", "time", "accuracy"])
    assert said.format(when="after epoch 1") in playback.most_is_learned(table)
