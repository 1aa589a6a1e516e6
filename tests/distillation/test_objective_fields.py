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


def test_names_of_own_fields_are_nobody_elses():
    names = [own.name for _, own in OWN]
    names += [field.name for field in dataclasses.fields(RunFields)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("name", "own"), OWN, ids=IDS)
def test_an_own_field_is_a_runs_and_counts_for_its_objective_alone(name, own):
    assert FIELDS[own.name].label == own.metadata["spec"].label
    assert FIELD_TYPES[own.name] is type(own.default)
    assert getattr(RunConfig(objective=name).objective_values(), own.name) == own.default
    another = not own.default if isinstance(own.default, bool) else own.metadata["spec"].maximum
    changed = {own.name: another}
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
