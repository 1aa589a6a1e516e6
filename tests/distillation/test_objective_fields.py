"""An objective's own fields: part of every RunConfig, and of the names of its own runs alone; α and T."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kd.config import FIELD_TYPES, FIELDS, RunConfig
from kd.config.fields import RunFields
from kd.distillation.objectives import OBJECTIVES
from kd.distillation.objectives.objective import checked_alpha, checked_temperature

OWN = [(name, own) for name, objective in OBJECTIVES.items() for own in objective.own_fields()]
IDS = [f"{name}-{own.name}" for name, own in OWN]


def another_value(own: dataclasses.Field):
    return not own.default if isinstance(own.default, bool) else own.metadata["spec"].maximum


def test_names_of_own_fields_are_nobody_elses():
    names = [own.name for _, own in OWN]
    names += [field.name for field in dataclasses.fields(RunFields)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "own"), OWN, ids=IDS)
def test_an_own_field_is_a_runs_and_counts_for_its_objective_alone(name, own):
    assert FIELDS[own.name].label == own.metadata["spec"].label
    assert FIELD_TYPES[own.name] is type(own.default)
    assert getattr(RunConfig(objective=name).objective_values(), own.name) == own.default
    changed = {own.name: another_value(own)}
    for objective in OBJECTIVES:
        run = RunConfig(objective=objective)
        other = run.replace(**changed)
        assert run.counts(own.name) == (objective == name)
        assert (run.run_id != other.run_id) == (objective == name)
        assert (run.model_ids["distilled"] != other.model_ids["distilled"]) == (objective == name)
        assert run.model_ids["scratch"] == other.model_ids["scratch"]
        assert run.teacher_id == other.teacher_id
    assert getattr(RunConfig(objective=name, **changed).objective_values(), own.name) == changed[own.name]
    alone = RunConfig(objective=name, alpha=1.0)  # without the teacher's part
    assert not alone.counts(own.name)
    assert alone.replace(**changed).run_id == alone.run_id


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_temperature_names_only_what_it_changes(name):
    run, objective = RunConfig(objective=name), OBJECTIVES[name]
    for field, value, used in (
        ("temperature", 7.0, objective.uses_temperature),
        ("temperature_squared", False, objective.uses_temperature_squared),
        ("teacher", "notebook", objective.uses_teacher),
    ):
        other = run.replace(**{field: value})
        assert (run.model_ids["distilled"] != other.model_ids["distilled"]) == used


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("target_weight", -1, "between 0 and 100"),
        ("intra_weight", "much", "a number between 0 and 100"),
        ("published_weight", 9, "true or false"),
        ("virtual_confidence", 1.01, "between 0.1 and 1"),
        ("attention_weight", 1e9, "between 0 and 100000"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(field, value, allowed):
    with pytest.raises(ValueError, match=field) as caught:
        RunConfig(**{field: value})
    assert str(caught.value) == f"{field} must be {allowed}, got {value!r}."


def test_a_run_without_a_teacher_needs_none():
    run = RunConfig(objective="virtual_teacher")
    assert not run.learns_from_teacher
    assert "teacher" not in run.model_identity("distilled")


@pytest.mark.parametrize(
    ("check", "allowed", "refused"),
    [
        (checked_alpha, [0, 1, np.float32(0.5)], [-0.01, 1.01, float("nan"), "0.5", None, True]),
        (checked_temperature, [0.1, np.int64(100)], [0, -1, float("inf"), "4", None, True]),
    ],
)
def test_alpha_and_temperature_come_back_as_floats_or_are_named(check, allowed, refused):
    for value in allowed:
        assert type(check(value)) is float
        assert check(value) == value
    for value in refused:
        with pytest.raises(
            ValueError, match=rf"^(alpha|temperature) must be a .*number .*, got {value!r}\.$"
        ):
            check(value)
