"""Which runs may be wanted next: other seeds, and the next stops of the page's sliders."""

from __future__ import annotations

import pytest

from kd.config import FIELDS, RunConfig
from kd.lab.ahead import neighbours, with_seeds


@pytest.mark.parametrize(
    ("name", "value", "stops"),
    [
        ("alpha", 0.15, (0.1, 0.2)),
        ("alpha", 0.12, (0.1, 0.15)),
        ("alpha", 0.0, (0.05,)),
        ("alpha", 1.0, (0.95,)),
        ("temperature", 7.0, (6, 8)),
        ("temperature", 100.0, (50,)),
        ("epochs", 40, ()),
        ("objective", 1, ()),
    ],
)
def test_the_next_stops_of_a_slider(name, value, stops):
    assert FIELDS[name].next_stops(value) == stops


def test_a_neighbour_differs_in_one_field():
    setting = RunConfig(alpha=0.5, temperature=4.0)
    assert neighbours(setting, "alpha") == (setting.replace(alpha=0.45), setting.replace(alpha=0.55))
    assert neighbours(setting, "temperature") == (
        setting.replace(temperature=3.0),
        setting.replace(temperature=5.0),
    )


@pytest.mark.parametrize(
    ("setting", "name", "expected"),
    [
        (RunConfig(alpha=1.0), "temperature", []),
        (RunConfig(objective="logit_matching"), "temperature", []),
        (RunConfig(alpha=1.0), "alpha", [0.95]),
        (RunConfig(alpha=0.0), "alpha", [0.05]),
        (RunConfig(objective="attention", alpha=0.05), "alpha", [0.1]),
        (RunConfig(alpha=0.0, labelled=0), "alpha", []),
    ],
)
def test_there_is_no_neighbour_where_it_makes_no_difference_or_is_not_allowed(setting, name, expected):
    assert [getattr(config, name) for config in neighbours(setting, name)] == expected


def test_seeds_follow_each_other_as_far_as_there_are_any():
    assert [config.seed for config in with_seeds(RunConfig(seed=3), 5)] == [3, 4, 5, 6, 7]
    highest = FIELDS["seed"].maximum
    assert [config.seed for config in with_seeds(RunConfig(seed=highest - 1), 5)] == [highest - 1, highest]
    assert with_seeds(RunConfig(seed=highest), 5) == (RunConfig(seed=highest),)
