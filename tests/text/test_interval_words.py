"""What an interval covers: whatever a seed decides is drawn anew, and everything else is fixed."""

from __future__ import annotations

import pytest

from kd.config import RunConfig
from kd.text.verdicts import covers


@pytest.mark.parametrize(
    ("changes", "drawn", "fixed"),
    [
        ({"pictures": "drawn"}, {"the training images"}, {"the included teacher", "MNIST"}),
        ({"pictures": "first"}, set(), {"the training images", "the included teacher", "MNIST"}),
        ({"train_size": 60_000}, set(), {"the training images", "the included teacher", "MNIST"}),
        ({"teacher": "fresh"}, {"the training images", "the teacher"}, {"MNIST"}),
        ({"objective": "virtual_teacher"}, {"the training images"}, {"MNIST"}),
    ],
)
def test_what_a_seed_decides_is_drawn_anew_and_the_rest_is_fixed(changes, drawn, fixed):
    first, taken, last = covers(RunConfig(**changes)).split(". ")
    things = {"the training images", "the teacher", "the included teacher", "MNIST"}
    assert {thing for thing in things if thing in first} == drawn
    assert {thing for thing in things if thing in last} == fixed
    assert "the initial weights" in first
    assert "test set" in taken
