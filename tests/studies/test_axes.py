"""What an axis may have, and a study as an address."""

import pytest

from kd.config import FIELDS, OFFERED, RunConfig
from kd.studies.address import address_of, axes_of, query_of
from kd.studies.axes import in_order, may_vary, offered, offered_first
from kd.studies.study import Study
from tests.studies.rows import study_of


def test_every_field_but_the_seed_may_vary_with_values_that_it_allows():
    assert sorted(may_vary()) == sorted(OFFERED.keys() - {"seed"})
    for name in may_vary():
        values, first = offered(name), offered_first(name)
        assert min(len(values), len(first)) >= 2
        assert len(set(values)) == len(values)
        assert getattr(RunConfig(), name) in values or name == "labelled"
        for value in (*values, *first):
            assert FIELDS[name].checked(name, value, type(value)) == value


def test_epochs_are_offered_around_the_setting():
    assert offered("epochs") == (40, 80, 200, 400)
    assert offered("epochs", RunConfig(epochs=10)) == (10, 20, 50, 100)
    assert offered_first("epochs", RunConfig(epochs=1_000)) == (1_000, 2_000)


def test_numbers_are_in_order_and_others_as_they_are():
    assert in_order((10.0, 1.0, 4)) == [1.0, 4, 10.0]
    assert in_order(("soft_targets", "attention")) == ["soft_targets", "attention"]
    assert in_order((True, False)) == [True, False]


STUDIES = [
    Study(RunConfig(), {"train_size": (100, 500), "temperature": (1, 4.5)}, seeds=3),
    Study(RunConfig(train_size=1000, seed=7), {"omitted_digits": ("", "37")}, seeds=2),
    Study(
        RunConfig(teacher="notebook"), {"temperature_squared": (True, False), "objective": ("soft_targets",)}
    ),
]


def test_a_study_is_the_same_after_its_address_which_says_what_varies_as_one_reads_it():
    for study in STUDIES:
        assert study_of(query_of(study)) == study
        assert address_of(study).startswith(f"sweep?study={study.study_id}&vary=")
    assert query_of(STUDIES[0]) == {"vary": "train_size:100,500;temperature:1,4.5", "seeds": "3"}
    assert axes_of("temperature: 1, 4 ;alpha:") == {"temperature": ("1", "4"), "alpha": ()}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"vary": "alpha:0.1;alpha:0.2"}, "The axis 'alpha' is there twice: choose another one."),
        ({"vary": "alpha:"}, "The axis alpha has no values"),
        ({"vary": "alpha:0.1", "seeds": "2.5"}, "seeds must be a whole number"),
        ({"vary": ":1"}, "is not a field of a run"),
    ],
)
def test_an_address_that_is_no_study_is_refused_in_a_sentence(query, sentence):
    with pytest.raises(ValueError, match=sentence):
        study_of(query)


def test_an_address_says_and_takes_nothing_of_a_mistake():
    study = Study(RunConfig(alpha=0.2), {"mistake": ("", "same_network")}, baseline={"mistake": ""})
    assert query_of(study) == {"vary": "", "seeds": "1", "alpha": "0.2"}
    assert Study.from_mapping(study.to_dict()) == study
    with pytest.raises(ValueError, match="'mistake' is not a field of a run"):
        axes_of("mistake:,same_network")
    assert not study_of({"mistake": "same_network"}).base.makes_mistake
