"""A person's pictures → a data set: an npz file with the arrays that Keras's own data sets have.

They come from strangers: sizes are checked before anything is unpacked (kd/pictures/untrusted_npz.py), and
whatever is wrong is said in one sentence. What can be made fit is, and that is said, too.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from kd.base.unusable import Unusable
from kd.pictures.data_sets import ARRAYS
from kd.pictures.drawing import BOX, CENTRE, FIELD, on_light_paper
from kd.pictures.untrusted_npz import StoredArray, in_memory, open_npz
from kd.text.reasons import reason_of
from kd.text.translation import _, numeral
from kd.text.words import file_size, listing, plain, quoted

LEAST = {"train": 10, "test": 20}
MOST = {"train": 70_000, "test": 20_000}
SMALLEST, LARGEST = 8, 64
LEAST_CLASSES, MOST_CLASSES = 2, 62
LONGEST_CLASS = 12
# As many colour pictures of the largest size as are allowed take 1.1 GB; what is read is scaled at once.
MAX_BYTES = 1_200_000_000

CLASSES = "classes"
_MAX_LABEL = 999_999_999
# Pictures that were resized in float32 may be this far beyond [0, 1].
_ROUNDING = 1e-5
# Levels of scikit-learn's digits: sixteen greys and white.
_SIXTEEN = 16
# Share of the pictures that has to be placed as MNIST's are.
_MOST_PLACED = 0.9
_LOOKED_AT = 2_000
_CLASS = re.compile(r"[\w](?:[\w './-]*[\w])?")

Source = str | PathLike[str] | bytes | Mapping[str, Any] | tuple[tuple[Any, Any], tuple[Any, Any]]
"""A path, the bytes of a file, the four arrays by name, or ((x_train, y_train), (x_test, y_test))."""


class OwnData(NamedTuple):
    """What a person's pictures have become.

    arrays: x_train, y_train, x_test and y_test as uint8, pictures (n, 28, 28), labels from 0 up. classes:
    their names, in the order of the labels. centred: whether the pictures are placed as MNIST's are. done:
    what was done to make them fit, a sentence each.
    """

    arrays: dict[str, np.ndarray]
    classes: tuple[str, ...]
    centred: bool
    done: tuple[str, ...]


def read_data(source: Source, classes: Sequence[str] | None = None) -> OwnData:
    """Reads a person's pictures.

    Args:
        source: an npz file, or arrays: uint8 from 0 to 255 or floats from 0 to 1, (n, side, side), grey, or
            (n, side, side, 3), in colour, and labels (n,), whole numbers.
        classes: names of the classes, in the order of their labels; by default those in the array `classes`
            of the file, or the labels themselves.

    Raises:
        ValueError: one sentence, whatever the file is.
    """
    with _opened(source) as (arrays, others):
        missing = [name for name in ARRAYS if name not in arrays]
        if missing:
            raise Unusable(
                "The file has no {missing}: it must have the arrays x_train, y_train, x_test and y_test.",
                missing=listing(missing),
            )
        _check_sizes(arrays)
        labels, values = _labels(arrays)
        names = _names(classes, arrays.get(CLASSES), values)
        _check_each_class(labels, names)
        pictures, done = _pictures(arrays)
    if others:
        shown = listing([quoted(name) for name in others[:3]] + (["…"] if others[3:] else []))
        done.append(_("Not used: {arrays}.", arrays=shown))
    found = {name: pictures[name] if name in pictures else labels[name] for name in ARRAYS}
    return OwnData(found, names, _are_centred(pictures["x_train"]), tuple(done))


@contextlib.contextmanager
def _opened(source: Source) -> Iterator[tuple[dict[str, StoredArray], list[str]]]:
    wanted = (*ARRAYS, CLASSES)
    if isinstance(source, bytes | str | PathLike):
        with _file(source) as file, open_npz(file, wanted) as found:
            yield found
        return
    try:
        if isinstance(source, Mapping):
            given = dict(source)
        else:
            (x_train, y_train), (x_test, y_test) = source
            given = dict(zip(ARRAYS, (x_train, y_train, x_test, y_test), strict=True))
        there = {name: in_memory(name, np.asarray(given[name])) for name in wanted if name in given}
    except (TypeError, ValueError):  # the latter for too many or too few, or rows of different lengths
        raise Unusable(
            "Pictures must be an npz file, or arrays ((x_train, y_train), (x_test, y_test)), got {value}.",
            value=quoted(source),
        ) from None
    yield there, []


def _file(source: bytes | str | PathLike[str]) -> BinaryIO:
    if isinstance(source, bytes):
        _check_bytes(len(source))
        return BytesIO(source)
    path = Path(source)
    try:
        _check_bytes(path.stat().st_size)
        if path.is_file():
            return path.open("rb")
        reason = _("it is not a file")
    except (OSError, ValueError) as error:  # ValueError for a null byte in the name
        if isinstance(error, Unusable):
            raise
        reason = reason_of(error)
    raise Unusable(
        "{path} cannot be read ({reason}): give the path of an npz file.",
        path=quoted(str(path)),
        reason=reason,
    )


def _check_bytes(size: int) -> None:
    if size > MAX_BYTES:
        raise Unusable(
            "The pictures are too large ({size}): at most {most} are allowed, so save them as uint8, or "
            "smaller ones.",
            size=file_size(size),
            most=file_size(MAX_BYTES),
        )


def _check_sizes(arrays: Mapping[str, StoredArray]) -> None:
    """Raises ValueError when shapes, types or counts are not allowed; reads nothing."""
    for part in ("train", "test"):
        pictures, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        shape = pictures.shape
        sides = set(shape[1:3])
        fits = len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3))
        if not fits or len(sides) != 1 or not SMALLEST <= min(sides) <= LARGEST:
            raise Unusable(
                "{array} has the shape {shape}: pictures must be square, from 8 × 8 to 64 × 64, so (n, side, "
                "side) if they are grey, or (n, side, side, 3) in colour.",
                array=pictures.name,
                shape=shape,
            )
        if pictures.dtype.kind not in "buif":
            raise Unusable(
                "{array} holds {type}: pixels must be whole numbers from 0 to 255, or floats from 0 to 1.",
                array=pictures.name,
                type=quoted(str(pictures.dtype)),
            )
        if not LEAST[part] <= shape[0] <= MOST[part]:
            raise Unusable(
                "{array} has {count} pictures: from {least} to {most} are allowed.",
                array=pictures.name,
                count=numeral(shape[0]),
                least=LEAST[part],
                most=numeral(MOST[part]),
            )
        if labels.shape not in ((shape[0],), (shape[0], 1)):
            raise Unusable(
                "{labels} has the shape {shape}, and {pictures} has {count} pictures: there must be one "
                "label for each picture, in the same order.",
                labels=labels.name,
                shape=labels.shape,
                pictures=pictures.name,
                count=numeral(shape[0]),
            )
    _check_bytes(sum(arrays[name].nbytes for name in ARRAYS))


def _labels(arrays: Mapping[str, StoredArray]) -> tuple[dict[str, np.ndarray], list[int]]:
    """Returns y_train and y_test as uint8, numbers of classes, and what the label of each class was."""
    given = {}
    for name in ("y_train", "y_test"):
        stored = arrays[name]
        usable = stored.dtype.kind in "buif"
        if usable:
            values = given[name] = stored.whole().ravel()
            usable = bool((values >= 0).all() and (values <= _MAX_LABEL).all() and (values % 1 == 0).all())
        if not usable:
            raise Unusable(
                "{array} has labels that are no whole numbers from 0 up: number the classes, and give their "
                "names in an array called classes.",
                array=name,
            )
    distinct = np.unique(np.concatenate([each.astype(np.int64) for each in given.values()]))
    if not LEAST_CLASSES <= len(distinct) <= MOST_CLASSES:
        raise Unusable(
            "The labels have {count} different values: from {least} to {most} classes are allowed.",
            count=numeral(len(distinct)),
            least=LEAST_CLASSES,
            most=MOST_CLASSES,
        )
    numbers = {name: np.searchsorted(distinct, values).astype(np.uint8) for name, values in given.items()}
    return numbers, distinct.tolist()


def _names(given: Sequence[str] | None, stored: StoredArray | None, values: list[int]) -> tuple[str, ...]:
    """Returns the names of the classes: those given, or the file's, or the labels."""
    if given is None and stored is not None:
        # at most a thousand characters each: longer ones are refused, and need not be read for that
        is_text = stored.dtype.kind == "U" and stored.dtype.itemsize <= 4000
        if not is_text or len(stored.shape) != 1 or stored.shape[0] > 1000:
            raise Unusable(
                "The array classes must be a list of names of at most {most} characters, one for each class.",
                most=LONGEST_CLASS,
            )
        given = stored.whole().tolist()
    if given is None:
        return tuple(map(str, values))
    names = tuple(unicodedata.normalize("NFC", str(name)).strip() for name in given)
    if len(names) != len(values):
        raise Unusable(
            "There are {names} names for {classes} classes: give one for each, in the order of the labels.",
            names=numeral(len(names)),
            classes=numeral(len(values)),
        )
    for name in names:
        if len(name) > LONGEST_CLASS or not _CLASS.fullmatch(name) or "_" in name:
            raise Unusable(
                "A class cannot be called {name}: use 1 to {most} letters and digits; inside, also spaces, "
                "hyphens, apostrophes, dots and slashes.",
                name=quoted(name),
                most=LONGEST_CLASS,
            )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Unusable("Two classes are called {name}: give each its own name.", name=quoted(twice))
    return names


