"""Make the data set "small-digits" of scikit-learn's 1,797 handwritten digits, 8 × 8 pixels.

    python -m data.make_small_digits

Its rows come from 14 forms, one after the other, each with the same some 130 digits in the same order. The
last four forms are the test pictures, so that no form is in both, and hardly a hand: 13 people wrote them.
"""

from __future__ import annotations

import sys

from data.included_set import save
from kd.pictures.data_files import OwnData, read_data
from kd.pictures.data_sets import described

NAME = "small-digits"
# The row in which the eleventh form begins
TRAIN = 1287


def read() -> OwnData:
    """Returns the pictures as they become when anybody adds them: from 0 to 255, and scaled to 28 × 28."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    train, test = slice(TRAIN), slice(TRAIN, None)
    return read_data(
        ((digits.images[train], digits.target[train]), (digits.images[test], digits.target[test]))
    )


def main() -> int:
    own = read()
    save(own.arrays, described(own.arrays, own.classes, NAME, own.centred))
    return 0


if __name__ == "__main__":
    sys.exit(main())
