"""A run in one line: what is usual about it, and everything that is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kd.config import FIELD_TYPES, FIELDS, RunConfig
from ui.shared.run_words import setting

USUAL = "α 0.1 · T 10 with T² · strong teacher · 40 epochs · 500 images"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, USUAL),
        ({"mistake": "no_t_squared"}, f"{USUAL} · a mistake: without T²"),
        (
            {"epochs": 1500, "train_size": 60_000, "batch_size": 1000, "seed": 3},
            USUAL.replace(
                "40 epochs · 500 images", "1,500 epochs · 60,000 images · batches of 1,000 · seed 3"
            ),
        ),
        ({"student": "linear", "student_width": 1}, f"{USUAL} · linear student"),
        ({"student": "dense", "student_units": 1024}, f"{USUAL} · student with 1,024 hidden units"),
        ({"student_width": 1}, f"{USUAL} · student with 1 filter"),
        (
            {"labelled": 100, "omitted_digits": "378", "label_noise": 0.55, "baseline": "label_smoothing"},
            f"{USUAL} · 100 labels · without 3, 7 and 8 · 55 % of the labels drawn at random"
            " · scratch with smoothed labels",
        ),
        ({"teacher": "d041a7e82f5c"}, USUAL.replace("strong teacher", "teacher d041a7e82f5c")),
        (
            {"teacher": "fresh", "teacher_width": 8, "teacher_epochs": 1, "teacher_label_smoothing": 0.1},
            USUAL.replace("strong teacher", "fresh teacher (1 epoch, 8 filters, labels smoothed by 0.1)"),
        ),
        ({"objective": "logit_matching"}, "α 0.1 · strong teacher · 40 epochs · 500 images · Logit matching"),
        (
            {"objective": "virtual_teacher", "virtual_confidence": 0.9},
            "α 0.1 · T 10 · 40 epochs · 500 images · Virtual teacher · The virtual teacher's confidence: 0.9",
        ),
        (
            {"objective": "standardized", "published_weight": False},
            f"{USUAL} · Standardised logits · Weight 9, as published: off",
        ),
        ({"alpha": 1.0, "objective": "relations"}, USUAL.replace("α 0.1", "α 1")),
    ],
)
def test_a_setting_says_what_is_not_as_usual(changes, said):
    assert setting(RunConfig(**changes)) == said


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


@pytest.mark.parametrize("name", FIELDS)
@settings(max_examples=10)
@given(st.fixed_dictionaries({}, optional={name: _values(name) for name in FIELDS}), st.data())
def test_two_runs_read_alike_only_when_they_are_the_same(name, fields, data):
    one = _without_contradictions(fields)
    other = _without_contradictions({**fields, name: data.draw(_values(name))})
    assert (setting(one) == setting(other)) is (one.run_id == other.run_id)
