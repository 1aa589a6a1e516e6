"""Which runs may be wanted next: other seeds, and the next stops of the page's sliders."""

from kd.config import FIELDS, RunConfig
from kd.lab.ahead import neighbours, with_seeds


def test_a_neighbour_differs_in_one_field_by_a_stop_of_its_slider():
    for name, value, stops in (
        ("alpha", 0.12, (0.1, 0.15)),
        ("alpha", 1.0, (0.95,)),
        ("temperature", 7.0, (6, 8)),
        ("epochs", 40, ()),
        ("objective", 1, ()),
    ):
        assert FIELDS[name].next_stops(value) == stops
    setting = RunConfig(alpha=0.5, temperature=4.0)
    assert neighbours(setting, "alpha") == (setting.replace(alpha=0.45), setting.replace(alpha=0.55))
    three, five = setting.replace(temperature=3.0), setting.replace(temperature=5.0)
    assert neighbours(setting, "temperature") == (three, five)


def test_there_is_no_neighbour_where_it_makes_no_difference_or_is_not_allowed():
    assert neighbours(RunConfig(alpha=1.0), "temperature") == ()
    assert neighbours(RunConfig(objective="logit_matching"), "temperature") == ()
    assert neighbours(RunConfig(alpha=0.0, labelled=0), "alpha") == ()
    (one,) = neighbours(RunConfig(objective="attention", alpha=0.05), "alpha")
    assert one.alpha == 0.1


def test_seeds_follow_each_other_as_far_as_there_are_any():
    assert [config.seed for config in with_seeds(RunConfig(seed=3), 5)] == [3, 4, 5, 6, 7]
    highest = FIELDS["seed"].maximum
    assert [config.seed for config in with_seeds(RunConfig(seed=highest - 1), 5)] == [highest - 1, highest]