def _check_each_class(labels: Mapping[str, np.ndarray], names: tuple[str, ...]) -> None:
    for part in ("train", "test"):
        absent = set(range(len(names))) - set(np.unique(labels[f"y_{part}"]).tolist())
        if absent:
            raise Unusable(
                "Class {name} has no picture in {array}: each class needs pictures to learn from and to be "
                "tested with.",
                name=quoted(names[min(absent)]),
                array=f"x_{part}",
            )


class _Levels(NamedTuple):
    """The values of an array's pixels."""

    array: str
    low: float
    high: float
    are_whole: bool


def _levels(stored: StoredArray) -> _Levels:
    lows, highs, are_whole = [], [], True
    for part in stored.parts():
        if part.dtype.kind == "f":
            if not np.isfinite(part).all():
                raise Unusable(
                    "{array} has pixels that are no numbers (NaN or infinity): give each a value, and save "
                    "the file again.",
                    array=stored.name,
                )
            are_whole = are_whole and bool((part == np.rint(part)).all())
        lows.append(float(part.min()))
        highs.append(float(part.max()))
    return _Levels(stored.name, min(lows), max(highs), are_whole)


def _pictures(arrays: Mapping[str, StoredArray]) -> tuple[dict[str, np.ndarray], list[str]]:
    """Returns x_train and x_test as uint8 (n, 28, 28), light on dark, and what was done for that."""
    stored = [arrays["x_train"], arrays["x_test"]]
    levels = [_levels(each) for each in stored]
    factors = [_factor(each) for each in levels]
    if factors[0] != factors[1]:
        raise Unusable(
            "x_train has values up to {train}, and x_test up to {test}: scale both alike.",
            train=plain(levels[0].high),
            test=plain(levels[1].high),
        )
    factor, done = factors[0], []
    if factor != 1 and any(each.dtype.kind != "f" or levels[0].high > 2 for each in stored):
        done.append(_("Values from 0 to {high} were scaled to 0 to 255.", high=round(255 / factor)))
    pictures = {each.name: _all_fitted(each, factor) for each in stored}
    if any(each.shape[3:] == (3,) for each in stored):
        done.append(_("Colour was turned to grey."))
    sides = sorted({each.shape[1] for each in stored} - {FIELD})
    done += [_("Pictures of {side} × {side} pixels were scaled to 28 × 28.", side=side) for side in sides]
    if np.mean([on_light_paper(each) for each in _some(pictures["x_train"])]) > 0.5:
        pictures = {name: 255 - each for name, each in pictures.items()}
        done.append(_("Pictures were inverted: light on dark, as KD Lab draws."))
    return pictures, done


