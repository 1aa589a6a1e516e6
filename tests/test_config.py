"""RunConfig: names, ranges, conversion, presets."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kd.config import FIELDS, PRESETS, RunConfig


def test_the_notebook_preset_is_the_notebook_to_the_letter():
    config = PRESETS["notebook"].config
    assert (config.alpha, config.temperature, config.temperature_squared) == (0.1, 10.0, False)
    assert (config.epochs, config.train_size, config.batch_size) == (3, 10_000, 32)
    assert (config.teacher_epochs, config.teacher_train_size) == (5, 10_000)


def test_the_default_preset_is_where_distillation_shows():
    config = PRESETS["default"].config
    assert (config.teacher, config.train_size, config.epochs) == ("strong", 10_000, 10)
    assert (config.alpha, config.temperature, config.temperature_squared) == (0.1, 4.0, True)


def test_the_name_follows_the_content():
    config = RunConfig(alpha=0.5)
    assert config.run_id == RunConfig.from_mapping({"alpha": "0.5"}).run_id
    assert config.run_id == RunConfig.from_mapping(json.loads(json.dumps(config.to_dict()))).run_id
    assert len({RunConfig(alpha=a / 100).run_id for a in range(101)}) == 101


def test_fields_of_a_fresh_teacher_count_only_for_a_fresh_teacher():
    assert RunConfig(teacher_epochs=3).run_id == RunConfig(teacher_epochs=4).run_id
    fresh = RunConfig(teacher="fresh", teacher_epochs=3)
    assert fresh.run_id != fresh.replace(teacher_epochs=4).run_id
    assert fresh.teacher_id == fresh.replace(alpha=0.9).teacher_id


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("alpha", 1.0001, "between 0 and 1"),
        ("alpha", -0.1, "between 0 and 1"),
        ("alpha", float("nan"), "a number between 0 and 1"),
        ("alpha", None, "a number between 0 and 1"),
        ("temperature", 0, "between 0.1 and 100"),
        ("temperature", float("inf"), "a number between 0.1 and 100"),
        ("train_size", 60_001, "between 10 and 60,000"),
        ("train_size", 12.5, "a whole number between 10 and 60,000"),
        ("epochs", 0, "between 1 and 100"),
        ("teacher", "genius", "one of strong, notebook, fresh"),
        ("teacher", ["strong"], "one of strong, notebook, fresh"),
        ("temperature_squared", "perhaps", "true or false"),
        ("seed", 2**31, "between 0 and 2,147,483,647"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(field, value, allowed):
    with pytest.raises(ValueError, match=field) as caught:
        RunConfig(**{field: value})
    assert str(caught.value) == f"{field} must be {allowed}, got {value!r}."


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("value", ["x" * 3000, ["x"] * 3000, "[Reload](https://example.org)" * 100])
def test_a_message_quotes_the_beginning_of_a_long_value(field, value):
    with pytest.raises(ValueError, match=field) as caught:
        RunConfig(**{field: value})
    assert "…" in str(caught.value)
    assert len(str(caught.value)) < 130
    with pytest.raises(ValueError, match="is not a field") as caught:
        RunConfig.from_mapping({str(value): 1})
    assert len(str(caught.value)) < 250


def test_minus_zero_is_zero():
    assert RunConfig(alpha=-0.0).run_id == RunConfig(alpha=0.0).run_id
    assert RunConfig.from_mapping({"alpha": "-0"}).run_id == "e61244dc9124"


def test_an_unknown_field_is_named():
    with pytest.raises(ValueError, match="'alhpa' is not a field"):
        RunConfig.from_mapping({"alhpa": 1})


@given(
    st.sampled_from(list(FIELDS)),
    st.one_of(
        st.text(), st.floats(), st.integers(), st.none(), st.booleans(), st.binary(), st.lists(st.text())
    ),
)
def test_any_value_is_taken_or_refused_in_one_sentence(field, value):
    try:
        config = RunConfig(**{field: value})
    except ValueError as error:
        message = str(error)
        assert message.startswith(f"{field} must be ")
        assert "\n" not in message
    else:
        spec = FIELDS[field]
        if spec.minimum is not None:
            assert spec.minimum <= getattr(config, field) <= spec.maximum
        assert RunConfig.from_mapping(config.to_dict()) == config
