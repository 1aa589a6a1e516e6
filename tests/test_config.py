"""RunConfig: names, ranges, conversion, presets."""

import json

import pytest

from kd.base.places import DATA
from kd.config import FIELDS, OFFERED, PRESETS, Contradiction, RunConfig, config_of, epochs_for, why_idle
from kd.distillation.mistakes import MISTAKES
from kd.distillation.objectives import OBJECTIVES
from kd.text.words import STUDENTS


def test_the_notebook_preset_is_the_notebook_to_the_letter():
    config = PRESETS["notebook"].config
    assert (config.alpha, config.temperature, config.temperature_squared) == (0.1, 10.0, False)
    assert (config.epochs, config.train_size, config.batch_size) == (3, 10_000, 32)
    assert (config.teacher_epochs, config.teacher_train_size) == (5, 10_000)


def test_the_name_follows_the_content_however_it_is_written():
    config = RunConfig(alpha=0.5)
    assert config.run_id == RunConfig.from_mapping({"alpha": "0.5"}).run_id
    assert config.run_id == RunConfig.from_mapping(json.loads(json.dumps(config.to_dict()))).run_id
    assert len({RunConfig(alpha=a / 100).run_id for a in range(101)}) == 101
    assert RunConfig(alpha=-0.0).run_id == RunConfig(alpha=0.0).run_id
    assert RunConfig.from_mapping({"alpha": "-0"}).run_id == RunConfig(alpha=0.0).run_id
    assert RunConfig(omitted_digits="8378").run_id == RunConfig(omitted_digits="378").run_id


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("alpha", 1.0001, "between 0 and 1"),
        ("alpha", float("nan"), "a number between 0 and 1"),
        ("train_size", 60_001, "between 10 and 60000"),
        ("train_size", 12.5, "a whole number between 10 and 60000"),
        ("teacher", "genius", "one of strong, notebook, fresh or a stored model's id"),
        ("student_width", 3, "one of 1, 2, 4, 8, 16, 32, 64"),
        ("omitted_digits", "3x", "digits such as 3 or 378, or empty"),
        ("omitted_digits", "0123456789", "at most nine of the ten digits"),
        ("temperature_squared", "perhaps", "true or false"),
        ("seed", 2**31, "between 0 and 2147483647"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(field, value, allowed):
    with pytest.raises(ValueError, match=field) as caught:
        RunConfig(**{field: value})
    assert str(caught.value) == f"{field} must be {allowed}, got {value!r}."


def test_what_is_allowed_can_be_typed_as_it_stands_in_any_language(reads):
    reads("pt_BR", {})
    allowed = [FIELDS[name].allowed for name in ("temperature", "train_size")]
    assert allowed == ["between 0.1 and 100", "between 10 and 60000"]


def test_an_unknown_field_is_named_and_nobody_is_offered_one_for_experiments():
    with pytest.raises(ValueError, match="'alhpa' is not a field of a run: did you mean alpha,"):
        RunConfig.from_mapping({"alhpa": 1})
    assert FIELDS.keys() - OFFERED.keys() == {"generation", "mistake", "second_teacher"}
    with pytest.raises(ValueError, match="'mistakes' is not a field of a run") as caught:
        RunConfig.from_mapping({"mistakes": 1})
    assert "mistake," not in str(caught.value)


def test_a_run_is_asked_for_by_its_fields_or_by_the_name_of_a_preset():
    notebook = PRESETS["notebook"]
    assert config_of("notebook") is config_of(notebook) is config_of(notebook.config) is notebook.config
    for nothing in ("nope", 7):
        with pytest.raises(ValueError, match=rf"the name of a preset \(default, .*\), got {nothing!r}"):
            config_of(nothing)


# Ids of runs and teachers that the first version stored: they are in addresses, records and folders.
FIRST_VERSION = {"temperature": 4.0, "epochs": 10, "train_size": 10_000, "pictures": "first"}


def test_what_is_stored_or_included_keeps_its_name():
    for fields, run_id, teacher_id in (
        ({}, "15bc45bacfaf", "strong"),
        ({"teacher": "fresh"}, "f8ff50d5930e", "c2e7633bc3bd"),
        ({"alpha": 0.0}, "e61244dc9124", "strong"),
    ):
        config = RunConfig(**FIRST_VERSION, **fields)
        assert config.run_id == run_id
        assert config.teacher_id == config.model_ids["teacher"] == teacher_id
    for run in (DATA / "runs").iterdir():
        record = json.loads((run / "record.json").read_text())
        config = RunConfig.from_mapping(record["config"])
        assert (config.run_id, config.model_ids) == (run.name, record["models"])


def test_a_record_of_before_there_was_a_choice_is_of_the_first_images():
    fields = {name: value for name, value in RunConfig(seed=2).to_dict().items() if name != "pictures"}
    assert RunConfig.from_record(fields) == RunConfig(seed=2, pictures="first")
    assert RunConfig.from_mapping(fields) == RunConfig(seed=2)
    assert RunConfig.from_record(RunConfig().to_dict()) == RunConfig()


def test_which_images_are_drawn_counts_where_some_are_left_out():
    every = {"train_size": 60_000}
    by_fresh = {**every, "teacher": "fresh"}
    for fields, is_the_same in (
        ({}, False),
        (every, True),
        (by_fresh, False),
        ({**by_fresh, "teacher_train_size": 60_000}, True),
    ):
        drawn, first = RunConfig(**fields), RunConfig(**fields, pictures="first")
        assert (drawn.run_id == first.run_id) is is_the_same
        assert (drawn.model_ids == first.model_ids) is is_the_same


DECIDES = {
    "distilled": {
        **{"alpha": 0.5, "temperature": 7.0, "temperature_squared": False, "teacher": "notebook"},
        **{"permuted_doubts": True, "mistake": "cached_answers", "second_teacher": "0123456789ab"},
    },
    "scratch": {"baseline": "label_smoothing"},
    "both": {
        **{"epochs": 7, "train_size": 700, "batch_size": 7, "seed": 7, "label_noise": 0.5},
        **{"student": "linear", "student_width": 8, "labelled": 50, "omitted_digits": "3", "shift": 1},
        "generation": 2,
    },
    "neither": {
        **{"student_units": 8, "teacher_epochs": 9, "teacher_width": 8, "teacher_train_size": 90},
        **{"fixed_teaching": True, "unlabelled_pictures": "noise"},
    },
}


@pytest.mark.parametrize("model", DECIDES)
def test_a_field_renames_the_models_it_decides_and_no_others(model):
    before = RunConfig()
    for field, value in DECIDES[model].items():
        after = RunConfig(**{field: value})
        changed = {name for name in STUDENTS if before.model_ids[name] != after.model_ids[name]}
        assert changed == {"both": {*STUDENTS}, "neither": set()}.get(model, {model}), field
        assert not changed or after.run_id != before.run_id


@pytest.mark.parametrize(
    ("changes", "idle"),
    [
        ({"shift": 1}, {"alpha": 1.0, "fixed_teaching": True}),
        ({"labelled": 100}, {"objective": "virtual_teacher", "unlabelled_pictures": "noise"}),
        ({"alpha": 1.0}, {"permuted_doubts": True}),
        ({"alpha": 1.0}, {"second_teacher": "0123456789ab"}),
        ({"alpha": 1.0}, {"objective": "decoupled"}),
        ({"objective": "logit_matching"}, {"temperature": 3.0}),
        ({"objective": "standardized"}, {"permuted_doubts": True}),
    ],
)
def test_what_nobody_learns_from_renames_nothing(changes, idle):
    *others, last = idle.items()
    without = RunConfig(**changes, **dict(others))
    assert without.replace(**dict([last])).run_id == without.run_id
    taught = RunConfig(**changes) if others else RunConfig()
    assert taught.replace(**dict([last])).model_ids["distilled"] != taught.model_ids["distilled"]
    assert taught.replace(**dict([last])).model_ids["scratch"] == taught.model_ids["scratch"]


def test_without_the_teachers_part_neither_teacher_nor_temperature_decides():
    alone = RunConfig(alpha=1.0)
    for change in ({"temperature": 7.0}, {"temperature_squared": False}, {"teacher": "notebook"}):
        assert alone.replace(**change).model_ids["distilled"] == alone.model_ids["distilled"]
        assert alone.replace(**change).run_id != alone.run_id


DECIDES_FRESH_TEACHER = {
    **{"seed": 7, "batch_size": 7, "teacher_epochs": 9, "teacher_train_size": 90},
    **{"teacher_width": 8, "teacher_label_smoothing": 0.1},
}
STUDENTS_ALONE = {
    **{"alpha": 0.5, "temperature": 7.0, "temperature_squared": False, "objective": "relations"},
    **{"epochs": 7, "train_size": 700, "label_noise": 0.5, "labelled": 50, "omitted_digits": "3"},
    **{"student": "linear", "student_width": 8, "student_units": 8, "baseline": "label_smoothing"},
}


def test_a_fresh_teachers_name_follows_what_it_is_trained_with_and_nothing_else():
    fresh = RunConfig(teacher="fresh")
    for field, value in (*DECIDES_FRESH_TEACHER.items(), *STUDENTS_ALONE.items()):
        other = fresh.replace(**{field: value})
        assert (other.teacher_id != fresh.teacher_id) == (field in DECIDES_FRESH_TEACHER), field
        if field.startswith("teacher_"):  # it renames its own student, and not the scratch student
            assert other.model_ids["distilled"] != fresh.model_ids["distilled"]
            assert other.model_ids["scratch"] == fresh.model_ids["scratch"]


def test_a_stored_model_teaches_under_its_own_name():
    born_again = RunConfig(teacher=RunConfig().model_ids["distilled"])
    assert born_again.teacher_id == RunConfig().model_ids["distilled"]
    fresh = RunConfig(teacher="fresh")
    assert born_again.replace(teacher=fresh.teacher_id).model_ids == fresh.model_ids


@pytest.mark.parametrize(
    ("fields", "others", "said"),
    [
        ({"alpha": 0.0, "objective": "attention"}, {"alpha": 0.05}, "alpha must be above 0"),
        ({"labelled": 0, "alpha": 0.1}, {"alpha": 0.0}, "labelled must be at least 1"),
        ({"shift": 1, "objective": "attention"}, {"fixed_teaching": True}, "shift must be 0 with"),
        ({"objective": "attention", "student": "dense"}, {"student": "separable"}, "two convolutions"),
    ],
)
def test_fields_that_contradict_each_other_are_refused_and_the_first_is_named(fields, others, said):
    with pytest.raises(Contradiction, match=said) as refused:
        RunConfig(**fields)
    (name, value), *_ = fields.items()
    assert refused.value.field == name
    assert f"got {value!r}" in str(refused.value)
    assert RunConfig(**{**fields, **others})


def test_every_stop_of_a_slider_is_allowed_and_the_default_is_one():
    for name, spec in FIELDS.items():
        stops = list(spec.stops)
        assert stops == sorted(set(stops))
        assert [getattr(RunConfig(**{name: stop}), name) for stop in stops] == stops
        assert not stops or getattr(RunConfig(), name) in stops


def test_epochs_follow_the_images_so_that_as_many_pictures_are_seen():
    expected = {500: 40, 1_000: 20, 60_000: 1, 100: 160, 7_900: 3}
    assert {images: epochs_for(images, 20_000) for images in expected} == expected


def test_a_field_that_makes_no_difference_says_why():
    assert why_idle("temperature", RunConfig(alpha=1)).startswith("No effect at α = 1")
    said = why_idle("temperature", RunConfig(objective="logit_matching"))
    assert said == "No effect: “Logit matching” does without it."


def test_an_objective_has_the_numbers_of_its_run_and_its_fields_decide_the_distilled_student_alone():
    fields = [FIELDS[field.name] for objective in OBJECTIVES.values() for field in objective.own_fields()]
    assert {(spec.group, spec.decides) for spec in fields} == {("objective", ("distilled",))}
    run = RunConfig(objective="decoupled", alpha=0.2, temperature=3.0, nontarget_weight=2.0)
    own = {"target_weight": 1.0, "nontarget_weight": 2.0}
    expected = OBJECTIVES["decoupled"](alpha=0.2, temperature=3.0, scale=9.0, **own)
    assert run.objective_values() == expected
    without = run.replace(temperature_squared=False).objective_values()
    assert without == OBJECTIVES["decoupled"](alpha=0.2, temperature=3.0, scale=1.0, **own)


def test_a_mistake_is_made_with_soft_targets_that_teach_and_renames_no_other_run():
    for change in ({"alpha": 1.0}, {"objective": "decoupled"}):
        without, with_it = RunConfig(**change), RunConfig(mistake="cached_answers", **change)
        assert not with_it.makes_mistake
        assert with_it.run_id == without.run_id
        assert with_it.objective_values() == without.objective_values()
    made = RunConfig(mistake="cached_answers", alpha=0.2)
    assert made.makes_mistake
    assert made.objective_values() == MISTAKES["cached_answers"](alpha=0.2, temperature=10.0, scale=100.0)
    assert not RunConfig().makes_mistake
    assert RunConfig(seed=3, generation=2).training_seed == 203


def test_students_are_equal_only_if_nothing_sets_them_apart():
    alone = RunConfig(alpha=1.0)
    for same in (alone, alone.replace(student="linear", label_noise=0.4, omitted_digits="3")):
        assert same.has_equal_students
    for change in ({"alpha": 0.9}, {"baseline": "label_smoothing"}, {"labelled": 100}):
        assert not alone.replace(**change).has_equal_students