def _factor(levels: _Levels) -> float:
    """Returns what pixels are multiplied by, to be from 0 to 255."""
    array, low, high, are_whole = levels
    if low == high:
        raise Unusable("{array} is empty: all its pixels are {value}.", array=array, value=plain(low))
    if low >= -_ROUNDING and high <= 1 + _ROUNDING:
        return 255.0
    if low >= 0 and high <= _SIXTEEN and are_whole:
        return 255.0 / _SIXTEEN
    if low >= 0 and high <= 255 and (are_whole or high > 127):
        return 1.0
    raise Unusable(
        "{array} has values from {low} to {high}: pixels must be whole numbers from 0 to 255, or floats from "
        "0 to 1.",
        array=array,
        low=plain(low),
        high=plain(high),
    )


def _all_fitted(stored: StoredArray, factor: float) -> np.ndarray:
    fitted, start = np.empty((stored.shape[0], FIELD, FIELD), np.uint8), 0
    for part in stored.parts():
        fitted[start : start + len(part)] = _fitted(part, factor)
        start += len(part)
    return fitted


def _fitted(part: np.ndarray, factor: float) -> np.ndarray:
    """Returns some pictures as uint8 (n, 28, 28)."""
    if part.dtype != np.uint8 or factor != 1:
        part = np.rint(np.clip(part.astype(np.float32) * np.float32(factor), 0, 255)).astype(np.uint8)
    if part.ndim == 4:
        part = part[..., 0] if part.shape[3] == 1 else _grey(part)
    if part.shape[1] == FIELD:
        return part
    scaled = [Image.fromarray(each).resize((FIELD, FIELD), Image.Resampling.BILINEAR) for each in part]
    return np.stack([np.asarray(each) for each in scaled])


def _grey(colour: np.ndarray) -> np.ndarray:
    """Returns luminance by ITU-R 601, as Pillow computes it."""
    weighted = colour.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
    return (weighted + 0x8000 >> 16).astype(np.uint8)


def _are_centred(pictures: np.ndarray) -> bool:
    """Returns whether pictures are placed as MNIST's: in a box of 20 × 20, by their centres of mass."""
    return bool(np.mean([_is_placed(each) for each in _some(pictures)]) >= _MOST_PLACED)


def _some(pictures: np.ndarray) -> np.ndarray:
    return pictures[:: max(1, len(pictures) // _LOOKED_AT)]


def _is_placed(picture: np.ndarray) -> bool:
    for axis in (0, 1):
        profile = picture.sum(axis=axis, dtype=np.float64)
        inked = np.flatnonzero(profile)
        if not len(inked) or inked[-1] - inked[0] >= BOX:
            return False
        if abs(profile @ np.arange(FIELD) / profile.sum() - CENTRE) > 1:
            return False
    return True
