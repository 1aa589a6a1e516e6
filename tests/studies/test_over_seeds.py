"""Intervals over seeds and test pictures: as statsmodels' analysis of variance, and many settings at once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kd.studies.over_seeds import gains, over_seeds
from tests.studies.two_way import interval


def crossed(random, seeds: int, blocks: int, of_seeds=0.5, of_blocks=1.0, residual=1.5) -> np.ndarray:
    """Differences in points of so many seeds and blocks, whose true mean is 0.3."""
    effects = random.normal(0, of_seeds, (seeds, 1)) + random.normal(0, of_blocks, (1, blocks))
    return 0.3 + effects + random.normal(0, residual, (seeds, blocks))


@pytest.mark.parametrize(("seeds", "of_blocks"), [(5, 1.0), (10, 3.0), (5, 0.0)])
def test_the_variance_is_that_of_a_two_way_analysis(seeds, of_blocks):
    values = crossed(np.random.default_rng(seeds), seeds, 20, of_blocks=of_blocks)
    found = over_seeds(values)
    assert (found.low, found.high, found.p) == pytest.approx(interval(values))
    one_way = over_seeds(values.mean(axis=1))
    assert found.high - found.low >= one_way.high - one_way.low


def test_blocks_that_say_nothing_leave_students_interval():
    values = np.random.default_rng(0).normal(1, 0.5, 7)
    test = stats.ttest_1samp(values, 0)
    expected = (*test.confidence_interval(0.95), test.pvalue)
    for given in (values, values[:, None], np.repeat(values[:, None], 20, axis=1)):
        found = over_seeds(given)
        assert (found.low, found.high, found.p) == pytest.approx(expected)


def test_very_many_settings_at_once_have_the_same_intervals():
    random = np.random.default_rng(2)
    sizes = [1, 4, 5, 9, 10, 23]
    groups = np.repeat(np.arange(len(sizes)), sizes)
    seeds = np.concatenate([random.permutation(size) for size in sizes])
    values = crossed(random, len(groups), 20)
    order = random.permutation(len(groups))
    gained = gains(groups[order], seeds[order], values[order], len(sizes))
    for group, (size, judged) in enumerate(zip(sizes, [0, 0, 5, 5, 10, 20], strict=True)):
        own = values[groups == group][np.argsort(seeds[groups == group])]
        assert (gained.seeds[group], gained.judged[group]) == (size, judged)
        assert gained.mean[group] == pytest.approx(own.mean())
        assert [each[group] for each in gained.found] == pytest.approx(over_seeds(own[:judged]), nan_ok=True)
