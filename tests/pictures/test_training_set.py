"""Which pictures the students learn from, and what they are told of them: against the plainest Python."""

from __future__ import annotations

import numpy as np
import pytest

from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.pictures.training_set import places, training_set


def plainly(mnist, config: RunConfig) -> tuple[list[int], list[int], list[bool]]:
    """The rows that are left, their places in MNIST, and whether each has a label."""
    every = np.arange(60_000)
    if config.pictures == "drawn":
        every = np.random.default_rng([config.seed, 4_000_000]).permutation(60_000)
    seen = every[: config.train_size].tolist()
    rows = [row for row, at in enumerate(seen) if str(mnist.y_train[at]) not in config.omitted_digits]
    return rows, [seen[row] for row in rows], [place < config.labelled for place in range(len(rows))]


@pytest.mark.parametrize(
    "changes",
    [
        {"pictures": "first", "omitted_digits": "3"},
        {"seed": 7, "omitted_digits": "378", "labelled": 100},
        {"labelled": 0, "alpha": 0.0},
        {"labelled": 460, "omitted_digits": "3"},  # more than are left
    ],
    ids=str,
)
def test_the_pictures_and_which_have_labels(mnist, changes):
    config = RunConfig(train_size=500, **changes)
    rows, at, labelled = plainly(mnist, config)
    chosen = training_set(config)
    assert chosen.rows.tolist() == rows
    np.testing.assert_array_equal(chosen.images, mnist.x_train[at])
    assert (chosen.labelled is None) == all(labelled)
    if chosen.labelled is not None:
        assert chosen.labelled.tolist() == labelled
    told = [int(mnist.y_train[place]) if has else 0 for place, has in zip(at, labelled, strict=True)]
    assert chosen.labels.tolist() == told
    assert (chosen.images.dtype, chosen.labels.dtype) == (np.uint8, np.int32)

    alone = chosen.with_labels()
    kept = np.array(at)[labelled]
    assert alone.labelled is None
    assert alone.rows.tolist() == np.array(rows)[labelled].tolist()
    np.testing.assert_array_equal(alone.images, mnist.x_train[kept])
    np.testing.assert_array_equal(alone.labels, mnist.y_train[kept])


def test_another_seed_has_other_pictures_and_more_of_them_begin_with_the_same(mnist):
    some, more = (places(RunConfig(train_size=size)) for size in (500, 2_000))
    np.testing.assert_array_equal(more[:500], some)
    assert len(set(more.tolist())) == 2_000
    assert more.max() > 55_000
    assert len(np.intersect1d(some, places(RunConfig(seed=1)))) < 30
    np.testing.assert_array_equal(places(RunConfig(train_size=60_000)), np.arange(60_000))


@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("changes", [{"omitted_digits": "38"}, {"labelled": 333}], ids=str)
def test_so_many_labels_are_drawn_at_random_and_none_is_of_a_digit_left_out(mnist, share, changes):
    config = RunConfig(train_size=1000, label_noise=share, pictures="first", **changes)
    told = training_set(config).with_labels()
    right = mnist.y_train[places(config)[told.rows]]
    digits = 10 - len(config.omitted_digits)
    replaced = round(share * len(told.labels))
    wrong = (told.labels != right).sum()
    assert wrong <= replaced
    assert wrong == pytest.approx(replaced * (1 - 1 / digits), abs=4 * np.sqrt(replaced / digits))
    assert not np.isin(told.labels, [int(digit) for digit in config.omitted_digits]).any()
    if share == 1.0:  # each digit is about as likely as any other, whatever the picture
        counts = np.bincount(told.labels, minlength=10)
        assert np.count_nonzero(counts) == digits
        assert counts.max() < 1.5 * len(told.labels) / digits
        assert set(told.labels[right == 1].tolist()) == set(told.labels.tolist())


def test_noise_follows_the_seed_alone_and_a_larger_share_replaces_the_same_and_more(mnist):
    config = RunConfig(train_size=1000, label_noise=0.2)
    labels = training_set(config).labels
    np.testing.assert_array_equal(training_set(config.replace(alpha=0.7, epochs=3)).labels, labels)
    assert (training_set(config.replace(seed=1)).labels != labels).any()
    more = training_set(config.replace(label_noise=0.4)).labels
    wrong = labels != mnist.y_train[places(config)]
    assert (more != labels).sum() > 100
    np.testing.assert_array_equal(more[wrong], labels[wrong])


def test_a_set_without_a_picture_is_refused():
    """The first ten pictures show no 6, 7 or 8."""
    with pytest.raises(Unusable, match=r"omitted_digits must leave some of the 10 .*, got '0123459'"):
        training_set(RunConfig(train_size=10, omitted_digits="0123459", pictures="first"))
