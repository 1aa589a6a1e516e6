"""What ten probabilities amount to, and how three models' answers differ."""

import numpy as np
import pytest
from scipy import special, stats

from kd.analysis.opinions import all_disagree, distances_bits, opinion


def _probabilities(**shares):
    """Ten probabilities with the named shares (_4=0.6), the rest spread evenly."""
    values = np.full(10, np.nan)
    for name, share in shares.items():
        values[int(name[1:])] = share
    rest = np.isnan(values)
    values[rest] = (1 - np.nansum(values)) / rest.sum()
    return values


SURE_4 = _probabilities(_4=0.97)
SURE_9 = _probabilities(_9=0.97)
FOUR_OR_NINE = _probabilities(_4=0.55, _9=0.42)
NINE_OR_FOUR = _probabilities(_9=0.6, _4=0.3)
LEANS_4 = _probabilities(_4=0.7)
LOST = np.full(10, 0.1)


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        (SURE_4, ("sure", 4, (4,))),
        (FOUR_OR_NINE, ("hesitates", 4, (4, 9))),
        (NINE_OR_FOUR, ("hesitates", 9, (4, 9))),
        (_probabilities(_1=0.4, _2=0.3, _7=0.2), ("hesitates", 1, (1, 2, 7))),
        (_probabilities(_1=0.25, _2=0.25, _7=0.25, _8=0.25), ("hesitates", 1, (1, 2, 7))),
        (LEANS_4, ("leans", 4, (4,))),
        ([0.1, 0.9, *[0.0] * 8], ("sure", 1, (1,))),
        ([0.15, 0.85, *[0.0] * 8], ("hesitates", 1, (0, 1))),
        (LOST, ("lost", 0, ())),
    ],
)
def test_opinions(probabilities, expected):
    assert opinion(probabilities) == expected


def test_all_disagree_means_as_many_digits_as_models():
    one_hot = dict(enumerate(np.eye(10)))
    assert all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[3]})
    assert not all_disagree({"teacher": one_hot[1], "distilled": one_hot[2], "scratch": one_hot[1]})
    assert all_disagree({"teacher": one_hot[1], "scratch": one_hot[3]})
    assert not all_disagree({"teacher": one_hot[1]})


def test_distances_from_the_teacher_are_scipys():
    logits = dict(
        zip(("teacher", "distilled", "scratch"), np.random.default_rng(0).normal(0, 3, (3, 10)), strict=True)
    )
    teacher = special.softmax(logits["teacher"])
    expected = {name: stats.entropy(teacher, special.softmax(z), base=2) for name, z in logits.items()}
    assert distances_bits(logits) == pytest.approx(expected, abs=1e-12)


def test_answers_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match="scratch must be finite"):
        distances_bits({"teacher": np.zeros(10), "scratch": np.full(10, np.nan)})
    with pytest.raises(ValueError, match=r"^All models must have the same number of classes\.$"):
        distances_bits({"teacher": np.zeros(10), "scratch": np.zeros(9)})
