"""Which pictures the students learn from, and what they are told of them: against the plainest Python."""

from __future__ import annotations

import numpy as np
import pytest

from kd.base.data_sets import find
from kd.base.unusable import Unusable
from kd.config import RunConfig
from kd.pictures.data_sets import data_set
from kd.pictures.mnist import to_model_input
from kd.pictures.training_set import pictures_for_teacher, places, training_set
from tests.wiring import plain_run


@pytest.mark.parametrize(
    "changes",
    [
        {
            "pictures": "first",
            "omitted_digits": "3",
            "labelled": 460,
            "label_noise": 1.0,
        },  # more than are left
        {"seed": 7, "omitted_digits": "378", "labelled": 100, "label_noise": 0.4},
        {"seed": 2, "omitted_digits": "38", "labelled": 20, "unlabelled_pictures": "shuffled"},
        {"seed": 1, "pictures": "first", "labelled": 20, "unlabelled_pictures": "noise", "train_size": 40},
        {"labelled": 0, "alpha": 0.0, "unlabelled_pictures": "smooth"},
    ],
    ids=str,
)
def test_pictures_and_labels_are_those_of_the_plainest_python(mnist, changes):
    """Which labels are drawn and which pictures are nonsense follows from the seed alone, or from neither."""
    config = RunConfig(**{"train_size": 500, **changes})
    pictures, labels, labelled = plain_run.training_pictures(config)
    chosen, seen = training_set(config), places(config)
    np.testing.assert_array_equal(to_model_input(chosen.images), pictures)
    np.testing.assert_array_equal(chosen.labels, labels)
    assert np.array_equal(labelled, np.ones(len(labels)) if chosen.labelled is None else chosen.labelled)
    assert (chosen.labelled is None) == labelled.all()
    assert (chosen.images.dtype, chosen.labels.dtype) == (np.uint8, np.int32)
    np.testing.assert_array_equal(chosen.images[labelled], mnist.x_train[seen[chosen.rows]][labelled])
    np.testing.assert_array_equal(pictures_for_teacher(config)[chosen.rows], chosen.images)
    alone = chosen.with_labels()
    assert alone.labelled is None
    for found, every in zip(
        (alone.images, alone.labels, alone.rows), (chosen.images, labels, chosen.rows), strict=True
    ):
        np.testing.assert_array_equal(found, every[labelled])
    # whoever learns nothing from nonsense sees the digits
    without = training_set(config.replace(alpha=1.0, labelled=max(1, config.labelled)))
    np.testing.assert_array_equal(without.images, mnist.x_train[seen[chosen.rows]])


def test_another_seed_has_other_pictures_and_more_of_them_begin_with_the_same(mnist):
    some, more = (places(RunConfig(train_size=size)) for size in (500, 2_000))
    np.testing.assert_array_equal(more[:500], some)
    assert len(set(more.tolist())) == 2_000
    assert more.max() > 55_000
    assert len(np.intersect1d(some, places(RunConfig(seed=1)))) < 30
    np.testing.assert_array_equal(places(RunConfig(train_size=60_000)), np.arange(60_000))


def test_all_pictures_of_a_set_come_in_the_order_in_which_they_are_drawn():
    data = data_set(find("letters").id)
    config = RunConfig(data=data.about.id, train_size=data.about.train)
    seen, chosen = places(config), training_set(config)
    assert sorted(seen) == [*range(len(seen))]
    assert not np.array_equal(seen, np.arange(len(seen)))
    np.testing.assert_array_equal(chosen.images, data.x_train[seen])
    np.testing.assert_array_equal(chosen.labels, data.y_train[seen])


def test_a_set_without_a_picture_is_refused():
    """The first ten pictures show no 6, 7 or 8."""
    with pytest.raises(Unusable, match=r"omitted_digits must leave some of the 10 .*, got '0123459'"):
        training_set(RunConfig(train_size=10, omitted_digits="0123459", pictures="first"))
