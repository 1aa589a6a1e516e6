"""What a run's students learn from: which pictures, which have labels, and which labels are random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kd.base.data_sets import MNIST
from kd.base.unusable import Unusable
from kd.config import TRAIN_IMAGES, RunConfig, has_fresh_teacher, has_nonsense
from kd.config.fields import DIGITS, FIRST, NOISE, SHUFFLED, SMOOTH
from kd.pictures.data_sets import data_set
from kd.text.translation import numeral
from kd.text.words import quoted

# A run draws with [seed, …], and seeds are below 2**31. Epoch e, below a million, is shuffled with [seed, e].
_NONSENSE = 2**31
_NOISE = 1_000_000
_PICTURES = 4_000_000
_KINDS = (SHUFFLED, NOISE, SMOOTH)

# How far neighbouring pixels of smooth noise go together, in pixels: at this reach, the strong teacher takes
# between 5 and 18 % of the pictures for each of the ten digits. It takes two thirds of plain noise for an 8.
_REACH = 4.5


def without_digits(kind: str, places: np.ndarray, seed: int | None = None, data: str = MNIST) -> np.ndarray:
    """Returns the training images at `places`, int (n,), as pictures of this kind, uint8 (n, 28, 28).

    "digits" leaves them as they are. "shuffled": the pixels of each are in an order of its own. "noise": each
    pixel is that of a training image drawn for it alone, so that pixels are as grey as MNIST's are at their
    place, and independent of each other. "smooth": the lines along which smooth random numbers are near 0.
    seed: for pictures of its own; None for those of the first images, which are always the same.
    """
    digits = data_set(data).x_train
    if kind == DIGITS:
        return digits[places]
    random = np.random.default_rng([_NONSENSE, _KINDS.index(kind), *([] if seed is None else [seed])])
    flat = digits.reshape(len(digits), -1)
    pixels = flat.shape[1]
    if kind == SHUFFLED:
        pictures = [random.permutation(flat[place]) for place in places]
    elif kind == NOISE:
        pictures = [flat[random.integers(0, len(flat), pixels), np.arange(pixels)] for _ in places]
    else:
        pictures = [_smooth(random) for _ in places]
    return np.stack(pictures).reshape(len(places), *digits.shape[1:])


def _smooth(random: np.random.Generator) -> np.ndarray:
    distances = np.subtract.outer(np.arange(28), np.arange(28)) / _REACH
    weights = np.exp(-(distances**2) / 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)  # each number has the variance 1
    numbers = weights @ random.standard_normal((28, 28)) @ weights.T
    return np.rint(255 * np.clip(2 - 5 * np.abs(numbers), 0, 1)).astype(np.uint8)


class TrainingSet(NamedTuple):
    """Pictures and their labels.

    images: uint8 (n, 28, 28), 0 to 255; those without a label may be no digits. labels: int32 (n,), as the
    students are told them, some drawn at random; a picture without a label has 0. labelled: bool (n,), which
    have one; None if all have. rows: int (n,), the place of each picture among those that a teacher is asked
    about.
    """

    images: np.ndarray
    labels: np.ndarray
    labelled: np.ndarray | None
    rows: np.ndarray

    def with_labels(self) -> TrainingSet:
        """Returns only the pictures that have a label: all that a student without a teacher can use."""
        if self.labelled is None:
            return self
        kept = self.labelled
        return TrainingSet(self.images[kept], self.labels[kept], None, self.rows[kept])


def places(config: RunConfig) -> np.ndarray:
    """Returns where a run's pictures are in the training images, int (train_size,), all classes included.

    Drawn by the seed without replacement, so that a larger number begins with the same ones; or the first.
    """
    if config.pictures == FIRST or config.train_size == TRAIN_IMAGES:
        return np.arange(config.train_size)
    every = np.random.default_rng([config.seed, _PICTURES]).permutation(config.about_data.train)
    return every[: config.train_size]


def rows_at(array: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Returns the rows at these places; the first without a copy, which takes 47 MB of 60,000 pictures."""
    first = np.arange(len(places))
    return array[: len(places)] if np.array_equal(places, first) else array[places]


def training_set(config: RunConfig) -> TrainingSet:
    """Returns the pictures at `places` without the classes left out; the first `labelled` have labels.

    Of the labels, the share `label_noise`, rounded to a whole number, is replaced, each by one of the classes
    that are left, drawn with equal chances (Zhang et al. 2017, section 2.1: partially corrupted labels). One
    in ten of MNIST's stays right by chance. Which ones, and by what, follows from the seed; a larger share
    replaces the same ones and more.

    Raises:
        ValueError: when there are not so many images, none is left, or no class has the name of one left out.
    """
    check_size(config)
    about = config.about_data
    labels = data_set(config.data).y_train[places(config)].astype(np.int32)
    omitted = omitted_classes(config)
    rows = np.flatnonzero(~np.isin(labels, omitted))
    if not len(rows):
        raise Unusable(
            "omitted_digits must leave some of the {count} training images, got {value}: leave out "
            "fewer digits or take more images.",
            count=numeral(config.train_size),
            value=quoted(config.omitted_digits),
        )
    labels = labels[rows]
    with_label = min(config.labelled, len(rows))
    left = [number for number in range(len(about.classes)) if number not in omitted]
    random = np.random.default_rng([config.seed, _NOISE])
    order, drawn = random.permutation(with_label), random.choice(left, with_label)
    replaced = order[: round(config.label_noise * with_label)]
    labels[replaced] = drawn[replaced]
    labels[with_label:] = 0
    labelled = np.arange(len(rows)) < with_label
    images = pictures_for_teacher(config)
    images = images if len(rows) == len(images) else images[rows]
    return TrainingSet(images, labels, None if labelled.all() else labelled, rows)


def check_size(config: RunConfig) -> None:
    """Raises ValueError when a run's data set has fewer training images than it wants, or is not here."""
    about = config.about_data
    for name in ("train_size", *(["teacher_train_size"] if has_fresh_teacher(config) else [])):
        if getattr(config, name) > about.train:
            raise Unusable(
                "{name} must be at most {count}, the training images of {data}, got {value}.",
                name=name,
                count=numeral(about.train),
                data=about.name,
                value=getattr(config, name),
            )


def omitted_classes(config: RunConfig) -> list[int]:
    """Returns the numbers of the classes that a run's students never see; raises ValueError for no class."""
    classes = config.about_data.classes
    for name in config.omitted:
        if name not in classes:
            raise Unusable(
                "omitted_digits must be names of classes of {data} ({classes}), got {value}.",
                data=config.about_data.name,
                classes=", ".join(classes),
                value=quoted(name),
            )
    return [classes.index(name) for name in config.omitted]


def pictures_for_teacher(config: RunConfig) -> np.ndarray:
    """Returns what a teacher is asked about, uint8 (train_size, 28, 28): its students' pictures, and others.

    Digits left out are among them, so that a teacher's answers to digits serve many runs. Pictures without a
    label may be no digits.
    """
    data, chosen = data_set(config.data), places(config)
    images = rows_at(data.x_train, chosen)
    if not has_nonsense(config):
        return images
    labels = data.y_train[chosen]
    seen = ~np.isin(labels, omitted_classes(config))
    without_label = np.cumsum(seen) > config.labelled
    seed = None if config.pictures == FIRST else config.seed
    pictures = without_digits(config.unlabelled_pictures, chosen, seed, config.data)
    return np.where(without_label[:, np.newaxis, np.newaxis], pictures, images)
