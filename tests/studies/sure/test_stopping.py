"""Looking often does not fool: a null is seldom said to help or to hurt, whatever was pressed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kd.studies.over_seeds import STATIONS, level, next_station, station
from kd.studies.sure.stopping import AT_STATIONS, LOOKS, MOST_SEEDS, USUAL, stopping, stopping_sentence

METHODS = 12_000


def t_values(draws: np.ndarray, seeds: int) -> np.ndarray:
    """Of the first so many seeds of each method, in float64."""
    first = draws[:, :seeds].astype(float)
    return first.mean(axis=1) / (first.std(axis=1, ddof=1) / np.sqrt(seeds))


def test_the_levels_of_all_stations_stay_below_one_in_twenty_together():
    assert sum(map(level, STATIONS)) < 0.05
    assert [station(seeds) for seeds in (0, 4, 5, 9, 10, 39, 640, 1_000)] == [0, 0, 5, 5, 10, 20, 640, 640]
    assert [next_station(seeds) for seeds in (1, 5, 19, 640)] == [5, 10, 20, None]


def test_stopping_when_it_helps_is_what_a_simulation_of_its_own_says():
    draws = np.random.default_rng(8).standard_normal((METHODS, 20))
    for every in LOOKS:
        called = np.zeros(METHODS, bool)
        for seeds in range(max(every, 2), 21, every):
            called |= np.abs(t_values(draws, seeds)) > stats.t.ppf(0.975, seeds - 1)
        rows = stopping(every, 20)
        found = rows[rows["rule"] == USUAL]["share"].max()
        assert found == pytest.approx(called.mean(), abs=0.018)
        assert rows[rows["rule"] == AT_STATIONS]["share"].max() < 0.035
    by_seeds = stopping(1, MOST_SEEDS).pivot(index="seeds", columns="rule", values="share")
    assert (by_seeds.diff().dropna() >= 0).all(axis=None)
    changes = by_seeds[AT_STATIONS].diff()
    assert set(changes[changes > 0].index) <= {*STATIONS}


def test_the_trap_in_a_sentence():
    for every, said in ((1, "Look after every seed, up to 20"), (5, "Look after every 5 seeds, up to 20")):
        found = stopping_sentence(every, 20, 0.258, 0.0246)
        assert found.startswith(said)
        assert "of 100 methods that do nothing, 26 are" in found
        assert found.endswith("at stations only, 2.5.")
