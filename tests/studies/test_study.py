"""A study: its cells, its seeds and its name; and what is refused before anything starts."""

import json

import pytest

from kd.base.data_sets import find
from kd.config import RunConfig
from kd.studies.study import MOST_RUNS, Study

BASE = RunConfig(teacher="notebook", train_size=100, epochs=1)


def test_its_runs_are_all_cells_with_each_seed():
    study = Study(BASE.replace(seed=7), {"alpha": [0.1, 0.5], "temperature": [1, 4, 20]}, seeds=3)
    runs = [config for _cell, config in study.runs()]
    assert study.size == len(runs) == 18
    assert len({config.run_id for config in runs}) == 18
    assert [config.seed for config in runs] == [7] * 6 + [8] * 6 + [9] * 6
    assert [config.alpha for config in runs[:6]] == [0.1, 0.1, 0.1, 0.5, 0.5, 0.5]
    assert [config.temperature for config in runs[:3]] == [1.0, 4.0, 20.0]
    assert all(config.train_size == 100 for config in runs)


def test_a_scratch_student_is_shared_by_every_cell_that_does_not_change_it():
    study = Study(BASE, {"alpha": [0.1, 0.5], "temperature": [1, 4, 20]}, seeds=3)
    models = [config.model_ids for _cell, config in study.runs()]
    assert len({ids["scratch"] for ids in models}) == 3
    assert len({ids["distilled"] for ids in models}) == 18
    against = Study(study.base, study.axes, baseline={"alpha": "0.5", "temperature": 4})
    assert against.baseline == {"alpha": 0.5, "temperature": 4.0}


def test_the_same_question_has_the_same_name():
    study = Study(BASE, {"temperature": [1, 4.0]}, seeds=2)
    same = Study(BASE.replace(temperature=9.0), {"temperature": ["1", "4"]}, seeds=2)
    assert study.study_id == same.study_id
    assert Study.from_mapping(json.loads(json.dumps(study.to_dict()))) == study
    others = [
        Study(BASE, {"temperature": [1, 4]}, seeds=3),
        Study(BASE, {"temperature": [1, 5]}, seeds=2),
        Study(BASE.replace(alpha=0.5), {"temperature": [1, 4]}, seeds=2),
        Study(BASE, {"temperature": [1, 4]}, seeds=2, baseline={"temperature": 1}),
    ]
    assert len({study.study_id, *(other.study_id for other in others)}) == 5


@pytest.mark.parametrize(
    ("axes", "more", "sentence"),
    [
        ({"temprature": [1]}, {}, "'temprature' is not a field of a run: did you mean temperature"),
        ({"temperature": []}, {}, "The axis temperature has no values: give at least one."),
        ({"temperature": [4, "4.0"]}, {}, "The axis temperature has 4.0 twice: give each value once."),
        ({"temperature": "1,4"}, {}, "The values of temperature must be a list, got '1,4'."),
        ({"seed": [1, 2]}, {}, "seed is no axis: say how many seeds each cell gets."),
        ({"omitted_digits": ["A", "B"]}, {"base": BASE.on(find("letters").id)},
         "omitted_digits is an axis for MNIST alone: names of classes have commas between them, as values "),
        ({"temperature": [1, 4]}, {"base": BASE.replace(alpha=1.0)},
         "temperature has no effect here: alpha is 1, so the student learns from the labels alone."),
        ({"teacher_epochs": [1, 4]}, {},
         "teacher_epochs has no effect here: the teacher notebook is not trained for this study."),
        ({"student_units": [16, 32]}, {},
         "student_units has no effect here: it does not apply to this student or this number of images."),
        ({"temperature": [1, 4]}, {"seeds": "many"},
         "seeds must be a whole number between 1 and 1,000, got 'many'."),
        ({"temperature": range(1, 11), "alpha": [a / 100 for a in range(0, 100, 5)]}, {"seeds": 11},
         "This study has 2,200 runs, and 2,000 are the most allowed: take fewer values or fewer seeds."),
        ({"temperature": [1, 4]}, {"seeds": 2, "base": BASE.replace(seed=2**31 - 1)},
         "seed must be between 0 and 2147483647, got 2147483648."),
        ({"temperature": [1, 4]}, {"baseline": "teacher"},
         "The baseline must be scratch or a cell, such as temperature=1, got 'teacher'."),
        ({"temperature": [1, 4]}, {"baseline": {"temperature": 2}},
         "The baseline must be one cell of the study, got 'temperature=2.0': give a value of each "),
        ({"labelled": [0, 10]}, {}, "labelled must be at least 1 while alpha gives labels a weight"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_before_anything_starts(axes, more, sentence):
    with pytest.raises(ValueError, match=r"\w") as caught:
        Study(**{"base": BASE, "axes": axes, **more})
    assert str(caught.value).startswith(sentence)


def test_the_largest_study_is_allowed_and_a_field_that_counts_in_some_cells_only():
    values = [0.1 + number / 100 for number in range(MOST_RUNS // 10)]
    assert Study(BASE, {"temperature": values, "alpha": [0.5, 1.0]}, seeds=5).size == MOST_RUNS
