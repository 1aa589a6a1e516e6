"""The data sets that come with the project are what their scripts make."""

from __future__ import annotations

import numpy as np
import pytest

from data import make_letters, make_small_digits
from kd.base.data_sets import INCLUDED, find
from kd.pictures.data_sets import ARRAYS, arrays_id, data_set
from tests import PROJECT

README = (PROJECT / "data" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "classes", "train", "test"), [("letters", 26, 7_800, 1_560), ("small-digits", 10, 1_287, 510)]
)
def test_it_is_found_by_name_and_has_the_id_of_its_arrays(name, classes, train, test):
    about = find(name, [INCLUDED])
    found = data_set(about.id)
    assert arrays_id({each: getattr(found, each) for each in ARRAYS}, about.classes) == about.id
    assert (len(about.classes), about.train, about.test) == (classes, train, test)
    for labels in (found.y_train, found.y_test):
        assert set(np.unique(labels)) == set(range(classes))
    assert f"`sets/{about.id}.npz`" in README


def test_letters_are_rendered_as_in_the_file():
    """Pillow's own font, which comes first, in its first variant; another FreeType may round otherwise."""
    font = make_letters.opened(PROJECT, make_letters.PILLOWS, "")
    made = make_letters.pictures_of(font, number=0, variants=1)[:, 0]
    stored = data_set(find("letters", [INCLUDED]).id)
    np.testing.assert_array_equal(stored.y_train[:26], range(26))
    assert np.abs(stored.x_train[:26].astype(int) - made).mean() < 2


def test_no_font_is_in_both_parts_and_each_package_is_named_with_its_licence():
    train, test = set(make_letters.TRAIN_FONTS), set(make_letters.TEST_FONTS)
    assert train & test == set()
    assert {name for name in train | test if f"`{name}`" not in README} == set()


def test_small_digits_are_those_of_scikit_learn_form_by_form():
    own, about = make_small_digits.read(), find("small-digits", [INCLUDED])
    assert arrays_id(own.arrays, own.classes) == about.id
    labels = "".join(map(str, np.concatenate([own.arrays["y_train"], own.arrays["y_test"]])))
    # each form begins so; where it does not, a digit or two could not be read
    form = "0123456789" * 3 + "0955650989"
    forms = [place for place in range(len(labels)) if labels.startswith(form, place)]
    assert len(forms) >= 10
    assert len(own.arrays["y_train"]) in forms
