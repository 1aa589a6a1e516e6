"""Soft targets and their pictures: as in SciPy and by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from kd.analysis.softening import (
    mean_soft_targets_table,
    most_ambiguous,
    picture_table,
    pictures_behind,
)

RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(0, 10, 200)
TEACHER = RANDOM.normal(0, 5, (200, 10)) + 4 * np.eye(10)[LABELS]


def test_mean_soft_targets_table_shares_out_the_wrong_probability():
    labels = np.array([0, 0, 2])
    logits = np.log([[0.6, 0.3, 0.1], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6]])
    with np.errstate(all="raise"):
        table = mean_soft_targets_table(labels, logits, 1.0).set_index(["true", "class"])
    assert table.loc[(0, 1), "probability"] == pytest.approx(0.2)
    assert table.loc[(0, 1), "share_of_wrong"] == pytest.approx(2 / 3)
    assert table.loc[(2, 0), "share_of_wrong"] == pytest.approx(1 / 2)
    assert np.isnan(table.loc[(0, 0), "share_of_wrong"])
    assert table.loc[1].isna().all(axis=None), "no picture of class 1"
    with np.errstate(all="raise", under="ignore"):
        certain = mean_soft_targets_table([0, 1], 1e6 * np.eye(2), 1.0)
    assert certain["probability"].tolist() == [1, 0, 0, 1]
    assert certain["share_of_wrong"].isna().all(), "nothing to share"


def test_picture_table_is_in_order():
    table = picture_table(LABELS, TEACHER, 2.0)
    probabilities = special.softmax(TEACHER / 2, axis=1)
    np.testing.assert_array_equal(table["picture"], np.arange(200))
    np.testing.assert_array_equal(table["predicted"], TEACHER.argmax(1))
    np.testing.assert_allclose(table["probability_predicted"], probabilities.max(1))
    np.testing.assert_allclose(table["probability_true"], probabilities[range(200), LABELS])


def test_lists_of_pictures_are_rows_of_the_table_and_equal_pictures_stay_in_order():
    labels, logits = np.tile(LABELS[:20], 10), np.tile(TEACHER[:20], (10, 1))
    soft, rows, eights = special.softmax(logits / 5, axis=1), np.arange(200), np.flatnonzero(labels == 8)
    behind = picture_table(labels, logits, 5.0).assign(probability_other=soft[:, 9])
    for found, table, among, key in (
        (
            most_ambiguous(labels, logits, temperature=5.0),
            picture_table(labels, logits, 5.0),
            rows,
            -stats.entropy(soft, axis=1),
        ),
        (pictures_behind(labels, logits, 8, 9, 5.0), behind, eights, -soft[:, 9]),
    ):
        expected = sorted(among, key=key.__getitem__)[:12]
        pd.testing.assert_frame_equal(found, table.iloc[expected].reset_index(drop=True))
