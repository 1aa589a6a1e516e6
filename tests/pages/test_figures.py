"""What the page says about its figures."""

from hypothesis import example, given
from hypothesis import strategies as st

from kd.config import FIELD_TYPES, FIELDS, RunConfig
from ui.shared.run_words import setting


def _values(name: str):
    spec, kind = FIELDS[name], FIELD_TYPES[name]
    if spec.choices:
        return st.sampled_from(spec.choices)
    if kind is bool:
        return st.booleans()
    if spec.digits:
        return st.text("0123456789", max_size=4)
    steps = st.integers(0, 20).map(lambda step: min(spec.minimum + step * spec.step, spec.maximum))
    return steps.map(kind)


def _without_contradictions(fields: dict) -> RunConfig:
    fields = {**fields, "labelled": max(1, fields.get("labelled", 60_000))}
    if fields.get("objective") == "attention":
        fields |= {"student": "convolutional", "alpha": max(0.1, fields.get("alpha", 0.1)), "shift": 0}
    return RunConfig(**fields)


configs = st.fixed_dictionaries({}, optional={name: _values(name) for name in FIELDS}).map(
    _without_contradictions
)


@given(configs, configs)
@example(RunConfig(objective="virtual_teacher"), RunConfig(objective="virtual_teacher", teacher="notebook"))
def test_two_runs_read_alike_only_when_they_are_the_same(one, other):
    assert (setting(one) == setting(other)) is (one.run_id == other.run_id)
