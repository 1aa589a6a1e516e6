"""Settings compared with each other: in pairs of the same seed, by the test that such pairs allow."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_rel
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from kd.config import RunConfig
from kd.lab.comparison import between, differing, figures_of_seeds
from kd.runs.state import RunView
from kd.store.rows import Figures
from kd.text.study_words import decimals, judged_words, p_value_words
from kd.text.verdicts import between_evidence, between_words

LABELS = np.random.default_rng(0).integers(0, 10, 10_000)


def entry(accuracy: float, **fields) -> RunView:
    config = RunConfig(**fields)
    return RunView(config.run_id, config, "finished", 1.0, figures=Figures(0.99, accuracy, 0.8, *[0.0] * 4))


def seeds(accuracies: list[float], first: int = 0, **fields) -> list[RunView]:
    return [entry(value, seed=first + number, **fields) for number, value in enumerate(accuracies)]


def answers(right: np.ndarray) -> np.ndarray:
    said = np.where(right, LABELS, (LABELS + 1) % 10)
    return np.eye(10, dtype=np.float32)[said]


def never(run_id: str) -> np.ndarray:
    raise AssertionError("no pictures are needed for several seeds")


FIRST, SECOND = [0.85, 0.86, 0.84, 0.85, 0.855], [0.90, 0.915, 0.9, 0.91, 0.905]
THIRD = [0.852, 0.86, 0.839, 0.85, 0.856]


def test_several_seeds_are_compared_by_the_paired_t_test_corrected_for_all_settings():
    settings = [seeds(FIRST), seeds(SECOND, temperature=4.0), seeds(THIRD, alpha=0.5)]
    found = between(settings, LABELS, never)
    tests = [ttest_rel(100 * np.array(other), 100 * np.array(FIRST)) for other in (SECOND, THIRD)]
    for each, test in zip(found, tests, strict=True):
        assert each.test == "paired t"
        assert each.seeds == (0, 1, 2, 3, 4)
        assert each.p == pytest.approx(test.pvalue)
        interval = test.confidence_interval()
        assert (each.low, each.high) == pytest.approx((interval.low, interval.high))
    assert [each.verdict for each in found] == ["ahead", "not shown"]
    holm = multipletests([test.pvalue for test in tests], alpha=0.01, method="holm")
    assert holm[0].tolist() == [True, False]
    (back,) = between(settings[1::-1], LABELS, never)
    assert (back.verdict, back.difference) == ("behind", pytest.approx(-found[0].difference))


def test_only_seeds_that_both_have_make_pairs():
    (found,) = between([seeds(FIRST), seeds(SECOND, first=2, temperature=4.0)], LABELS, never)
    assert (found.seeds, found.verdict) == ((2, 3, 4), "not judged yet")
    expected = np.mean([SECOND[0] - FIRST[2], SECOND[1] - FIRST[3], SECOND[2] - FIRST[4]])
    said = f"B minus A is {100 * expected:+.2f} points on average over 3 "
    assert between_words("A", "B", vars(found)).startswith(said)
    assert found.difference == pytest.approx(100 * expected)


@pytest.mark.parametrize("seed", [0, 7])
def test_one_run_of_each_is_compared_by_mcnemar_over_the_pictures(seed):
    random = np.random.default_rng(1)
    right = {"first": random.random(10_000) < 0.85, "second": random.random(10_000) < 0.88}
    first, second = entry(0.85, seed=0), entry(0.88, seed=seed, temperature=4.0)
    logits = {first.run_id: answers(right["first"]), second.run_id: answers(right["second"])}
    (found,) = between([[first], [second]], LABELS, logits.__getitem__)
    table = np.histogram2d(right["second"], right["first"], bins=2)[0]
    assert found.p == pytest.approx(mcnemar(table, exact=True).pvalue)
    assert found.difference == pytest.approx(100 * (right["second"].mean() - right["first"].mean()))
    assert found.low < found.difference < found.high
    assert (found.verdict, found.test, found.seeds) == ("ahead", "mcnemar", tuple({0: 0, seed: 0}))
    words = between_evidence(vars(found))
    assert ("luck" in words) == (seed != 0)
    said = between_words("A", "B", vars(found))
    assert said.startswith(f"B is {found.difference:.{decimals(vars(found))}f} points ahead of A ")


def test_without_a_seed_in_common_several_runs_are_not_compared():
    (found,) = between([seeds(FIRST), seeds(SECOND, first=10, temperature=4.0)], LABELS, never)
    assert (found.verdict, found.test) == ("unpaired", "")
    assert "no seed in common" in between_words("A", "B", vars(found))
    assert between_evidence(vars(found)) == ""


def test_the_words_agree_with_the_numbers():
    found = {"verdict": "behind", "difference": -6.524, "low": -7.11, "high": -5.94, "p": 0.0004}
    found |= {"seeds": (0, 1, 2, 3, 4, 5), "judged_seeds": 5, "test": "paired t"}
    assert between_words("A", "B", found) == "B is 6.5 points behind A (likely 5.9 to 7.1)."
    said = between_evidence(found)
    assert judged_words({"seeds": 6, "judged_seeds": 5}) in said
    assert p_value_words(found["p"]) in said
    unsure = {**found, "verdict": "not shown", "low": -0.42, "high": 0.11, "difference": -0.16}
    assert "−0.42 to +0.11 points" in between_words("A", "B", unsure)
    same = {**unsure, "low": np.nan, "high": np.nan, "p": np.nan, "difference": 0.0}
    assert "0.00 points each time" in between_words("A", "B", same)


def test_settings_differ_in_what_counts_for_one_of_them():
    one, other = RunConfig(alpha=1.0, temperature=4.0), RunConfig(alpha=0.5, attention_weight=5.0, seed=3)
    assert differing([one, other]) == ["alpha", "temperature", "seed"]
    assert differing([one, other], but=("seed",)) == ["alpha", "temperature"]
    assert differing([one, one]) == []
    assert figures_of_seeds(seeds(FIRST))["seeds"] == 5
    assert figures_of_seeds(seeds(FIRST[:1])) is None
