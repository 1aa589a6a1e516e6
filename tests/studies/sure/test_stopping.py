"""Looking often does not fool: a null is seldom said to help or to hurt, whatever was pressed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kd.studies.over_seeds import STATIONS, level, next_station, station
from kd.studies.sure.single_seeds import AT_STATIONS, MOST_SEEDS, USUAL, stopping, stopping_sentence

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
    called = np.zeros(METHODS, bool)
    for seeds in range(2, 21):
        called |= np.abs(t_values(draws, seeds)) > stats.t.ppf(0.975, seeds - 1)
    by_seeds = stopping().pivot(index="seeds", columns="rule", values="share")
    assert by_seeds.index.max() == MOST_SEEDS
    assert by_seeds.loc[20, USUAL] == pytest.approx(called.mean(), abs=0.018)
    assert by_seeds[AT_STATIONS].max() < 0.035
    assert (by_seeds.diff().dropna() >= 0).all(axis=None)
    changes = by_seeds[AT_STATIONS].diff()
    assert set(changes[changes > 0].index) <= {*STATIONS}


def test_the_trap_in_a_sentence():
    shares = ((USUAL, 20, 0.258), (USUAL, MOST_SEEDS, 0.314), (AT_STATIONS, MOST_SEEDS, 0.0246))
    said = stopping_sentence(pd.DataFrame(shares, columns=["rule", "seeds", "share"]))
    assert "by 20 repeats 26 seem to do something, by 40 repeats 31." in said
    assert said.endswith("With the lab's verdicts: 2.")
